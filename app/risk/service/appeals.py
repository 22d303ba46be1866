"""A resident's word: what was not simply let through, and the appeal against it, answered by who had no part in it."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.points import queries as points
from app.risk import errors, queries
from app.risk.models import Appeal, DecisionRow
from app.risk.service.cases import add_event
from app.risk.service.own import check_not_own, parties
from app.risk.terms import APPEAL_DAYS, AppealState, CaseEventKind, Outcome


@dataclass(frozen=True, slots=True)
class OwnDecision:
    """A decision as the resident sees it, and his appeal against it."""

    decision: DecisionRow
    appeal: Appeal | None


def list_own_decisions(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[OwnDecision]:
    """What of one's own was not simply let through, newest first. Refuses BookMissing, CursorInvalid."""
    book_id = points.get_book(uow.session, book).id
    rows = queries.list_own_decisions(uow.session, book_id, uow.actor.id, before=read_id(cursor), limit=limit + 1)
    page = page_by_id(rows, limit, lambda decision: decision.id)
    appeals = queries.find_appealed(uow.session, book_id, [decision.id for decision in page.items])
    return Page([OwnDecision(each, appeals.get(each.id)) for each in page.items], page.next_cursor)


def appeal(uow: UnitOfWork, *, book: str, decision_id: UUID, text: str) -> OwnDecision:
    """Appeal against one's own decision, once, within sixty days.

    Refuses BookMissing, DecisionMissing, AppealNeedless, AppealLate, AppealedBefore.
    """
    book_id = points.get_book(uow.session, book).id
    decision = queries.get_own_decision(uow.session, book_id, uow.actor.id, decision_id)
    if decision.outcome == Outcome.APPROVE or decision.case_id is None:
        raise errors.AppealNeedless
    if decision.decided_at < uow.now - timedelta(days=APPEAL_DAYS):
        raise errors.AppealLate(days=APPEAL_DAYS)
    row = insert(Appeal).values(
        book_id=book_id,
        id=uow.new_id(),
        decision_id=decision_id,
        case_id=decision.case_id,
        resident_id=uow.actor.id,
        text=text,
        state=AppealState.OPEN,
        appealed_at=uow.now,
    )
    made = uow.session.scalar(row.on_conflict_do_nothing(index_elements=["book_id", "decision_id"]).returning(Appeal))
    if made is None:
        raise errors.AppealedBefore
    add_event(uow, queries.get_case(uow.session, book_id, decision.case_id), CaseEventKind.APPEALED)
    return OwnDecision(decision, made)


def list_appeals(uow: UnitOfWork, *, book: str, state: AppealState, limit: int, cursor: str | None) -> Page[Appeal]:
    """Appeals of one state, newest first. Refuses BookMissing, CursorInvalid."""
    book_id = points.get_book(uow.session, book).id
    rows = queries.list_appeals(uow.session, book_id, state=state, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda each: each.id)


def answer_appeal(uow: UnitOfWork, *, book: str, appeal_id: UUID, overturned: bool, answer: str) -> Appeal:
    """Answer an appeal. What is overturned counts as a false alarm when rules are judged; the decision stays written.

    Refuses BookMissing, AppealMissing, AppealAnswered, OwnRisk, AppealByJudge.
    """
    book_id = points.get_book(uow.session, book).id
    found = queries.lock_appeal(uow.session, book_id, appeal_id)
    if found.state != AppealState.OPEN:
        raise errors.AppealAnswered(state=found.state)
    check_not_own(uow, found.resident_id)
    decision = queries.get_decision(uow.session, book_id, found.decision_id)
    case = queries.lock_case(uow.session, book_id, found.case_id)
    actor = uow.actor
    had_part = {decision.acted_by, case.taken_by, case.closed_by, *parties(decision)} - {None}
    if had_part & {actor.id, actor.person_id, actor.owner_id}:
        raise errors.AppealByJudge
    found.state = AppealState.OVERTURNED if overturned else AppealState.UPHELD
    found.answered_by, found.answered_at, found.answer = uow.actor.id, uow.now, answer
    add_event(uow, case, CaseEventKind.ANSWERED, text=answer)
    return found
