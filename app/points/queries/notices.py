"""Notices of points that lapse soon, and how much of them is still there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from app.points import errors
from app.points.models import ExpiryNotice, Lot
from app.points.rules.accounts import AccountRef, account_id
from app.points.terms import AccountKind


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice, and how many points with its last day are there now."""

    given: ExpiryNotice
    points_left: int


def list_notices(
    session: Session, book_id: int, owner_id: UUID, *, after: tuple[date, int] | None, limit: int
) -> Sequence[Notice]:
    """Notices of a passbook, the latest day first, and of one day the later notice first; those after (day, ahead)."""
    query = select(ExpiryNotice).where(ExpiryNotice.book_id == book_id, ExpiryNotice.owner_id == owner_id)
    if after is not None:
        day, ahead = after
        query = query.where(
            or_(ExpiryNotice.expires_on < day, and_(ExpiryNotice.expires_on == day, ExpiryNotice.days_ahead > ahead))
        )
    order = (ExpiryNotice.expires_on.desc(), ExpiryNotice.days_ahead)
    given = session.scalars(query.order_by(*order).limit(limit)).all()
    left = _left_by_day(session, book_id, owner_id, {notice.expires_on for notice in given})
    return [Notice(notice, left.get(notice.expires_on, 0)) for notice in given]


def get_notice(session: Session, book_id: int, owner_id: UUID, *, expires_on: date, days_ahead: int) -> Notice:
    """One notice of a passbook. Refuses NoticeMissing."""
    given = session.get(ExpiryNotice, (book_id, owner_id, expires_on, days_ahead))
    if given is None:
        raise errors.NoticeMissing
    return Notice(given, _left_by_day(session, book_id, owner_id, {expires_on}).get(expires_on, 0))


def _left_by_day(session: Session, book_id: int, owner_id: UUID, days: set[date]) -> dict[date, int]:
    if not days:
        return {}
    passbook = account_id(book_id, AccountRef(AccountKind.RESIDENT, owner_id))
    query = (
        select(Lot.expires_on, func.sum(Lot.points_left))
        .where(Lot.book_id == book_id, Lot.account_id == passbook, Lot.expires_on.in_(days))
        .group_by(Lot.expires_on)
    )
    return {row[0]: int(row[1]) for row in session.execute(query)}
