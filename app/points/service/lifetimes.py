"""How long points of a book live, and changing that for the points to come."""

from datetime import date

from sqlalchemy import text

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.points import errors, queries
from app.points.models import Book, ExpiryPolicyChange
from app.points.rules import expiry
from app.points.rules.expiry import ExpiryPolicy, FixedDay
from app.points.terms import ExpiryPolicyKind

_SET = text("SELECT points_set_expiry_policy(:book_id, :now, :id, :actor_id, :kind, :month, :day, :months, :reason)")


def policy_of(book: Book) -> ExpiryPolicy:
    """The policy a book has now."""
    fixed = None
    if book.expiry_month is not None and book.expiry_day is not None:
        fixed = FixedDay(book.expiry_month, book.expiry_day)
    return ExpiryPolicy(book.validity_months, fixed)


def last_day(book: Book, earned_on: date, *, validity_months: int | None = None) -> date:
    """The last day points earned on `earned_on` can be spent. `validity_months`: what an award rule says instead."""
    return expiry.expiry_day(earned_on, policy_of(book), validity_months=validity_months)


def change_expiry_policy(
    uow: UnitOfWork,
    *,
    book: str,
    expiry_policy: ExpiryPolicyKind,
    expiry_month: int | None,
    expiry_day: int | None,
    validity_months: int | None,
    reason: str,
) -> Book:
    """Give a book another policy, recorded for ever. Points that were earned before keep the day they have.

    `validity_months`: None leaves it as it is. Refuses BookMissing, FixedDayMissing, FixedDayNeedless, FixedDayInvalid.
    """
    found = queries.get_book(uow.session, book)
    fixed = _fixed_day(expiry_policy, expiry_month, expiry_day)
    uow.session.execute(
        _SET,
        {
            "book_id": found.id,
            "now": uow.now,
            "id": uow.new_id(),
            "actor_id": uow.actor.id,
            "kind": str(expiry_policy),
            "month": fixed.month if fixed else None,
            "day": fixed.day if fixed else None,
            "months": validity_months or found.validity_months,
            "reason": reason,
        },
    )
    uow.session.refresh(found)
    return found


def list_expiry_policies(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[ExpiryPolicyChange]:
    """The policies a book was given after it was opened, the youngest first. Refuses BookMissing, CursorInvalid."""
    found = queries.get_book(uow.session, book)
    rows = queries.list_expiry_policies(uow.session, found.id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda change: change.id)


def _fixed_day(kind: ExpiryPolicyKind, month: int | None, day: int | None) -> FixedDay | None:
    if kind is ExpiryPolicyKind.ROLLING:
        if month is not None or day is not None:
            raise errors.FixedDayNeedless
        return None
    if month is None or day is None:
        raise errors.FixedDayMissing
    return FixedDay(month, day)
