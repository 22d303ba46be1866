"""The one table of event types, and the fields their data may have. docs/webhooks.md shows both; a test compares.

No field is about a person: neither name nor number nor passbook of a resident ever leaves by a webhook. Whoever needs
more asks the API for the payment, as himself.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.webhooks.errors import EventDataWrong, EventTypeUnknown
from app.webhooks.terms import BODY_BYTES_MAX


@dataclass(frozen=True, slots=True)
class EventType:
    """What happened, in both languages, and the fields that tell what it happened to."""

    zh: str
    en: str
    fields: tuple[str, ...]


PING = "test.ping"
_PAYMENT = ("book", "shop_id", "redemption_id", "out_trade_no", "state", "points")
_GIFT = ("book", "shop_id", "reservation_id", "gift_id", "state", "points")
_SETTLEMENT = ("book", "shop_id", "settlement_id", "through", "points", "fen", "payable_fen", "payable_on")
_DISPUTE = (
    *("book", "shop_id", "dispute_id", "settlement_id", "redemption_id", "out_trade_no", "reservation_id"),
    *("points", "fen"),
)
_TILL = ("book", "shop_id", "terminal_id")

EVENTS: Mapping[str, EventType] = {
    "redemption.held": EventType("积分已预占", "points are held", (*_PAYMENT, "hold_expires_at")),
    "redemption.captured": EventType("积分已入账", "points were taken", (*_PAYMENT, "captured_points")),
    "redemption.reversed": EventType("已撤销,积分退回", "reversed, the points went back", _PAYMENT),
    "redemption.expired": EventType("预占到期,积分退回", "the hold ran out, the points went back", _PAYMENT),
    "redemption.needs_confirmation": EventType(
        "等居民在手机上确认", "the resident must confirm on the telephone", (*_PAYMENT, "confirm_by")
    ),
    "redemption.refused": EventType("居民在手机上没有同意", "the resident said no on the telephone", _PAYMENT),
    "refund.created": EventType(
        "已退积分", "points were given back", (*_PAYMENT, "refund_id", "out_refund_no", "refunded_points")
    ),
    "gift.reserved": EventType("礼品已预留", "a gift was set aside", (*_GIFT, "collect_by")),
    "gift.collected": EventType("礼品已领取", "a gift was handed out", _GIFT),
    "gift.cancelled": EventType("礼品预留已取消", "a gift that was set aside was given up", _GIFT),
    "gift.expired": EventType("礼品无人领取,已放回", "nobody collected a gift, it went back", _GIFT),
    "gift.returned": EventType("礼品已退回,积分退还", "a gift came back, and its points", _GIFT),
    "settlement.stated": EventType("结算单已出", "a settlement was stated", _SETTLEMENT),
    "settlement.approved": EventType("结算单已由两人签准", "two people approved a settlement", _SETTLEMENT),
    "settlement.paid": EventType("结算款已付", "a settlement was paid", (*_SETTLEMENT, "bank_reference")),
    "settlement.failed": EventType("结算款未付成", "paying a settlement failed", (*_SETTLEMENT, "reason")),
    "dispute.opened": EventType("有争议待处理", "a dispute was opened", (*_DISPUTE, "respond_by")),
    "dispute.answered": EventType("争议已答复", "a dispute was answered", _DISPUTE),
    "dispute.closed": EventType("争议已结", "a dispute was closed", (*_DISPUTE, "outcome")),
    "offer.changed": EventType(
        "积分优惠已变更", "other terms are in force", ("book", "shop_id", "offer_id", "points_per_yuan")
    ),
    "terminal.revoked": EventType("收银终端已吊销", "a till was revoked", _TILL),
    "terminal.rotated": EventType("收银终端已换密钥", "a till has another key", (*_TILL, "serial")),
    "terminal.new_address": EventType(
        "收银终端从新的网络地址签名", "a till signed from a new address", (*_TILL, "serial", "address")
    ),
    PING: EventType("试发", "a test", ("book", "webhook_id")),
}
# May be in the data of every type beside its own.
EXTRA = frozenset({"terminal_id", "order_fen", "discount_fen", "transaction_id", "occurred_at"})


def check_types(types: list[str]) -> list[str]:
    """Give the types once each, in order. Refuses EventTypeUnknown."""
    for each in types:
        if each not in EVENTS:
            raise EventTypeUnknown(type=each, allowed=", ".join(EVENTS))
    return list(dict.fromkeys(types))


def write_data(type_: str, data: Mapping[str, object]) -> dict[str, Any]:
    """Give the data of an event as plain JSON. Refuses EventTypeUnknown, EventDataWrong."""
    known = EVENTS.get(type_)
    if known is None:
        raise EventTypeUnknown(type=type_, allowed=", ".join(EVENTS), field="type")
    strange = sorted(set(data) - set(known.fields) - EXTRA)
    if strange:
        raise EventDataWrong(type=type_, problem=f"fields that are not in EVENTS: {', '.join(strange)}")
    return {name: _plain(type_, name, value) for name, value in data.items()}


def write_body(type_: str, data: Mapping[str, Any], now: datetime) -> str:
    """Write the body that is signed and sent, the same with every attempt. Refuses EventDataWrong: too long."""
    document = {"type": type_, "timestamp": instant(now), "data": data}
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    if len(body.encode()) > BODY_BYTES_MAX:
        raise EventDataWrong(type=type_, problem=f"more than {BODY_BYTES_MAX} bytes")
    return body


def instant(at: datetime) -> str:
    """Write an instant as Standard Webhooks has it: RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _plain(type_: str, name: str, value: object) -> object:
    if value is None or isinstance(value, str | int):
        return value  # floats are no amounts
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return instant(value)
    if hasattr(value, "isoformat") and not isinstance(value, datetime):
        return value.isoformat()
    raise EventDataWrong(type=type_, problem=f"{name} is no text, whole number, id or instant with its zone")
