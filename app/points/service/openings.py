"""Opening balances of thousands of new passbooks, in pages of one transaction each, and their taking back.

All pages of a list stand or fall together, in the caller's one database transaction. That is several calls of a door
in one transaction, which otherwise takes locks out of the global order; here it does not. Opening: the passbooks are
new and nobody else can know them, so the only locks that others may want are the budget's stripes, and they are all
taken by the first page, in their order. Taking back: every balance that will be touched is locked first, at once and in
the global order, so that no later call waits for anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete

from app.infra.unit_of_work import UnitOfWork
from app.kernel.periods import local_date
from app.points import errors, queries
from app.points.models import Account, Book, Entry, LotMove, PaperPassbook
from app.points.rules import openings as rules
from app.points.rules.accounts import NOBODY, AccountRef, account_id
from app.points.rules.openings import Opening
from app.points.rules.postings import Leg, LotChange, Posting
from app.points.service import wire
from app.points.service.closings import refuse_closed_months
from app.points.service.posting import post
from app.points.terms import AccountKind, Code

_TYPES = (
    *("integer", "timestamptz", "uuid", "uuid", "uuid", "text", "bytea", "text"),
    *("uuid", "uuid", "uuid", "uuid[]", "uuid[]", "bigint[]", "date[]"),
)
TAKE_OVER_SQL = f"SELECT points_take_over({', '.join(f'%s::{kind}' for kind in _TYPES)})"
_RECORD_SQL = """
    INSERT INTO points_paper_passbooks (book_id, resident_id, passbook_no)
    SELECT %s, n.resident_id, n.passbook_no FROM unnest(%s::uuid[], %s::text[]) n (resident_id, passbook_no)"""
MOVED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Moved:
    """Openings that cannot be taken back: how many, and the owners of the first MOVED_SHOWN."""

    count: int
    owner_ids: Sequence[UUID]


def open_passbooks(
    uow: UnitOfWork, book: Book, *, budget_id: UUID, cause: str, first_page: int, rows: Sequence[Opening]
) -> int:
    """Open passbooks that hold what paper ones held; answers how many pages that took. See the module for the locks.

    Page n is booked under `cause:n`, n counting from `first_page`. The residents must have no passbook yet. A refusal
    is no decline: the caller ends its transaction (or savepoint) with it. Refuses BudgetMissing, PostingInvalid,
    ExpiryDatePast, BudgetTooSmall, PostingMonthClosed.
    """
    budget = queries.get_budget(uow.session, book.id, budget_id)
    today = local_date(uow.now)
    rules.check_new(rows)
    for row in rows:
        if row.expires_on < today:
            raise errors.ExpiryDatePast(expires_on=row.expires_on.isoformat(), today=today.isoformat())
    page = first_page
    for part in rules.cut_pages(rows, budget.point_value_fen):
        _open_page(uow, book.id, budget_id, (f"{cause}:{page}", cause), part)
        page += 1
    return page - first_page


def _open_page(uow: UnitOfWork, book_id: int, budget_id: UUID, words: tuple[str, str], rows: Sequence[Opening]) -> None:
    cause, evidence = words
    arguments = (
        *(book_id, uow.now, uow.actor.id, budget_id, uow.new_id(), cause),
        *(rules.content_hash(budget_id, rows), evidence),
        account_id(book_id, AccountRef(AccountKind.BUDGET_RESERVE, budget_id)),
        account_id(book_id, AccountRef(AccountKind.POINTS_LIABILITY)),
        NOBODY,
        wire.array(account_id(book_id, AccountRef(AccountKind.RESIDENT, row.resident_id)) for row in rows),
        wire.array(row.resident_id for row in rows),
        wire.array(row.points for row in rows),
        wire.array(row.expires_on for row in rows),
    )
    with refuse_closed_months([uow.now]):
        missing = uow.session.connection().exec_driver_sql(TAKE_OVER_SQL, arguments).scalar_one()
    if missing:
        raise errors.BudgetTooSmall(missing=missing)


def record_paper_passbooks(uow: UnitOfWork, book_id: int, *, numbers: Sequence[tuple[UUID, str]]) -> None:
    """Keep which paper passbook each resident came with. A number that is taken already fails the transaction."""
    owners, papers = wire.array(owner for owner, _ in numbers), wire.array(paper for _, paper in numbers)
    uow.session.connection().exec_driver_sql(_RECORD_SQL, (book_id, owners, papers))


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
