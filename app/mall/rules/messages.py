"""What WeChat Pay tells, as values: each field is there and is what it should be, or the message is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.mall.errors import MessageWrong

FEN_MAX = 10**12


@dataclass(frozen=True, slots=True)
class ConsentTold:
    """Somebody wants points."""

    appid: str
    openid: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PaymentTold:
    """Somebody paid in a shop of the mall."""

    transaction_id: str
    shop_number: str
    appid: str
    openid: str = field(repr=False)
    amount_fen: int
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class RefundTold:
    """Some of a payment went back."""

    refund_id: str
    transaction_id: str
    shop_number: str | None
    refund_fen: int
    refunded_at: datetime


def read_consent(message: Mapping[str, Any]) -> ConsentTold:
    """Read it. Refuses MessageWrong."""
    return ConsentTold(appid=_text(message, "appid"), openid=_text(message, "openid"))


def read_payment(message: Mapping[str, Any]) -> PaymentTold:
    """Read it. Refuses MessageWrong."""
    return PaymentTold(
        transaction_id=_text(message, "transaction_id"),
        shop_number=_text(message, "shop_number"),
        appid=_text(message, "appid"),
        openid=_text(message, "openid"),
        amount_fen=_fen(message, "amount"),
        paid_at=_instant(message, "time_end"),
    )


def read_refund(message: Mapping[str, Any]) -> RefundTold:
    """Read it. Refuses MessageWrong."""
    return RefundTold(
        refund_id=_text(message, "refund_id"),
        transaction_id=_text(message, "transaction_id"),
        shop_number=_text(message, "shop_number") if "shop_number" in message else None,
        refund_fen=_fen(message, "refund_amount"),
        refunded_at=_instant(message, "refund_time"),
    )


def _text(message: Mapping[str, Any], name: str) -> str:
    value = message.get(name)
    if not (isinstance(value, str) and 1 <= len(value) <= 64 and value.isprintable()):
        raise MessageWrong(name=name)
    return value


def _fen(message: Mapping[str, Any], name: str) -> int:
    value = message.get(name)
    if type(value) is not int or not 1 <= value <= FEN_MAX:
        raise MessageWrong(name=name)
    return value


def _instant(message: Mapping[str, Any], name: str) -> datetime:
    try:
        at = datetime.fromisoformat(_text(message, name))
    except ValueError:
        raise MessageWrong(name=name) from None
    if at.tzinfo is None:
        raise MessageWrong(name=name)
    return at
