"""Stating what a shop is owed through a day, by hand or every night, and showing it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.paging import Page, page_by_id, read_id
from app.kernel.periods import local_date
from app.merchants import errors, queries, rules, terms
from app.merchants.models import Settlement, SettlementLine, Shop
from app.merchants.queries import payouts, statements
from app.merchants.queries.settlements import Totals
from app.merchants.rules.payouts import Keeping, keep_back
from app.merchants.service import holding, own, telling_shops
from app.merchants.service.naming import NamedLine, name_all
from app.merchants.terms import SettlementState
from app.places.queries import load_calendar_for
from app.points import queries as points_queries


@dataclass(frozen=True, slots=True)
class Statement:
    """A settlement with a page of its lines."""

    settlement: Settlement
    lines: Page[NamedLine]


def state_settlement(uow: UnitOfWork, *, book: str, shop_id: UUID, through: date) -> Settlement:
    """State what a shop is owed for everything recorded through a day and not settled yet. Again is a replay.

    A transaction that commits late, or after a statement through today, goes into the next statement. What earlier
    statements kept back and is free by then is added; what this one keeps back of a new shop, and of lines that a
    complaint or a case stands against, is taken off. What comes to no money is closed at once. A person who
    states it has checked it. Refuses ShopMissing, OwnBusiness, ThroughInFuture, NothingToSettle, SettlementNegative
    (carried over: nothing is settled).
    """
    book_id = points_queries.get_book(uow.session, book).id
    shop = queries.lock_shop(uow.session, book_id, shop_id)
    own.check_shop(uow, shop_id)
    before = queries.find_settlement(uow.session, book_id, shop_id, through)

    rules.check_through(through, local_date(uow.now))
    if before is not None:
        return before

    settlement = _open(uow, book_id, shop_id, through)
    released_fen = holding.release(uow, settlement)  # before the lines: what a refund freed has its refund there
    from_id = statements.find_first_open(uow.session, book_id, shop_id)
    while _take_lines(uow, settlement, from_id) == terms.SETTLEMENT_BATCH:
        pass
    totals = queries.sum_lines(uow.session, book_id, settlement.id)
    rules.check_total(lines=totals.lines, fen=totals.fen, through=through, released_fen=released_fen)
    kept = _keep_back(uow, book, shop, through, totals.fen)
    available_fen = totals.fen + released_fen - kept.reserve_fen
    disputed_fen = holding.keep_doubted(
        uow, settlement, available_fen=available_fen, unattended_until=kept.unattended_until
    )
    digest = statements.find_digest(uow.session, settlement)
    _total(settlement, totals, kept, released_fen, disputed_fen)
    settlement.digest = digest
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
    page = page_by_id(rows, limit, lambda line: line.transaction_id)
    return Statement(settlement, Page(name_all(uow, book_id, page.items), page.next_cursor))


def list_settlements(
    uow: UnitOfWork,
    *,
    book: str,
    shop_id: UUID | None,
    state: SettlementState | None = None,
    limit: int,
    cursor: str | None,
) -> Page[Settlement]:
    """Settlements of a book, newest first; of one shop, or in one state, where given."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = queries.list_settlements(
        uow.session, book_id, shop_id=shop_id, state=state, before=read_id(cursor), limit=limit + 1
    )
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


def _keep_back(uow: UnitOfWork, book: str, shop: Shop, through: date, fen: int) -> Keeping:
    """Ask the terms in force and the work calendar what of a statement is kept back, and when the rest is paid."""
    in_force = payouts.find_rules(uow.session, shop.book_id, shop.id)
    calendar = load_calendar_for(uow.session, book, through, in_force.days_max)
    return keep_back(
        in_force,
        opened_on=local_date(shop.opened_at),
        through=through,
        fen=fen,
        add_working_days=calendar.add_working_days,
    )


def _total(settlement: Settlement, totals: Totals, kept: Keeping, released_fen: int, disputed_fen: int) -> None:
    """Write what a statement comes to, all at once: the database checks that it adds up."""
    settlement.line_count, settlement.points, settlement.fen = totals
    settlement.released_fen, settlement.reserve_fen = released_fen, kept.reserve_fen
    settlement.disputed_fen = disputed_fen
    settlement.payable_fen = totals.fen + released_fen - kept.reserve_fen - disputed_fen
    if not settlement.payable_fen:
        settlement.state = SettlementState.CLOSED
    settlement.payable_on, settlement.reserve_until = kept.payable_on, kept.reserve_until


def _take_lines(uow: UnitOfWork, settlement: Settlement, from_id: UUID | None) -> int:
    """Put up to SETTLEMENT_BATCH unsettled transactions of the shop into the statement; answers how many."""
    columns = ["settlement_id", "book_id", "transaction_id", "code", "points", "fen", "discount_fen", "recorded_at"]
    rows = statements.select_unsettled(settlement, from_id=from_id, limit=terms.SETTLEMENT_BATCH)
    taken = insert(SettlementLine).from_select(columns, rows).returning(SettlementLine.transaction_id)
    return len(uow.session.scalars(taken).all())
