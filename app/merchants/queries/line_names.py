"""What a till and an owner call the lines of statements: their own numbers, and the gift that was handed out."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, BindParameter, ColumnElement, Text, Uuid, any_, bindparam, cast, null, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.merchants.models import Dispute, Gift, Redemption, Refund, Reservation


class LineName(NamedTuple):
    """The shop's numbers of a line: of the payment, of the refund; or the title of the gift. An adjustment has none."""

    out_trade_no: str | None = None
    out_refund_no: str | None = None
    gift: str | None = None


NO_NAME = LineName()
_NONE = cast(null(), Text)


def name_lines(session: Session, book_id: int, transaction_ids: Sequence[UUID]) -> Mapping[UUID, LineName]:
    """The names of these transactions of a book; those that have none are left out."""
    if not transaction_ids:
        return {}
    ids: BindParameter[Sequence[UUID]] = bindparam("ids", list(transaction_ids), ARRAY(Uuid))
    gift = (Gift.book_id == Reservation.book_id) & (Gift.id == Reservation.gift_id)
    parts = [
        select(column, Redemption.out_trade_no, _NONE, _NONE).where(*_among(Redemption.book_id, column, book_id, ids))
        for column in (Redemption.transaction_id, Redemption.reversal_id)
    ]
    parts.append(
        select(Refund.transaction_id, Redemption.out_trade_no, Refund.out_refund_no, _NONE)
        .join(Redemption, Redemption.id == Refund.redemption_id)
        .where(*_among(Refund.book_id, Refund.transaction_id, book_id, ids))
    )
    parts += [
        select(column, _NONE, _NONE, Gift.title)
        .join(Gift, gift)
        .where(*_among(Reservation.book_id, column, book_id, ids))
        for column in (Reservation.transaction_id, Reservation.return_id)
    ]
    rows = session.execute(union_all(*parts))
    return {row[0]: LineName(*row[1:]) for row in rows if row[0] is not None}


def list_doubts_of(session: Session, book_id: int, transaction_ids: Sequence[UUID]) -> Mapping[UUID, Dispute]:
    """What keeps or kept these lines back, by transaction: of several the last, which is the one that still does."""
    if not transaction_ids:
        return {}
    ids: BindParameter[Sequence[UUID]] = bindparam("ids", list(transaction_ids), ARRAY(Uuid))
    query = select(Dispute).where(Dispute.book_id == book_id, Dispute.transaction_id == any_(ids))
    rows = session.scalars(query.order_by(Dispute.opened_at, Dispute.released_into.nulls_last(), Dispute.id))
    return {each.transaction_id: each for each in rows}


def _among(
    book: InstrumentedAttribute[int] | InstrumentedAttribute[int | None],
    column: InstrumentedAttribute[UUID | None],
    book_id: int,
    ids: BindParameter[Sequence[UUID]],
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return book == book_id, column == any_(ids)
