"""Cases: somebody takes one, looks at the evidence, writes down what he finds, and closes it with a label."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified

from app.identity import service as identity
from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.risk import errors, queries
from app.risk.models import Appeal, Case, CaseEvent, DecisionRow, Finding
from app.risk.service.own import HouseShops, check_no_part, no_shops
from app.risk.service.snoozes import snooze_cleared
from app.risk.terms import NO_BOOK, REASON_LENGTH_MAX, CaseEventKind, CaseState, Label

SHOWN_MAX = 100


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with its newest evidence: decisions, findings of the graph, what happened to it, and appeals in it."""

    case: Case
    decisions: Sequence[DecisionRow]
    findings: Sequence[Finding]
    events: Sequence[CaseEvent]
    appeals: Sequence[Appeal]


def list_cases(
    uow: UnitOfWork, *, book: str | None, which: queries.WhichCases, limit: int, cursor: str | None
) -> Page[Case]:
    """Cases that are wanted, newest first. Refuses BookMissing, CursorInvalid."""
    book_id = queries.get_book_id(uow.session, book)
    rows = queries.list_cases(uow.session, book_id, which, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda case: case.id)


def show_case(uow: UnitOfWork, *, book: str | None, case_id: UUID) -> CaseFile:
    """A case with its evidence, the newest hundred of each. Refuses BookMissing, CaseMissing."""
    book_id = queries.get_book_id(uow.session, book)
    case = queries.get_case(uow.session, book_id, case_id)
    queries.count_grown(uow.session, book_id, [case])
    return file_of(uow, case)


def list_case_decisions(
    uow: UnitOfWork, *, book: str | None, case_id: UUID, limit: int, cursor: str | None
) -> Page[DecisionRow]:
    """All decisions in a case, newest first. Refuses BookMissing, CaseMissing, CursorInvalid."""
    book_id = queries.get_book_id(uow.session, book)
    queries.get_case(uow.session, book_id, case_id)
    rows = queries.list_case_decisions(uow.session, book_id, case_id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda decision: decision.id)


def take_case(uow: UnitOfWork, *, book: str | None, case_id: UUID, house_shops: HouseShops = no_shops) -> CaseFile:
    """Begin to work on a case; it is one's own from then on. Again: the same.

    Refuses BookMissing, CaseMissing, CaseClosed, CaseTaken, CaseJudged, OwnRisk.
    """
    case = lock_open(uow, book, case_id, house_shops)
    if case.taken_by == uow.actor.id:
        return file_of(uow, case)
    check_not_judged(uow, case)
    if case.taken_by is not None:
        raise errors.CaseTaken
    case.state, case.taken_by, case.taken_at = CaseState.INVESTIGATING, uow.actor.id, uow.now
    add_event(uow, case, CaseEventKind.TAKEN)
    return file_of(uow, case)


def comment_case(
    uow: UnitOfWork, *, book: str | None, case_id: UUID, text: str, house_shops: HouseShops = no_shops
) -> CaseFile:
    """Write down what was found. Refuses BookMissing, CaseMissing, CaseClosed, OwnRisk."""
    case = lock_open(uow, book, case_id, house_shops)
    add_event(uow, case, CaseEventKind.COMMENTED, text=text)
    return file_of(uow, case)


def close_case(
    uow: UnitOfWork,
    *,
    book: str | None,
    case_id: UUID,
    revision: int,
    label: Label,
    text: str,
    house_shops: HouseShops = no_shops,
) -> CaseFile:
    """Say what it turned out to be; rules are judged by that. What happens next about the same opens a new case.

    Accounts that were paused over it pay again, unless the risk is confirmed: then they wait on, to be frozen or heard;
    the rules about a device by which they were are silent about it for a time.

    `revision`: of the case as it was read. What came into it since is judged by nobody who has not seen it.

    Refuses BookMissing, CaseMissing, CaseClosed, CaseTaken (by somebody else, or by nobody), CaseGrew, OwnRisk.
    """
    case = lock_open(uow, book, case_id, house_shops)
    if case.taken_by != uow.actor.id:
        raise errors.CaseTaken
    if revision != case.revision:
        raise errors.CaseGrew(revision=case.revision)
    case.state, case.label = CaseState.CLOSED, str(label)
    flag_modified(case, "revision")  # it was counted: what it is closed at is written down
    case.closed_by, case.closed_at = uow.actor.id, uow.now
    add_event(uow, case, CaseEventKind.CLOSED, text=text, label=label)
    if case.book_id == NO_BOOK and label is not Label.CONFIRMED_RISK:
        identity.resume_accounts(uow, case_id=case.id)
        read = queries.list_case_decisions(uow.session, case.book_id, case.id, before=None, limit=SHOWN_MAX)
        snooze_cleared(uow, case, read, reason=text[:REASON_LENGTH_MAX])
    return file_of(uow, case)


def add_event(
    uow: UnitOfWork, case: Case, kind: CaseEventKind, *, text: str | None = None, label: Label | None = None
) -> None:
    """Note what happened to a case."""
    event = CaseEvent(
        book_id=case.book_id,
        id=uow.new_id(),
        case_id=case.id,
        kind=str(kind),
        done_by=uow.actor.id,
        done_at=uow.now,
        text=text,
        label=label and str(label),
    )
    uow.session.add(event)
    uow.session.flush()


def lock_open(uow: UnitOfWork, book: str | None, case_id: UUID, house_shops: HouseShops) -> Case:
    """Lock a case that is not closed and in which the actor has no part.

    Refuses BookMissing, CaseMissing, OwnRisk, CaseClosed.
    """
    case = queries.lock_case(uow.session, queries.get_book_id(uow.session, book), case_id)
    check_no_part(uow, book=book, case=case, house_shops=house_shops)
    if case.state == CaseState.CLOSED:
        raise errors.CaseClosed(label=case.label)
    return case


def check_not_judged(uow: UnitOfWork, case: Case) -> None:
    """Refuse CaseJudged to who answered an appeal in a case: he would be asked about his own answer."""
    if queries.has_answered(uow.session, case, uow.actor.id):
        raise errors.CaseJudged


def file_of(uow: UnitOfWork, case: Case) -> CaseFile:
    """Give a case with its newest evidence."""
    session, key = uow.session, (case.book_id, case.id)
    return CaseFile(
        case,
        queries.list_case_decisions(session, *key, before=None, limit=SHOWN_MAX),
        queries.list_case_findings(session, *key, limit=SHOWN_MAX),
        queries.list_case_events(session, *key, limit=SHOWN_MAX),
        queries.list_appeals_of(session, *key, limit=SHOWN_MAX),
    )
