"""Settling with a shop: state what it is owed through a day, then pay it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Uuid, bindparam, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.kernel.periods import day_bounds, local_date
from app.merchants import errors, queries, rules, terms
from app.merchants.models import Settlement, SettlementLine
from app.merchants.models.settlements import BANK_REFERENCE_ONCE
from app.merchants.queries import merchants as merchant_queries
from app.merchants.rules.papers import check_payout
from app.merchants.terms import SettlementState
from app.points import queries as points_queries
from app.points import service as points_service
from app.points.queries.movements import select_shop_movements


@dataclass(frozen=True, slots=True)
class Statement:
    """A settlement with a page of its lines."""

    settlement: Settlement
    lines: Page[SettlementLine]


def state_settlement(uow: UnitOfWork, *, book: str, shop_id: UUID, through: date) -> Settlement:
    """State what a shop is owed for everything recorded through a day and not settled yet. Again is a replay.

    A transaction that commits late, or after a statement through today, goes into the next statement. Refuses
    ShopMissing, ThroughInFuture, NothingToSettle, SettlementNegative (carried over: nothing is settled).
    """
    book_id = points_queries.get_book(uow.session, book).id
    queries.lock_shop(uow.session, book_id, shop_id)
    before = queries.find_settlement(uow.session, book_id, shop_id, through)

    rules.check_through(through, local_date(uow.now))
    if before is not None:
        return before

    settlement = Settlement(
        book_id=book_id,
        id=uow.new_id(),
        shop_id=shop_id,
        through=through,
        line_count=0,
        points=0,
        fen=0,
        state=SettlementState.STATED,
        stated_by=uow.actor.id,
        stated_at=uow.now,
    )
    uow.session.add(settlement)
    uow.session.flush()  # its lines name it
    while _take_lines(uow, settlement) == terms.SETTLEMENT_BATCH:
        pass
    totals = queries.sum_lines(uow.session, book_id, settlement.id)
    rules.check_total(lines=totals.lines, fen=totals.fen, through=through)
    settlement.line_count, settlement.points, settlement.fen = totals

    return settlement


def pay_settlement(uow: UnitOfWork, *, book: str, settlement_id: UUID, bank_reference: str) -> Settlement:
    """Book the payment of a settlement, under the bank's reference. Once; again is a replay.

    Refuses SettlementMissing, AlreadyPaid (under another reference), NothingToPay, PayoutStopped, PayoutHeld,
    BankReferenceUsed (by another settlement of the book).
    """
    book_id = points_queries.get_book(uow.session, book).id
    settlement = queries.lock_settlement(uow.session, book_id, settlement_id)

    if rules.is_paid(settlement.bank_reference, bank_reference, fen=settlement.fen):
        return settlement
    payout = merchant_queries.get_payout(uow.session, settlement.shop_id)
    check_payout(name=payout.name, state=payout.state, payable_from=payout.payable_from, now=uow.now)
    if queries.is_reference_used(uow.session, book_id, bank_reference):
        raise errors.BankReferenceUsed(bank_reference=bank_reference)

    outcome = points_service.pay_merchant(
        uow,
        book_id,
        cause=f"settlement:{settlement.id}",
        shop_id=settlement.shop_id,
        amount_fen=settlement.fen,
        bank_reference=bank_reference,
    )

    settlement.state, settlement.bank_reference = SettlementState.PAID, bank_reference
    settlement.paid_by, settlement.paid_at = uow.actor.id, uow.now
    settlement.transaction_id = outcome.subject_id
    _write_paid(uow, bank_reference)

    return settlement


def show_settlement(uow: UnitOfWork, *, book: str, settlement_id: UUID, limit: int, cursor: str | None) -> Statement:
    """One settlement with a page of its lines. Refuses SettlementMissing."""
    book_id = points_queries.get_book(uow.session, book).id
    settlement = queries.get_settlement(uow.session, book_id, settlement_id)
    rows = queries.list_lines(uow.session, book_id, settlement_id, after=read_id(cursor), limit=limit + 1)
    return Statement(settlement, page_by_id(rows, limit, lambda line: line.transaction_id))


def list_settlements(
    uow: UnitOfWork, *, book: str, shop_id: UUID | None, limit: int, cursor: str | None
) -> Page[Settlement]:
    """Settlements of a book, newest first; of one shop where given."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = queries.list_settlements(uow.session, book_id, shop_id=shop_id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda settlement: settlement.id)


def _write_paid(uow: UnitOfWork, bank_reference: str) -> None:
    """Write the payment; only here does one meet a twin that pays another settlement under the same reference."""
    try:
        uow.session.flush()
    except IntegrityError as error:
        if BANK_REFERENCE_ONCE in str(error.orig):
            raise errors.BankReferenceUsed(bank_reference=bank_reference) from None
        raise


def _take_lines(uow: UnitOfWork, settlement: Settlement) -> int:
    """Put up to SETTLEMENT_BATCH unsettled transactions of the shop into the statement; answers how many."""
    moved = select_shop_movements(
        settlement.book_id, settlement.shop_id, before=day_bounds(settlement.through)[1]
    ).subquery()
    unsettled = (
        select(
            bindparam("settlement_id", settlement.id, Uuid),
            bindparam("book_id", settlement.book_id),
            moved.c.transaction_id,
            moved.c.code,
            moved.c.points,
            moved.c.fen,
            moved.c.recorded_at,
        )
        .where(
            ~exists().where(
                SettlementLine.book_id == settlement.book_id, SettlementLine.transaction_id == moved.c.transaction_id
            )
        )
        .order_by(moved.c.transaction_id)
        .limit(terms.SETTLEMENT_BATCH)
    )
    columns = ["settlement_id", "book_id", "transaction_id", "code", "points", "fen", "recorded_at"]
    taken = insert(SettlementLine).from_select(columns, unsettled).returning(SettlementLine.transaction_id)
    return len(uow.session.scalars(taken).all())
