"""What a shop gave back: of one redemption, under its own number, or of some days."""

from dataclasses import dataclass
from datetime import date

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Cursor, Page, page_by_id, read_id
from app.kernel.periods import span_of
from app.merchants import queries
from app.merchants.models import Refund
from app.merchants.queries import refunds
from app.merchants.rules import redemptions as rules
from app.merchants.service.receipts import read_place


@dataclass(frozen=True, slots=True)
class Refunded:
    """A refund, and the shop's number of what was given back."""

    refund: Refund
    out_trade_no: str


def list_refunds_of(uow: UnitOfWork, *, out_trade_no: str, limit: int, cursor: str | None) -> Page[Refund]:
    """The refunds of a redemption of the caller's shop, those that were declined as well.

    Refuses ShopNotOnToken, OutTradeNoMalformed, RedemptionMissing.
    """
    redemption = queries.get_redemption(uow.session, rules.shop_of(uow.actor), out_trade_no)
    rows = refunds.list_of_redemption(uow.session, redemption, after=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda refund: refund.id)


def list_refunds(
    uow: UnitOfWork, *, days: tuple[date | None, date | None], limit: int, cursor: str | None
) -> Page[Refunded]:
    """The refunds of the caller's shop that were asked for on some days, newest first. Refuses ShopNotOnToken."""
    rows = refunds.list_of_branch(
        uow.session, rules.shop_of(uow.actor), span=span_of(*days), before=read_place(cursor), limit=limit + 1
    )
    items = [Refunded(refund, number) for refund, number in rows[:limit]]
    if len(rows) <= limit:
        return Page(items)
    last = items[-1].refund
    return Page(items, Cursor((last.requested_at.isoformat(), str(last.id))).encode())


def show_refund(uow: UnitOfWork, *, out_refund_no: str) -> Refunded:
    """The refund under a number of the caller's shop. Refuses ShopNotOnToken, OutTradeNoMalformed, RefundMissing."""
    refund, number = refunds.get_refund(uow.session, rules.shop_of(uow.actor), out_refund_no)
    return Refunded(refund, number)
