"""Opening balances of thousands of new passbooks, in pages of one transaction each, and their taking back.

All pages of all lists stand or fall together, in the caller's one database transaction. That is several calls of a door
in one transaction, which otherwise takes locks out of the global order; here it does not. Opening: the passbooks are
new and nobody else can know them, so the only locks that others may want are the budget's stripes, and they are all
taken by the first page, in their order. Taking back: every balance that will be touched is locked first, at once and in
the global order, so that no later call waits for anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Select, Uuid, cast, delete, func, insert, literal, select, true

from app.infra.unit_of_work import UnitOfWork
from app.kernel.periods import local_date
from app.points import errors, queries
from app.points.models import Account, Book, Entry, LotMove, PaperPassbook
from app.points.rules import openings as rules
from app.points.rules.accounts import NOBODY, AccountRef, account_id
from app.points.rules.postings import Leg, LotChange, Posting
from app.points.service.closings import refuse_closed_months
from app.points.service.posting import post
from app.points.terms import AccountKind, Code

MOVED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Moved:
    """Openings that cannot be taken back: how many, and the owners of the first MOVED_SHOWN."""

    count: int
    owner_ids: Sequence[UUID]


def open_passbooks(
    uow: UnitOfWork,
    book: Book,
    *,
    budget_id: UUID,
    cause: str,
    first_page: int,
    rows: Select[UUID, int, date],
) -> int:
    """Open passbooks that hold what paper ones held; answers how many pages that took. See the module for the locks.

    `rows` is a query for at most OPENINGS_LIST_MAX rows of resident, points and last day; they go from its tables to
    the ledger's without leaving the database. Page n is booked under `cause:n`, n counting from `first_page`. The
    residents must have no passbook yet. A refusal is no decline: the caller ends its transaction or savepoint with it.
    Refuses BudgetMissing, PostingInvalid, ExpiryDatePast, BudgetTooSmall, PostingMonthClosed.
    """
    budget = queries.get_budget(uow.session, book.id, budget_id)
    listed = queries.sum_openings(uow.session, rows)
    if not listed.count:
        return 0
    page_max = rules.page_points_max(budget.point_value_fen)
    rules.check_list(listed, page_max, local_date(uow.now))
    owners, points, days = rows.subquery("listed").c
    lists = select(*(func.array_agg(column).label(column.name) for column in (owners, points, days))).subquery("lists")
    opened = func.points_open_passbooks(
        *(book.id, uow.now, uow.actor.id, budget_id),
        cast([uow.new_id() for _ in range(rules.pages_at_most(listed, page_max))], ARRAY(Uuid)),
        *(cause, first_page, page_max),
        account_id(book.id, AccountRef(AccountKind.BUDGET_RESERVE, budget_id)),
        account_id(book.id, AccountRef(AccountKind.POINTS_LIABILITY)),
        *(NOBODY, *lists.c),
    ).table_valued("missing", "pages")
    with refuse_closed_months([uow.now]):
        missing, pages = uow.session.execute(
            select(opened.c.missing, opened.c.pages).join_from(lists, opened, true())
        ).one()
    if missing:
        raise errors.BudgetTooSmall(missing=missing)
    return int(pages)


def record_paper_passbooks(uow: UnitOfWork, book_id: int, *, numbers: Select[UUID, str]) -> None:
    """Keep which paper passbook each resident came with, both from a query.

    A number that is taken already fails the transaction.
    """
    owners, papers = numbers.subquery("listed").c
    rows = select(literal(book_id, Integer), owners, papers)
    uow.session.execute(insert(PaperPassbook).from_select(["book_id", "resident_id", "passbook_no"], rows))


def lock_openings(uow: UnitOfWork, book_id: int, *, causes: Sequence[str]) -> tuple[Sequence[UUID], Moved]:
    """Lock what taking these openings back would touch, and say which of them cannot be taken back any more.

    Answers the transactions that are still to be reversed, for `take_back_openings` in the same transaction.
    """
    transactions = queries.list_opening_transactions(uow.session, book_id, causes)
    queries.lock_openings(uow.session, book_id, transactions)
    count, owners = queries.list_moved_openings(uow.session, book_id, transactions, limit=MOVED_SHOWN)
    return transactions, Moved(count, owners)


def take_back_openings(uow: UnitOfWork, book_id: int, *, transactions: Sequence[UUID], reason: str) -> None:
    """Reverse pages of openings that `lock_openings` locked and found whole. Refuses OpeningsMoved."""
    for transaction_id in transactions:
        entries = queries.list_entries_of(uow.session, book_id, transaction_id)
        moves = queries.list_lot_moves_of(uow.session, book_id, transaction_id)
        outcome = post(uow, book_id, [_turned(transaction_id, entries, moves, reason)])[0]
        if outcome.decline is not None:
            raise errors.OpeningsMoved(count=1)


def forget_paper_passbooks(uow: UnitOfWork, book_id: int, *, resident_ids: Sequence[UUID]) -> None:
    """Let the paper passbooks of residents whose openings were taken back be taken over again."""
    uow.session.execute(
        delete(PaperPassbook).where(PaperPassbook.book_id == book_id, PaperPassbook.resident_id.in_(resident_ids))
    )


def _turned(
    transaction_id: UUID, entries: Sequence[tuple[Entry, Account]], moves: Sequence[LotMove], reason: str
) -> Posting:
    refs = {entry.line: AccountRef(AccountKind(a.kind), a.owner_id, a.stripe) for entry, a in entries}
    return Posting(
        cause=f"takeback:{transaction_id}",
        code=Code.REVERSAL,
        legs=tuple(Leg(refs[entry.line], -entry.amount) for entry, _ in entries),
        lots=tuple(_change(refs[move.line], move) for move in moves),
        reverses_id=transaction_id,
        evidence=reason,
    )


def _change(account: AccountRef, move: LotMove) -> LotChange:
    return LotChange(account, move.expires_on, move.budget_id, -move.points, -move.cost_fen)
