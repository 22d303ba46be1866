"""A resident's word: what was not simply let through, and the appeal against it, answered by who had no part in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.identity import service as identity
from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.risk import errors, queries
from app.risk.models import Appeal, DecisionRow
from app.risk.service.cases import add_event
from app.risk.service.dealings import DealingsOf, fates_of, no_dealings
from app.risk.service.own import HouseShops, check_no_part, check_not_own, no_shops, parties
from app.risk.terms import APPEAL_DAYS, NO_BOOK, AppealState, CaseEventKind, CaseState, Fate, Label, Outcome


@dataclass(frozen=True, slots=True)
class OwnDecision:
    """A decision as the resident sees it, his appeal against it, and what became of what it was on, where known."""

    decision: DecisionRow
    appeal: Appeal | None
    fate: Fate | None = None


def list_own_decisions(
    uow: UnitOfWork, *, book: str, limit: int, cursor: str | None, dealings_of: DealingsOf = no_dealings
) -> Page[OwnDecision]:
    """What of one's own was not simply let through, newest first, since the passbook is one's own.

    Refuses BookMissing, CursorInvalid.
    """
    book_id = queries.get_book_id(uow.session, book)
    held = _held(uow, book)
    rows = queries.list_own_decisions(
        uow.session, book_id, uow.actor.id, held=held, before=read_id(cursor), limit=limit + 1
    )
    page = page_by_id(rows, limit, lambda decision: decision.id)
    appeals = queries.find_appealed(uow.session, book_id, [decision.id for decision in page.items])
    fates = fates_of(uow, page.items, dealings_of)
    return Page([OwnDecision(each, appeals.get(each.id), fates.get(each.id)) for each in page.items], page.next_cursor)


def list_own_sign_ins(uow: UnitOfWork, *, limit: int, cursor: str | None) -> Page[OwnDecision]:
    """What of one's own sign-ins was not simply let through, newest first. Refuses CursorInvalid."""
    rows = queries.list_own_sign_ins(uow.session, _person(uow), before=read_id(cursor), limit=limit + 1)
    page = page_by_id(rows, limit, lambda decision: decision.id)
    appeals = queries.find_appealed(uow.session, NO_BOOK, [decision.id for decision in page.items])
    return Page([OwnDecision(each, appeals.get(each.id)) for each in page.items], page.next_cursor)


def appeal_sign_in(uow: UnitOfWork, *, decision_id: UUID, text: str) -> OwnDecision:
    """Appeal against what was decided on one's own sign-in, once, within sixty days or while one is paused over it.

    Refuses DecisionMissing, AppealNeedless, AppealLate, AppealedBefore.
    """
    return _appeal(uow, NO_BOOK, _person(uow), decision_id, text, held=())


def appeal_refused_sign_in(uow: UnitOfWork, *, app_id: str, openid: str, text: str) -> OwnDecision:
    """Appeal against the last sign-in that was refused, for who has no session and proved anew who he is.

    Refuses DecisionMissing, AppealLate, AppealedBefore.
    """
    person_id = identity.find_person_of_openid(uow.session, app_id, openid)
    refused = (
        queries.list_own_sign_ins(uow.session, person_id, outcome=Outcome.DECLINE, before=None, limit=1)
        if person_id
        else ()
    )
    if person_id is None or not refused:
        raise errors.DecisionMissing
    return _appeal(uow, NO_BOOK, person_id, refused[0].id, text, held=())


def appeal(
    uow: UnitOfWork, *, book: str, decision_id: UUID, text: str, dealings_of: DealingsOf = no_dealings
) -> OwnDecision:
    """Appeal against one's own decision, once, within sixty days.

    Refuses BookMissing, DecisionMissing, AppealNeedless, AppealLate, AppealedBefore.
    """
    book_id = queries.get_book_id(uow.session, book)
    made = _appeal(uow, book_id, uow.actor.id, decision_id, text, held=_held(uow, book))
    return replace(made, fate=fates_of(uow, [made.decision], dealings_of).get(decision_id))


def _appeal(
    uow: UnitOfWork, book_id: int, owner_id: UUID, decision_id: UUID, text: str, *, held: queries.Held
) -> OwnDecision:
    decision = queries.get_own_decision(uow.session, book_id, owner_id, decision_id, held=held)
    if decision.outcome == Outcome.APPROVE or decision.case_id is None:
        raise errors.AppealNeedless
    is_late = decision.decided_at < uow.now - timedelta(days=APPEAL_DAYS)
    if is_late and not _is_paused_over(uow, decision):
        raise errors.AppealLate(days=APPEAL_DAYS)
    row = insert(Appeal).values(
        book_id=book_id,
        id=uow.new_id(),
        decision_id=decision_id,
        case_id=decision.case_id,
        resident_id=owner_id,
        text=text,
        state=AppealState.OPEN,
        appealed_at=uow.now,
    )
    made = uow.session.scalar(row.on_conflict_do_nothing(index_elements=["book_id", "decision_id"]).returning(Appeal))
    if made is None:
        raise errors.AppealedBefore
    add_event(uow, queries.get_case(uow.session, book_id, decision.case_id), CaseEventKind.APPEALED)
    return OwnDecision(decision, made)


def _is_paused_over(uow: UnitOfWork, decision: DecisionRow) -> bool:
    """Whether it still has an effect: a paused account is heard, whenever its owner comes to know of it."""
    if decision.person_id is None or decision.case_id is None or decision.book_id != NO_BOOK:
        return False
    return identity.is_paused_over(uow, person_id=decision.person_id, case_id=decision.case_id)


def list_appeals(
    uow: UnitOfWork, *, book: str | None, state: AppealState, limit: int, cursor: str | None
) -> Page[Appeal]:
    """Appeals of one state, newest first. Refuses BookMissing, CursorInvalid."""
    book_id = queries.get_book_id(uow.session, book)
    rows = queries.list_appeals(uow.session, book_id, state=state, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda each: each.id)


def answer_appeal(
    uow: UnitOfWork,
    *,
    book: str | None,
    appeal_id: UUID,
    overturned: bool,
    answer: str,
    house_shops: HouseShops = no_shops,
) -> Appeal:
    """Answer an appeal. What is overturned counts as a false alarm when rules are judged; the decision stays written.

    By who could have worked on its case, and did not: whoever answers does not take it later either. When nothing else
    is in a book's case that nobody has taken, it is closed as a false alarm by that: nothing is kept back for it then.

    Refuses BookMissing, AppealMissing, AppealAnswered, OwnRisk, AppealByJudge.
    """
    book_id = queries.get_book_id(uow.session, book)
    found = queries.lock_appeal(uow.session, book_id, appeal_id)
    if found.state != AppealState.OPEN:
        raise errors.AppealAnswered(state=found.state)
    check_not_own(uow, found.resident_id)
    decision = queries.get_decision(uow.session, book_id, found.decision_id)
    case = queries.lock_case(uow.session, book_id, found.case_id)
    actor = uow.actor
    takers = queries.list_takers(uow.session, book_id, case.id)
    had_part = {decision.acted_by, case.taken_by, case.closed_by, *takers, *parties(decision)} - {None}
    if had_part & {actor.id, actor.person_id, actor.owner_id}:
        raise errors.AppealByJudge
    check_no_part(uow, book=book, case=case, house_shops=house_shops)
    found.state = AppealState.OVERTURNED if overturned else AppealState.UPHELD
    found.answered_by, found.answered_at, found.answer = uow.actor.id, uow.now, answer
    add_event(uow, case, CaseEventKind.ANSWERED, text=answer)
    if overturned and book_id == NO_BOOK:
        identity.resume_account(uow, person_id=found.resident_id, case_id=found.case_id)
    elif overturned and case.state == CaseState.PENDING and queries.is_settled(uow.session, case):
        case.state, case.label = CaseState.CLOSED, str(Label.FALSE_POSITIVE)
        case.closed_by, case.closed_at = uow.actor.id, uow.now
        add_event(uow, case, CaseEventKind.CLOSED, text=answer, label=Label.FALSE_POSITIVE)
    return found


def forget_appeals(uow: UnitOfWork, *, person_id: str) -> None:
    """Erase the words somebody appealed with, wherever he lived: his account is closed."""
    queries.erase_appeals(uow.session, UUID(person_id))


def read_own_data(
    uow: UnitOfWork, person_id: UUID, after: UUID | None, limit: int, *, dealings_of: DealingsOf = no_dealings
) -> Sequence[OwnDecision]:
    """Read some of all that was not simply let through of somebody, in all books and at signing in, oldest first."""
    rows = queries.list_own(uow.session, person_id, after=after, limit=limit)
    fates = fates_of(uow, [decision for decision, _ in rows], dealings_of)
    return [OwnDecision(decision, said, fates.get(decision.id)) for decision, said in rows]


def _held(uow: UnitOfWork, book: str) -> queries.Held:
    return queries.list_held(uow.session, book, uow.actor.id)


def _person(uow: UnitOfWork) -> UUID:
    return uow.actor.person_id or uow.actor.id
