"""The comparison of what statements say with what the ledger says, of one shop."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Subquery, and_, func, literal, select, text, true
from sqlalchemy.orm import Session

from app.merchants.models import Dispute, Settlement, SettlementFinding, SettlementLine
from app.points.queries.movements import select_claimed, select_claims
from app.points.terms import Code

UNPAID = text("merchants_settlements.state NOT IN ('paid', 'closed')")
RESERVED = text("merchants_settlements.reserve_fen > 0 AND merchants_settlements.reserve_into IS NULL")
"""As the partial indexes have it."""


def find_difference(
    session: Session, book_id: int, shop_id: UUID, *, from_id: UUID | None, newest: int | None, also_even: bool = False
) -> RowMapping | None:
    """How a shop does not come out even, as one snapshot has it; None: it does, unless `also_even` is asked for.

    What the ledger owes a shop is what stands in no statement, what is stated and not paid, and what is kept back. And
    each line says what its transaction moved, each statement what its lines come to. `from_id`: claims are read from
    this one on (`statements.find_first_open`) and the balance stands for those before; None: all are read and summed.
    `newest`: so many statements are added up; None: all.
    """
    claims = _claims(book_id, shop_id, from_id)
    owed = claims.c.owed if from_id is None else select_claimed(book_id, shop_id)
    of_shop = (Settlement.book_id == book_id, Settlement.shop_id == shop_id)
    unpaid = _sum(Settlement.payable_fen, *of_shop, UNPAID)
    reserve = _sum(Settlement.reserve_fen, *of_shop, RESERVED)
    kept = _sum(Dispute.fen, Dispute.book_id == book_id, Dispute.shop_id == shop_id, Dispute.released_into.is_(None))
    found = select(
        literal(shop_id).label("shop_id"),
        owed.label("ledger_fen"),
        claims.c.unstated.label("unstated_fen"),
        unpaid.label("unpaid_fen"),
        reserve.label("reserve_fen"),
        kept.label("disputed_fen"),
        claims.c.wrong.label("wrong_lines"),
        _wrong_totals(book_id, shop_id, newest).label("wrong_totals"),
    ).subquery("found")
    explained = found.c.unstated_fen + found.c.unpaid_fen + found.c.reserve_fen + found.c.disputed_fen
    uneven = (found.c.ledger_fen != explained) | (found.c.wrong_lines > 0) | (found.c.wrong_totals > 0)
    return session.execute(select(found).where(uneven | literal(also_even))).mappings().first()


def list_findings(session: Session, book_id: int, *, before: UUID | None, limit: int) -> Sequence[SettlementFinding]:
    """What nightly comparisons found, newest first."""
    query = select(SettlementFinding).where(SettlementFinding.book_id == book_id)
    if before is not None:
        query = query.where(SettlementFinding.id < before)
    return session.scalars(query.order_by(SettlementFinding.id.desc()).limit(limit)).all()


def _claims(book_id: int, shop_id: UUID, from_id: UUID | None) -> Subquery:
    """(owed, unstated, wrong): one row."""
    claims = select_claims(book_id, shop_id, from_id=from_id).subquery("claims")
    line = SettlementLine
    wrong = (line.fen != claims.c.fen) | (line.code != claims.c.code)
    unstated = claims.c.code.is_distinct_from(Code.PAYOUT) & line.transaction_id.is_(None)
    return (
        select(
            func.coalesce(func.sum(claims.c.fen), 0).label("owed"),
            func.coalesce(func.sum(claims.c.fen).filter(unstated), 0).label("unstated"),
            func.count().filter(wrong).label("wrong"),
        )
        .select_from(claims)
        .outerjoin(line, and_(line.book_id == book_id, line.transaction_id == claims.c.transaction_id))
        .subquery("ledger")
    )


def _wrong_totals(book_id: int, shop_id: UUID, newest: int | None) -> ColumnElement[int]:
    """How many statements of a shop are not the sum of their lines."""
    stated = (
        select(Settlement.id, Settlement.line_count, Settlement.points, Settlement.fen)
        .where(Settlement.book_id == book_id, Settlement.shop_id == shop_id)
        .order_by(Settlement.id.desc())
        .limit(newest)
        .subquery("stated")
    )
    sums = (
        select(
            func.count().label("lines"),
            func.coalesce(func.sum(SettlementLine.points), 0).label("points"),
            func.coalesce(func.sum(SettlementLine.fen), 0).label("fen"),
        )
        .where(SettlementLine.book_id == book_id, SettlementLine.settlement_id == stated.c.id)
        .lateral("sums")
    )
    wrong = (stated.c.line_count != sums.c.lines) | (stated.c.points != sums.c.points) | (stated.c.fen != sums.c.fen)
    return select(func.count()).select_from(stated.join(sums, true())).where(wrong).scalar_subquery()


def _sum(column: Any, *conditions: Any) -> ColumnElement[int]:
    return func.coalesce(select(func.sum(column)).where(*conditions).scalar_subquery(), 0)
