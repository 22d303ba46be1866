"""What is complained of: a payment, or a gift that was handed out."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.merchants import errors, queries
from app.merchants.models import Complaint, Redemption, Reservation
from app.merchants.queries import gifts as gift_queries
from app.merchants.rules import complaints as rules
from app.merchants.service.receipts import state_of
from app.merchants.terms import RedemptionState, ReservationState
from app.points.queries.movements import was_reversed

Taken = Redemption | Reservation
HAD = frozenset({ReservationState.COLLECTED, ReservationState.RETURNED})


def lock_taken(uow: UnitOfWork, complaint: Complaint) -> Taken:
    """Hold what a complaint is about. Refuses ComplaintMissing where it is not there any more."""
    if complaint.reservation_id is not None:
        return gift_queries.lock_at_shop(uow.session, complaint.shop_id, complaint.reservation_id)
    found = complaint.redemption_id and queries.lock_redemption_by_id(uow.session, complaint.redemption_id)
    if not found:
        raise errors.ComplaintMissing
    return found


def check_taken(uow: UnitOfWork, taken: Taken) -> UUID:
    """The transaction that took the points, if it may be complained of now.

    Refuses NotCaptured, ComplaintNeedless, ComplaintLate.
    """
    if isinstance(taken, Redemption):
        state = state_of(taken, uow.now)
    else:  # nothing is taken before it is handed out
        state = RedemptionState.CAPTURED if taken.state in HAD else RedemptionState.HELD
    rules.check_complaint(state, captured_at=taken.closed_at, left=points_left(uow, taken), now=uow.now)
    if taken.transaction_id is None:
        raise errors.NotCaptured(state=state)
    return taken.transaction_id


def points_left(uow: UnitOfWork, taken: Taken) -> int:
    """Points that were not given back yet, by the shop or by whoever undid it. A gift comes back whole."""
    if taken.book_id is None or taken.transaction_id is None:
        return 0
    if was_reversed(uow.session, taken.book_id, taken.transaction_id):
        return 0
    if isinstance(taken, Redemption):
        return (taken.captured_points or 0) - taken.refunded_points
    return taken.points if taken.state == ReservationState.COLLECTED else 0


def points_taken(taken: Taken) -> int:
    """The points that it took."""
    return (taken.captured_points or 0) if isinstance(taken, Redemption) else taken.points


def shop_of(taken: Taken) -> UUID:
    """Where."""
    return taken.branch_id if isinstance(taken, Redemption) else taken.shop_id
