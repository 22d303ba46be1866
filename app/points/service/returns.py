"""What is left of an allotment flows back to its budget: when somebody closes it, and when its period is over."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from app.infra.unit_of_work import UnitOfWork
from app.kernel.periods import local_date
from app.points import errors, queries
from app.points.models import Allotment
from app.points.rules.accounts import allotment_account, allotment_stripe
from app.points.rules.postings import Leg, Posting
from app.points.service.allotments import AllotmentDetail, describe_allotment
from app.points.service.posting import post
from app.points.terms import AllotmentState, Code

CLOSED_PER_STEP = 500

# Whoever closed an allotment stays the one who did, when points of awards undone later follow the others.
_NOTE = text("""
    UPDATE points_allotments a
       SET state = 'closed', closed_by = coalesce(a.closed_by, :actor), closed_at = coalesce(a.closed_at, :now),
           returned_points = coalesce(a.returned_points, 0) + r.points
      FROM unnest(CAST(:ids AS uuid[]), CAST(:points AS bigint[])) AS r (id, points)
     WHERE a.book_id = :book_id AND a.id = r.id
""")


def close_allotment(uow: UnitOfWork, *, book: str, allotment_id: UUID) -> AllotmentDetail:
    """Close an allotment now; what is left flows back to its budget.

    Refuses BookMissing, AllotmentMissing, AllotmentClosed.
    """
    book_id = queries.get_book(uow.session, book).id
    allotment = queries.lock_allotment(uow.session, book_id, allotment_id)
    if allotment.state != AllotmentState.OPEN:
        raise errors.AllotmentClosed
    return_remainders(uow, book_id, [allotment])
    return describe_allotment(uow, queries.get_allotment(uow.session, book_id, allotment_id))


def close_allotments_step(uow: UnitOfWork, book: str, where: bool | None) -> bool | None:  # noqa: ARG001, FBT001 - the shape of a step
    """Close some allotments of a book whose period is over, then empty some that were closed and hold points again.

    What one step did is done, so a round that was cut off goes on where it stood.
    """
    book_id = queries.get_book(uow.session, book).id
    found = queries.lock_due_allotments(uow.session, book_id, today=local_date(uow.now), limit=CLOSED_PER_STEP)
    if not found:
        found = queries.lock_closed_with_points(uow.session, book_id, limit=CLOSED_PER_STEP)
    return_remainders(uow, book_id, found)
    return True if found else None


def return_remainders(uow: UnitOfWork, book_id: int, allotments: Sequence[Allotment]) -> int:
    """Close these allotments, whose rows the caller has locked; answers how many points flowed back.

    Their accounts are locked before they are read, so that no award comes between: it was before, and what it took is
    not here any more, or it comes after, and finds nothing. One call of the posting door, however many they are.
    """
    if not allotments:
        return 0
    left = queries.lock_allotment_points(uow.session, book_id, [each.id for each in allotments])
    postings = [_posting(uow, each, left[each.id]) for each in allotments if left[each.id]]
    if postings and any(outcome.decline is not None for outcome in post(uow, book_id, postings)):
        message = "what lies on a locked account can always be taken from it"
        raise AssertionError(message)
    values = {
        "book_id": book_id,
        "actor": uow.actor.id,
        "now": uow.now,
        "ids": [each.id for each in allotments],
        "points": [left[each.id] for each in allotments],
    }
    uow.session.execute(_NOTE, values)
    return sum(left.values())


def _posting(uow: UnitOfWork, allotment: Allotment, points: int) -> Posting:
    return Posting(
        cause=f"allot_return:{allotment.id}:{uow.new_id()}",
        code=Code.ALLOT_RETURN,
        legs=(
            Leg(allotment_account(allotment.id), -points),
            Leg(allotment_stripe(allotment.budget_id, allotment.id), points),
        ),
    )
