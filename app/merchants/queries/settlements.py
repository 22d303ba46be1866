"""Settlements and their lines."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.merchants import errors
from app.merchants.models import Settlement, SettlementLine
from app.merchants.terms import SettlementState


class Totals(NamedTuple):
    """What the lines of a settlement come to."""

    lines: int
    points: int
    fen: int


def find_settlement(session: Session, book_id: int, shop_id: UUID, through: date) -> Settlement | None:
    """The settlement of a shop through this very day, if it was stated."""
    query = select(Settlement).where(
        Settlement.book_id == book_id, Settlement.shop_id == shop_id, Settlement.through == through
    )
    return session.scalar(query)


def get_settlement(session: Session, book_id: int, settlement_id: UUID) -> Settlement:
    """One settlement. Refuses SettlementMissing."""
    settlement = session.get(Settlement, (book_id, settlement_id))
    if settlement is None:
        raise errors.SettlementMissing
    return settlement


def lock_settlement(session: Session, book_id: int, settlement_id: UUID) -> Settlement:
    """One settlement, locked until the end of the transaction. Refuses SettlementMissing."""
    query = (
        select(Settlement)
        .where(Settlement.book_id == book_id, Settlement.id == settlement_id)
        .with_for_update(key_share=True)
    )
    settlement = session.scalar(query, execution_options={"populate_existing": True})
    if settlement is None:
        raise errors.SettlementMissing
    return settlement


def lock_settlements(session: Session, book_id: int, settlement_ids: Collection[UUID]) -> dict[UUID, Settlement]:
    """Those of these settlements that there are, locked until the end of the transaction, always in one order."""
    query = (
        select(Settlement)
        .where(Settlement.book_id == book_id, Settlement.id.in_(settlement_ids))
        .order_by(Settlement.id)
        .with_for_update(key_share=True)
    )
    found = session.scalars(query, execution_options={"populate_existing": True})
    return {each.id: each for each in found}


def is_reference_used(session: Session, book_id: int, bank_reference: str) -> bool:
    """Whether a settlement of the book was paid under this bank reference."""
    paid = exists().where(
        Settlement.book_id == book_id,
        Settlement.bank_reference == bank_reference,
        Settlement.state == SettlementState.PAID,
    )
    return bool(session.scalar(select(paid)))


def list_settlements(
    session: Session,
    book_id: int,
    *,
    shop_id: UUID | None,
    state: SettlementState | None = None,
    before: UUID | None,
    limit: int,
) -> Sequence[Settlement]:
    """Settlements, newest first, those with an id below `before`; of one shop, or in one state, where given."""
    query = select(Settlement).where(Settlement.book_id == book_id).order_by(Settlement.id.desc()).limit(limit)
    if state is not None:
        query = query.where(Settlement.state == state)
    if shop_id is not None:
        query = query.where(Settlement.shop_id == shop_id)
    if before is not None:
        query = query.where(Settlement.id < before)
    return session.scalars(query).all()


def list_settlements_of(
    session: Session, shop_ids: Collection[UUID], *, book_id: int | None, before: UUID | None, limit: int
) -> Sequence[Settlement]:
    """Settlements of some shops, newest first, over all books or of one."""
    query = select(Settlement).where(Settlement.shop_id.in_(shop_ids)).order_by(Settlement.id.desc()).limit(limit)
    if book_id is not None:
        query = query.where(Settlement.book_id == book_id)
    if before is not None:
        query = query.where(Settlement.id < before)
    return session.scalars(query).all()


def list_lines(
    session: Session, book_id: int, settlement_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[SettlementLine]:
    """Lines of a settlement by transaction, those after `after`."""
    query = select(SettlementLine).where(
        SettlementLine.book_id == book_id, SettlementLine.settlement_id == settlement_id
    )
    if after is not None:
        query = query.where(SettlementLine.transaction_id > after)
    return session.scalars(query.order_by(SettlementLine.transaction_id).limit(limit)).all()


def sum_lines(session: Session, book_id: int, settlement_id: UUID) -> Totals:
    """What the lines of a settlement come to."""
    query = select(
        func.count(),
        func.coalesce(func.sum(SettlementLine.points), 0),
        func.coalesce(func.sum(SettlementLine.fen), 0),
    ).where(SettlementLine.book_id == book_id, SettlementLine.settlement_id == settlement_id)
    lines, points, fen = session.execute(query).one()
    return Totals(int(lines), int(points), int(fen))
