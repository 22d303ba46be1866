"""Reading a long list page by page: an opaque cursor, and the page it leads to."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from app.kernel.errors import DomainError, Kind

LIMIT_DEFAULT = 20
LIMIT_MAX = 100
CURSOR_LENGTH_MAX = 512
INTEGER_MAX = 2**31 - 1

CursorPart = str | int
T = TypeVar("T")


class CursorInvalid(DomainError):
    kind = Kind.INVALID
    code = "kernel.cursor_invalid"
    text = {
        "zh": "游标 cursor 无法识别:请原样使用上一页返回的 next_cursor,或不传以从头开始。",
        "en": "cursor is not one of ours: pass next_cursor of the page before unchanged, or leave it out.",
    }
    field = "cursor"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The sort key of the last row already read. Only strings and integers travel in it."""

    parts: tuple[CursorPart, ...]

    def encode(self) -> str:
        """Render the cursor for a client: URL-safe, without padding."""
        raw = json.dumps(self.parts, separators=(",", ":"), ensure_ascii=False).encode()
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")

    @classmethod
    def decode(cls, text: str, *kinds: type[str] | type[int]) -> "Cursor":
        """Read a cursor back whose parts are of `kinds`, in order. Refuses CursorInvalid for anything else."""
        if len(text) > CURSOR_LENGTH_MAX:
            raise CursorInvalid
        try:
            raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
            parts = json.loads(raw)
        except (ValueError, binascii.Error, RecursionError) as error:
            raise CursorInvalid from error
        if not isinstance(parts, list) or [type(part) for part in parts] != list(kinds):
            raise CursorInvalid
        if any(isinstance(part, str) and "\x00" in part for part in parts):
            raise CursorInvalid
        cursor = cls(tuple(parts))
        try:
            spelled = cursor.encode()
        except ValueError as error:  # half a character, which no text of ours has
            raise CursorInvalid from error
        if spelled != text:  # one spelling per cursor: a tampered or padded one is not ours
            raise CursorInvalid
        return cursor


def whole(part: CursorPart) -> int:
    """Give a part that is compared with an integer column. Refuses CursorInvalid for what PostgreSQL holds in none."""
    if not 0 <= int(part) <= INTEGER_MAX:
        raise CursorInvalid
    return int(part)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items of a list, and the cursor of the page after them (None at the end)."""

    items: Sequence[T]
    next_cursor: str | None = None


def read_id(cursor: str | None) -> UUID | None:
    """Read a cursor made by `page_by_id`. None without one; refuses CursorInvalid."""
    if cursor is None:
        return None
    try:
        return UUID(str(Cursor.decode(cursor, str).parts[0]))
    except ValueError as error:
        raise CursorInvalid from error


def page_by_id(rows: Sequence[T], limit: int, id_of: Callable[[T], UUID]) -> Page[T]:
    """Make a page of rows read in the order of their ids, one more than `limit` to see whether more follow."""
    more = len(rows) > limit
    items = rows[:limit]
    return Page(items, Cursor((str(id_of(items[-1])),)).encode() if more else None)
