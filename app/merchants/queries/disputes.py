"""Disputes over lines of settlements."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.merchants import errors
from app.merchants.models import Dispute, SettlementLine
from app.merchants.terms import DisputeCause, DisputeState
from app.points.queries.movements import sum_given_back
from app.points.queries.programme import sum_adjusted


def find_line(session: Session, book_id: int, transaction_id: UUID) -> SettlementLine | None:
    """The line of a transaction, in whichever settlement it was stated."""
    return session.get(SettlementLine, (book_id, transaction_id))


def find_statement_of(session: Session, line: SettlementLine) -> UUID | None:
    """The statement in which the money of a line is now: its own, or the last that took it over. None: kept back."""
    query = select(Dispute.released_into).where(
        Dispute.book_id == line.book_id, Dispute.transaction_id == line.transaction_id
    )
    moved = session.execute(query.order_by(Dispute.released_into.desc().nulls_first()).limit(1)).first()
    return line.settlement_id if moved is None else moved.released_into


def was_disputed_by_desk(session: Session, book_id: int, transaction_id: UUID) -> bool:
    """Whether the desk or the owner ever disputed a line."""
    known = exists().where(
        Dispute.book_id == book_id, Dispute.transaction_id == transaction_id, Dispute.cause == DisputeCause.DESK
    )
    return bool(session.scalar(select(known)))


def lock_dispute(session: Session, book_id: int, dispute_id: UUID) -> Dispute:
    """A dispute, held until the transaction ends. Refuses DisputeMissing."""
    found = session.get(Dispute, (book_id, dispute_id), with_for_update=True, populate_existing=True)
    if found is None:
        raise errors.DisputeMissing
    return found


def list_disputes(
    session: Session, book_id: int, *, state: DisputeState, before: UUID | None, limit: int
) -> Sequence[Dispute]:
    """Disputes of one state, newest first."""
    query = select(Dispute).where(Dispute.book_id == book_id, Dispute.state == state)
    if before is not None:
        query = query.where(Dispute.id < before)
    return session.scalars(query.order_by(Dispute.id.desc()).limit(limit)).all()


def list_kept_back(
    session: Session, book_id: int, settlement_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[Dispute]:
    """What a statement keeps back, and what it pays that an earlier one kept back, newest first."""
    query = select(Dispute).where(
        Dispute.book_id == book_id,
        or_(Dispute.settlement_id == settlement_id, Dispute.released_into == settlement_id),
    )
    if before is not None:
        query = query.where(Dispute.id < before)
    return session.scalars(query.order_by(Dispute.id.desc()).limit(limit)).all()


def sum_left(session: Session, dispute: Dispute, *, waiting: bool = False) -> int:
    """What a shop would still be paid for a disputed line, were it closed now: nothing, when all of it was taken off.

    Taken off: what was refunded of this very transaction, and what adjustments took off that name a dispute over it;
    with `waiting` also what such ones are proposed to take off.
    """
    book_id, shop_id, transaction_id = dispute.book_id, dispute.shop_id, dispute.transaction_id
    line = session.get_one(SettlementLine, (book_id, transaction_id))
    ids = session.scalars(
        select(Dispute.id).where(Dispute.book_id == book_id, Dispute.transaction_id == transaction_id)
    ).all()
    back = sum_given_back(session, book_id, shop_id, transaction_id)
    return line.fen - back - sum_adjusted(session, book_id, shop_id, ids, waiting=waiting)
