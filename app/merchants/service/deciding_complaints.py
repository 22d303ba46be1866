"""How a complaint ends: points given back through the refund door, rejected, or by default when nobody speaks."""

from datetime import datetime
from uuid import UUID

import structlog

from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import DomainError
from app.kernel.periods import day_bounds, local_date
from app.merchants import terms
from app.merchants.models import Complaint, Redemption, Reservation
from app.merchants.queries import complaints as complaint_queries
from app.merchants.service import collecting, complaint_notices, holding, refunds, telling_shops
from app.merchants.service.complained import Taken, lock_taken, points_left
from app.merchants.terms import ComplaintState, DisputeState
from app.places.queries import load_calendar_for
from app.points.queries import books

log = structlog.get_logger(__name__)
DEFAULT_REFUND = "商户逾期未答复,无人裁定,默认退回 / the shop said nothing and nobody decided in time: given back"
DEFAULT_REJECT = "逾期无人裁定,默认驳回 / nobody decided in time: rejected"


def lapse_complaints(uow: UnitOfWork) -> int:
    """Let one complaint whose time is over go on without whoever was asked; answers how many. Called until it is 0.

    A shop that says nothing loses its word: the desk decides without it. Where the desk says nothing either, silence
    counts against whoever was silent first: given back where the shop never answered, rejected where it said no. What
    cannot be given back now is tried again on the next working day.
    """
    found = complaint_queries.find_due(uow.session, now=uow.now)
    if found is None:
        return 0
    complaint, taken = lock(uow, found)
    if complaint.state not in terms.WAITING or complaint.due_at > uow.now:
        return 1
    book = books.get_book_by_id(uow.session, complaint.book_id).code
    if complaint.state == ComplaintState.OPEN:
        complaint.state = ComplaintState.UNANSWERED
        complaint.due_at = due_after(uow, book, terms.COMPLAINT_DECISION_DAYS)
    elif complaint.state == ComplaintState.CONTESTED:
        reject(uow, complaint, why=DEFAULT_REJECT, by=uow.actor.id)
    else:
        try:
            with uow.session.begin_nested():
                left = points_left(uow, taken)
                give_back(uow, complaint, taken, points=left, why=DEFAULT_REFUND, by=uow.actor.id)
        except DomainError as refusal:
            log.warning("complaint_not_refunded", complaint_id=str(found.id), reason=refusal.code)
            complaint.due_at = due_after(uow, book, 1)
    return 1


def due_after(uow: UnitOfWork, book: str, days: int) -> datetime:
    """The end of the last of so many working days after today."""
    today = local_date(uow.now)
    return day_bounds(load_calendar_for(uow.session, book, today, days).add_working_days(today, days))[1]


def lock(uow: UnitOfWork, complaint: Complaint) -> tuple[Complaint, Taken]:
    """Hold what a complaint is about, then the complaint, as both stand now. Refuses ComplaintMissing."""
    taken = lock_taken(uow, complaint)
    return complaint_queries.lock_complaint(uow.session, complaint), taken


def give_back(
    uow: UnitOfWork,
    complaint: Complaint,
    taken: Taken,
    *,
    points: int,
    why: str,
    by: UUID,
    by_shop: bool = False,
) -> None:
    """Give points back to the resident, and end the complaint so. What the shop is owed is less by as much.

    `by_shop`: on the word of its owner alone. Refuses what `refunds.refund_complained` does, and of a gift
    `collecting.return_complained`; then nothing ends.
    """
    refund = None
    if points and isinstance(taken, Reservation):
        collecting.return_complained(uow, taken, complaint, by_shop=by_shop)
    elif points and isinstance(taken, Redemption):
        refund = refunds.refund_complained(uow, taken, complaint, points=points, by_shop=by_shop)
    complaint.points, complaint.refund_id = points, None if refund is None else refund.id
    settle(uow, complaint, ComplaintState.REFUNDED, why=why, by=by)
    holding.let_go(uow, complaint, DisputeState.FOR_RESIDENT)
    complaint_notices.tell_decided(uow, complaint)


def reject(uow: UnitOfWork, complaint: Complaint, *, why: str, by: UUID) -> None:
    """End a complaint in favour of the shop, with a reason. What was proposed before is forgotten."""
    complaint.points, complaint.proposed_by, complaint.proposed_at = None, None, None
    settle(uow, complaint, ComplaintState.REJECTED, why=why, by=by)
    holding.let_go(uow, complaint, DisputeState.FOR_SHOP)
    complaint_notices.tell_decided(uow, complaint)


def settle(uow: UnitOfWork, complaint: Complaint, state: ComplaintState, *, why: str, by: UUID) -> None:
    """Write down how a complaint ended."""
    complaint.state, complaint.decided_why = state, why
    complaint.decided_by, complaint.decided_at = by, uow.now
    telling_shops.tell_complaint(uow, "dispute.closed", complaint)
