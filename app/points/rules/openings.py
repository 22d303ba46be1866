"""Opening balances by the page: what may stand on one, where a list is cut, and its fingerprint."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from uuid import UUID

from app.points.errors import PostingInvalid
from app.points.rules.postings import check_amount
from app.points.terms import FEN_MAX, OPENINGS_PAGE_MAX, POINTS_MAX


@dataclass(frozen=True, slots=True)
class Opening:
    """What a paper passbook held: 1 to POINTS_MAX points, good to `expires_on`, for a resident without a passbook."""

    resident_id: UUID
    points: int
    expires_on: date


def cut_pages(rows: Sequence[Opening], point_value_fen: int) -> Iterator[Sequence[Opening]]:
    """Cut rows into pages of one transaction each: as many as fit one, and no more points or money than a leg carries.

    Refuses PostingInvalid for amounts out of range and rows that alone are too much.
    """
    points_max = min(POINTS_MAX, FEN_MAX // point_value_fen) if point_value_fen else POINTS_MAX
    start, points = 0, 0
    for index, row in enumerate(rows):
        check_amount(row.points, points_max)
        if index - start == OPENINGS_PAGE_MAX or points + row.points > points_max:
            yield rows[start:index]
            start, points = index, 0
        points += row.points
    if start < len(rows):
        yield rows[start:]


def content_hash(budget_id: UUID, rows: Sequence[Opening]) -> bytes:
    """Fingerprint of what a page opens: under the same cause another page is another act."""
    lines = [f"{row.resident_id.int:032x} {row.points} {row.expires_on}" for row in rows]
    return sha256("\n".join([str(budget_id), *lines]).encode()).digest()


def check_new(rows: Sequence[Opening]) -> None:
    """Refuse PostingInvalid for a list that names a resident twice: a passbook is opened once."""
    if len({row.resident_id for row in rows}) < len(rows):
        raise PostingInvalid(problem="a list of openings names a resident twice")
