"""Refunds as a shop reads them: under its own numbers, and day by day."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, Select, select, tuple_
from sqlalchemy.orm import Session

from app.merchants.errors.counter import RefundMissing
from app.merchants.models import Redemption, Refund
from app.merchants.queries.redemptions import Place, Span, within
from app.merchants.rules.redemptions import check_number


def list_of_redemption(session: Session, redemption: Redemption, *, after: UUID | None, limit: int) -> Sequence[Refund]:
    """The refunds of a redemption, by id."""
    query = select(Refund).where(Refund.redemption_id == redemption.id)
    if after is not None:
        query = query.where(Refund.id > after)
    return session.scalars(query.order_by(Refund.id).limit(limit)).all()


def list_of_branch(
    session: Session, branch_id: UUID, *, span: Span, before: Place | None, limit: int
) -> Sequence[Row[Refund, str]]:
    """A branch's refunds over all books, newest first, with the number of what was given back."""
    query = _numbered().where(Refund.branch_id == branch_id, *within(Refund.requested_at, span))
    if before is not None:
        query = query.where(tuple_(Refund.requested_at, Refund.id) < before)
    return session.execute(query.order_by(Refund.requested_at.desc(), Refund.id.desc()).limit(limit)).all()


def get_refund(session: Session, branch_id: UUID, out_refund_no: str) -> Row[Refund, str]:
    """The refund of a branch's own number. Refuses OutTradeNoMalformed, RefundMissing."""
    check_number(out_refund_no)
    query = _numbered().where(Refund.branch_id == branch_id, Refund.out_refund_no == out_refund_no)
    found = session.execute(query).one_or_none()
    if found is None:
        raise RefundMissing
    return found


def _numbered() -> Select[Refund, str]:
    return select(Refund, Redemption.out_trade_no).join(Redemption, Redemption.id == Refund.redemption_id)
