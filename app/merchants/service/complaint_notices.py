"""Telling a shop's owners of a complaint, and both sides of what became of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from app.identity import queries as people
from app.infra.unit_of_work import UnitOfWork
from app.merchants import queries
from app.merchants.models import Complaint
from app.merchants.queries import complaints as complaint_queries
from app.merchants.terms import ComplaintState
from app.notices import service as notices
from app.notices.service import Letter
from app.points.queries import books

RESULTS = {ComplaintState.REFUNDED: "积分已退回", ComplaintState.REJECTED: "未予支持"}
Values = Mapping[str, str | int | datetime]
KEPT = timedelta(days=7)


def tell_shop(uow: UnitOfWork, complaint: Complaint, *, points: int) -> None:
    """Tell the owners of a shop that a resident complains, and until when they are asked to answer."""
    values: Values = {"points": points, "what": _name(uow, complaint), "until": complaint.due_at}
    owners = complaint_queries.list_owners(uow.session, complaint.shop_id)
    _queue(uow, complaint, "complaint_opened", values, owners)


def tell_decided(uow: UnitOfWork, complaint: Complaint) -> None:
    """Tell the resident and the owners how a complaint ended."""
    values: Values = {"what": _name(uow, complaint), "result": RESULTS[ComplaintState(complaint.state)], "at": uow.now}
    book = books.get_book_by_id(uow.session, complaint.book_id).code
    told = people.list_told(uow.session, book, {complaint.resident_id}, uow.now).get(complaint.resident_id, ())
    owners = complaint_queries.list_owners(uow.session, complaint.shop_id)
    _queue(uow, complaint, "complaint_decided", values, [*told, *owners])


def _queue(
    uow: UnitOfWork,
    complaint: Complaint,
    template: str,
    values: Values,
    person_ids: Iterable[UUID],
) -> None:
    letters = [
        Letter(
            person_id=person_id,
            template=template,
            values=values,
            dedupe_key=f"{template}:{complaint.id}:{person_id}",
            expires_at=uow.now + KEPT,
        )
        for person_id in dict.fromkeys(person_ids)
    ]
    notices.queue_notices(uow, letters)


def _name(uow: UnitOfWork, complaint: Complaint) -> str:
    return queries.get_shop(uow.session, complaint.book_id, complaint.shop_id).name
