"""Statements: entries by pages, newest first, of a month or of one kind, each with what can be told of it."""

from datetime import date
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Cursor, Page
from app.kernel.periods import month_bounds
from app.points import queries
from app.points.models import Book
from app.points.rules.accounts import passbook_of
from app.points.service.cursors import cut_page, read_number
from app.points.service.tellings import ToldLine, tell_lines
from app.points.terms import Code

SCANNED_MAX = 500
"""Entries one request looks through for those of one kind."""


def list_own_entries(
    uow: UnitOfWork, *, book: str, kind: Code | None, month: date | None, limit: int, cursor: str | None
) -> Page[ToldLine]:
    """The entries of the passbook of whoever asks, newest first, of one kind and recorded in one month where given.

    With a kind, a page may hold fewer entries than asked for, even none, and still go on. Refuses BookMissing,
    CursorInvalid.
    """
    found = queries.get_book(uow.session, book)
    return _entries(uow, found, uow.actor.id, (kind, month), (limit, cursor))


def list_passbook_entries(
    uow: UnitOfWork,
    *,
    book: str,
    owner_id: UUID,
    kind: Code | None,
    month: date | None,
    limit: int,
    cursor: str | None,
) -> Page[ToldLine]:
    """The same of somebody's passbook. Refuses BookMissing, AccountMissing, CursorInvalid."""
    found = queries.get_book(uow.session, book)
    queries.get_account(uow.session, found.id, passbook_of(found.id, owner_id))
    return _entries(uow, found, owner_id, (kind, month), (limit, cursor))


def _entries(
    uow: UnitOfWork,
    book: Book,
    owner_id: UUID,
    wanted: tuple[Code | None, date | None],
    where: tuple[int, str | None],
) -> Page[ToldLine]:
    (kind, month), (limit, cursor) = wanted, where
    account, before = passbook_of(book.id, owner_id), read_number(cursor)
    first, through = _span(uow, book.id, account, month)
    if before is not None:
        through = min(through, before - 1)
    low = first if kind is None else max(first, through - SCANNED_MAX + 1)
    rows = queries.list_entries_between(
        uow.session, book.id, account, first=low, through=through, limit=limit + 1, code=kind
    )
    page = cut_page(rows, limit, lambda line: (line.version or 0,))
    goes_on = page.next_cursor or (Cursor((low,)).encode() if low > first else None)
    return Page(tell_lines(uow, book.id, owner_id, page.items), goes_on)


def _span(uow: UnitOfWork, book_id: int, account: UUID, month: date | None) -> tuple[int, int]:
    """The first and last version of a month, or of the whole passbook. An empty one ends before it begins."""
    if month is None:
        return 1, queries.get_chain_head(uow.session, book_id, account).version
    before, through = queries.list_marks(uow.session, book_id, account, month_bounds(month))
    return before.version + 1, through.version
