"""Telling who applied, and whom the papers name, what became of them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from app.identity import queries as identity
from app.infra.unit_of_work import UnitOfWork
from app.infra.vault import vault
from app.merchants.models import Application
from app.merchants.terms import ApplicationState
from app.notices import service as notices
from app.notices.service import Letter

RESULTS = {ApplicationState.APPROVED: "已批准", ApplicationState.REJECTED: "未通过"}
KEPT = timedelta(days=7)


def tell_decided(uow: UnitOfWork, application: Application, papers: Mapping[str, Any]) -> None:
    """Tell how papers were decided; why stands in what one applied for. The desk may have applied for the owner."""
    told = [application.applied_by]
    if papers.get("contact_phone") is not None:
        person = identity.find_person_by_phone(uow.session, vault().index(papers["contact_phone"], kind="phone"))
        told += [] if person is None else [person.id]
    result = RESULTS[ApplicationState(application.state)]
    letters = [
        Letter(
            person_id=person_id,
            template="papers_decided",
            values={"what": application.name, "result": result, "at": uow.now},
            dedupe_key=f"papers_decided:{application.id}:{person_id}",
            expires_at=uow.now + KEPT,
        )
        for person_id in dict.fromkeys(told)
    ]
    notices.queue_notices(uow, letters)
