"""Stating what a shop is owed through a day, by hand or every night, and showing it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.paging import Page, page_by_id, read_id
from app.kernel.periods import day_bounds, local_date
from app.merchants import errors, queries, rules, terms
from app.merchants.models import Settlement, SettlementLine
from app.merchants.queries import payouts, statements
from app.merchants.queries.settlements import Totals
from app.merchants.rules.payouts import Keeping, keep_back
from app.merchants.service import telling_shops
from app.merchants.terms import SettlementState
from app.points import queries as points_queries


@dataclass(frozen=True, slots=True)
class Statement:
    """A settlement with a page of its lines."""

    settlement: Settlement
    lines: Page[SettlementLine]


def state_settlement(uow: UnitOfWork, *, book: str, shop_id: UUID, through: date) -> Settlement:
    """State what a shop is owed for everything recorded through a day and not settled yet. Again is a replay.

    A transaction that commits late, or after a statement through today, goes into the next statement. What earlier
    statements kept back and is free by then is added, what this one keeps back of a new shop taken off. A person who
    states it has checked it. Refuses ShopMissing, ThroughInFuture, NothingToSettle, SettlementNegative (carried over:
    nothing is settled).
    """
    book_id = points_queries.get_book(uow.session, book).id
    shop = queries.lock_shop(uow.session, book_id, shop_id)
    before = queries.find_settlement(uow.session, book_id, shop_id, through)

    rules.check_through(through, local_date(uow.now))
    if before is not None:
        return before

    settlement = _open(uow, book_id, shop_id, through)
    released_fen = _release(uow, settlement)  # before the lines: what a refund freed has its refund there
    while _take_lines(uow, settlement) == terms.SETTLEMENT_BATCH:
        pass
    totals = queries.sum_lines(uow.session, book_id, settlement.id)
    rules.check_total(lines=totals.lines, fen=totals.fen, through=through, released_fen=released_fen)
    in_force = payouts.find_rules(uow.session, book_id, shop_id)
    kept = keep_back(in_force, opened_on=local_date(shop.opened_at), through=through, fen=totals.fen)
    _total(settlement, totals, kept, released_fen, statements.find_digest(uow.session, settlement))
    telling_shops.tell_settlements(uow, "settlement.stated", [settlement])

    return settlement


def state_step(uow: UnitOfWork, book: str, after: UUID | None) -> UUID | None:
    """State what the next shop of a book is owed through yesterday. Begun anew it states nothing twice."""
    book_id = points_queries.get_book(uow.session, book).id
    shops = queries.list_shops(uow.session, book_id, after=after, limit=1)
    if not shops:
        return None
    yesterday = local_date(uow.now) - timedelta(days=1)
    with suppress(errors.NothingToSettle, errors.SettlementNegative), uow.session.begin_nested():
        state_settlement(uow, book=book, shop_id=shops[0].id, through=yesterday)
    return shops[0].id


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


def _open(uow: UnitOfWork, book_id: int, shop_id: UUID, through: date) -> Settlement:
    by_hand = Role.SYSTEM not in uow.actor.roles
    settlement = Settlement(
        book_id=book_id,
        id=uow.new_id(),
        shop_id=shop_id,
        through=through,
        line_count=0,
        points=0,
        fen=0,
        released_fen=0,
        reserve_fen=0,
        disputed_fen=0,
        payable_fen=0,
        payable_on=through,
        state=SettlementState.STATED,
        stated_by=uow.actor.id,
        stated_at=uow.now,
        checked_by=uow.actor.id if by_hand else None,
        checked_at=uow.now if by_hand else None,
    )
    uow.session.add(settlement)
    uow.session.flush()  # its lines name it
    return settlement


def _total(settlement: Settlement, totals: Totals, kept: Keeping, released_fen: int, digest: bytes) -> None:
    """Write what a statement comes to, all at once: the database checks that it adds up."""
    settlement.line_count, settlement.points, settlement.fen = totals
    settlement.released_fen, settlement.reserve_fen = released_fen, kept.reserve_fen
    settlement.payable_fen = totals.fen + released_fen - kept.reserve_fen
    settlement.payable_on, settlement.reserve_until = kept.payable_on, kept.reserve_until
    settlement.digest = digest


def _release(uow: UnitOfWork, settlement: Settlement) -> int:
    """Take over what earlier statements of the shop kept back and is free by the end of this one's day."""
    book_id, shop_id, through = settlement.book_id, settlement.shop_id, settlement.through
    disputes = statements.lock_free_disputes(uow.session, book_id, shop_id, before=day_bounds(through)[1])
    reserves = statements.lock_free_reserves(uow.session, book_id, shop_id, through=through)
    for dispute in disputes:
        dispute.released_into = settlement.id
    for earlier in reserves:
        earlier.reserve_into = settlement.id
    return sum(each.fen for each in disputes) + sum(each.reserve_fen for each in reserves)


def _take_lines(uow: UnitOfWork, settlement: Settlement) -> int:
    """Put up to SETTLEMENT_BATCH unsettled transactions of the shop into the statement; answers how many."""
    columns = ["settlement_id", "book_id", "transaction_id", "code", "points", "fen", "discount_fen", "recorded_at"]
    rows = statements.select_unsettled(settlement, limit=terms.SETTLEMENT_BATCH)
    taken = insert(SettlementLine).from_select(columns, rows).returning(SettlementLine.transaction_id)
    return len(uow.session.scalars(taken).all())
