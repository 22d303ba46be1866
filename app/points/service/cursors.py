"""What the cursors of the ledger's lists hold, and the cutting of a page from one row more than was asked for."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from app.kernel.paging import Cursor, CursorInvalid, CursorPart, Page

T = TypeVar("T")
KEY_MAX = 2**63 - 1  # a forged number beyond it would reach PostgreSQL as another type


def cut_page(rows: Sequence[T], limit: int, key: Callable[[T], tuple[CursorPart, ...]]) -> Page[T]:
    """Make a page of at most `limit` of `rows`; one row more means that there is a next page."""
    if len(rows) <= limit:
        return Page(rows)
    kept = rows[:limit]
    return Page(kept, Cursor(key(kept[-1])).encode())


def read_number(cursor: str | None) -> int | None:
    """The key of a list by a whole number. Refuses CursorInvalid."""
    if cursor is None:
        return None
    (number,) = Cursor.decode(cursor, int).parts
    if not 0 <= int(number) <= KEY_MAX:
        raise CursorInvalid
    return int(number)


def read_code(cursor: str | None) -> str | None:
    """The key of a list by a code. Refuses CursorInvalid."""
    return None if cursor is None else str(Cursor.decode(cursor, str).parts[0])


def read_day(cursor: str | None) -> date | None:
    """The key of a list by a day. Refuses CursorInvalid."""
    if cursor is None:
        return None
    try:
        return date.fromisoformat(str(Cursor.decode(cursor, str).parts[0]))
    except ValueError:
        raise CursorInvalid from None


def read_lot(cursor: str | None) -> tuple[date, UUID] | None:
    """The key of a list of lots: expiry day and budget. Refuses CursorInvalid."""
    if cursor is None:
        return None
    day, budget_id = Cursor.decode(cursor, str, str).parts
    try:
        return date.fromisoformat(str(day)), _id(budget_id)
    except ValueError:
        raise CursorInvalid from None


def read_notice(cursor: str | None) -> tuple[date, int] | None:
    """The key of a list of notices: expiry day, days ahead. Refuses CursorInvalid."""
    if cursor is None:
        return None
    day, ahead = Cursor.decode(cursor, str, int).parts
    try:
        read = date.fromisoformat(str(day)), int(ahead)
    except ValueError:
        raise CursorInvalid from None
    if not 0 <= read[1] < 2**15:
        raise CursorInvalid
    return read


def read_day_and_id(cursor: str | None) -> tuple[date, UUID] | None:
    """The key of a list by a day and an id. Refuses CursorInvalid."""
    return read_lot(cursor)


def read_account(cursor: str | None) -> tuple[str, UUID, int] | None:
    """The key of a list of accounts: kind, owner, stripe. Refuses CursorInvalid."""
    if cursor is None:
        return None
    kind, owner_id, stripe = Cursor.decode(cursor, str, str, int).parts
    if not 0 <= int(stripe) < 2**15:
        raise CursorInvalid
    return str(kind), _id(owner_id), int(stripe)


def _id(part: CursorPart) -> UUID:
    try:
        return UUID(str(part))
    except ValueError:
        raise CursorInvalid from None
