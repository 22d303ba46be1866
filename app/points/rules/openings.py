"""Opening balances by the list: what may stand on one, and into how many transactions it is cut."""

from dataclasses import dataclass
from datetime import date

from app.points.errors import ExpiryDatePast, PostingInvalid
from app.points.rules.postings import check_amount
from app.points.terms import FEN_MAX, OPENINGS_LIST_MAX, OPENINGS_PAGE_MAX, POINTS_MAX


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list of openings comes to: its rows and residents, its smallest, largest and all points, its first day."""

    count: int
    residents: int
    least: int
    most: int
    points: int
    first_day: date


def page_points_max(point_value_fen: int) -> int:
    """Most points that one transaction carries, so that their money fits a leg as well."""
    return min(POINTS_MAX, FEN_MAX // point_value_fen) if point_value_fen else POINTS_MAX


def check_list(listed: Listed, page_max: int, today: date) -> None:
    """Refuse PostingInvalid for a list too long, one that names a resident twice, one with an amount that is none or
    too much for a page; ExpiryDatePast for one with points that have expired.
    """
    if listed.count > OPENINGS_LIST_MAX:
        raise PostingInvalid(problem=f"a list has at most {OPENINGS_LIST_MAX} openings, not {listed.count}")
    if listed.residents < listed.count:
        raise PostingInvalid(problem="a passbook is opened once")
    check_amount(listed.least, page_max)
    check_amount(listed.most, page_max)
    if listed.first_day < today:
        raise ExpiryDatePast(expires_on=listed.first_day.isoformat(), today=today.isoformat())


def pages_at_most(listed: Listed, page_max: int) -> int:
    """How many transactions a list can become: full ones, those cut before their points are too many, and the last.

    One that was cut carries, together with the next, more than `page_max`.
    """
    return listed.count // OPENINGS_PAGE_MAX + 2 * listed.points // page_max + 1
