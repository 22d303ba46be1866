"""The comparison of what statements say with what the ledger says, shop by shop."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select
from sqlalchemy.orm import Session

from app.merchants.models import Dispute, Settlement, SettlementFinding, SettlementLine, Shop
from app.merchants.terms import SettlementState
from app.points.queries.movements import select_claims
from app.points.terms import Code


def list_differences(session: Session, book_id: int, *, limit: int) -> Sequence[RowMapping]:
    """Shops that do not come out even, as one snapshot has them.

    What the ledger owes a shop is what stands in no statement, what is stated and not paid, and what is kept back. And
    each line says what its transaction moved, each statement what its lines come to. Reads all of a book's claims.
    """
    ledger, stated, disputed = _ledger(book_id), _stated(book_id), _disputed(book_id)
    owed, unstated, unpaid, reserve, kept, wrong_lines, wrong_totals = (
        func.coalesce(column, 0)
        for column in (
            ledger.c.owed,
            ledger.c.unstated,
            stated.c.unpaid,
            stated.c.reserve,
            disputed.c.kept,
            ledger.c.wrong,
            stated.c.wrong,
        )
    )
    query = (
        select(
            Shop.id.label("shop_id"),
            owed.label("ledger_fen"),
            unstated.label("unstated_fen"),
            unpaid.label("unpaid_fen"),
            reserve.label("reserve_fen"),
            kept.label("disputed_fen"),
            wrong_lines.label("wrong_lines"),
            wrong_totals.label("wrong_totals"),
        )
        .outerjoin(ledger, ledger.c.shop_id == Shop.id)
        .outerjoin(stated, stated.c.shop_id == Shop.id)
        .outerjoin(disputed, disputed.c.shop_id == Shop.id)
        .where(Shop.book_id == book_id)
        .where((owed != unstated + unpaid + reserve + kept) | (wrong_lines > 0) | (wrong_totals > 0))
        .order_by(Shop.id)
        .limit(limit)
    )
    return session.execute(query).mappings().all()


def list_findings(session: Session, book_id: int, *, before: UUID | None, limit: int) -> Sequence[SettlementFinding]:
    """What nightly comparisons found, newest first."""
    query = select(SettlementFinding).where(SettlementFinding.book_id == book_id)
    if before is not None:
        query = query.where(SettlementFinding.id < before)
    return session.scalars(query.order_by(SettlementFinding.id.desc()).limit(limit)).all()


def _ledger(book_id: int) -> Any:
    claims = select_claims(book_id).subquery("claims")
    line = SettlementLine
    wrong = (line.fen != claims.c.fen) | (line.code != claims.c.code)
    unstated = claims.c.code.is_distinct_from(Code.PAYOUT) & line.transaction_id.is_(None)
    return (
        select(
            claims.c.shop_id,
            func.sum(claims.c.fen).label("owed"),
            func.coalesce(func.sum(claims.c.fen).filter(unstated), 0).label("unstated"),
            func.count().filter(wrong).label("wrong"),
        )
        .outerjoin(line, (line.book_id == book_id) & (line.transaction_id == claims.c.transaction_id))
        .group_by(claims.c.shop_id)
        .subquery("ledger")
    )


def _stated(book_id: int) -> Any:
    sums = (
        select(
            SettlementLine.settlement_id,
            func.count().label("lines"),
            func.sum(SettlementLine.points).label("points"),
            func.sum(SettlementLine.fen).label("fen"),
        )
        .where(SettlementLine.book_id == book_id)
        .group_by(SettlementLine.settlement_id)
        .subquery("sums")
    )
    given = (Settlement.line_count, Settlement.points, Settlement.fen)
    summed = (func.coalesce(column, 0) for column in (sums.c.lines, sums.c.points, sums.c.fen))
    lines, points, fen = (a != b for a, b in zip(given, summed, strict=True))
    return (
        select(
            Settlement.shop_id,
            func.sum(Settlement.payable_fen).filter(Settlement.state != SettlementState.PAID).label("unpaid"),
            func.sum(Settlement.reserve_fen).filter(Settlement.reserve_into.is_(None)).label("reserve"),
            func.count().filter(lines | points | fen).label("wrong"),
        )
        .outerjoin(sums, sums.c.settlement_id == Settlement.id)
        .where(Settlement.book_id == book_id)
        .group_by(Settlement.shop_id)
        .subquery("stated")
    )


def _disputed(book_id: int) -> Any:
    return (
        select(Dispute.shop_id, func.sum(Dispute.fen).label("kept"))
        .where(Dispute.book_id == book_id, Dispute.released_into.is_(None))
        .group_by(Dispute.shop_id)
        .subquery("disputed")
    )
