"""The second person: confirms what waits, which pays it in the name of who gave it; or rejects it. Each once."""

from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from app.identity import queries as identity_queries
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Actor, Role
from app.kernel.paging import Page, page_by_id, read_id
from app.notices import service as notices
from app.notices.service import Letter
from app.points import errors as points_errors
from app.points import queries as points_queries
from app.points import service as points
from app.points.service import Fact, undoing
from app.risk import service as risk
from app.risk.terms import EventKind
from app.volunteers import errors, queries, terms
from app.volunteers.models import AwardCheck
from app.volunteers.terms import CheckState, Why

REJECTED = "未通过"
"""What a message says; its field takes five Chinese characters and nothing else."""


def list_checks(uow: UnitOfWork, *, book: str, state: CheckState, limit: int, cursor: str | None) -> Page[AwardCheck]:
    """Awards for a second person, in one state, those that wait longest first. Refuses BookMissing, CursorInvalid."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = queries.list_checks(uow.session, book_id, state=state, after=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda check: check.id)


def list_given_checks(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[AwardCheck]:
    """What became of the actor's awards that were held, newest first. Refuses BookMissing, CursorInvalid."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = queries.list_given_checks(uow.session, book_id, uow.actor.id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda check: check.id)


def list_own_checks(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[AwardCheck]:
    """The awards for the actor's passbook that were held, newest first. Refuses BookMissing, CursorInvalid."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = queries.list_own_checks(uow.session, book_id, uow.actor.id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda check: check.id)


def confirm_award(uow: UnitOfWork, *, book: str, check_id: UUID, reason: str | None) -> AwardCheck:
    """Confirm an award somebody else gave: one that waits is paid now, as his; one that was drawn stays as it is.

    Again is a replay. Refuses BookMissing, CheckMissing, CheckOwn, CheckDecided, and what the ledger refuses of the
    fact now, such as PointsInsufficient: then it waits on. CheckOutgrown: it would pay more than was told, and lapses.
    """
    check = _lock(uow, book, check_id)
    if check.state == CheckState.CONFIRMED:
        return check
    _check_open(check)
    if check.why != Why.SAMPLE:
        _pay(uow, book, check)
    _decide(uow, check, CheckState.CONFIRMED, reason)
    return check


def reject_award(uow: UnitOfWork, *, book: str, check_id: UUID, reason: str) -> AwardCheck:
    """Reject an award somebody else gave: one that waits is never paid; of one that was drawn the undoing is proposed.

    Again is a replay. Refuses BookMissing, CheckMissing, CheckOwn, CheckDecided.
    """
    check = _lock(uow, book, check_id)
    if check.state == CheckState.REJECTED:
        return check
    _check_open(check)
    if check.why == Why.SAMPLE and check.award_id is not None:
        with suppress(points_errors.AlreadyReversed):
            undoing.propose_undo(uow, book=book, award_id=check.award_id, reason=reason)
    else:
        risk.settle_decision(uow, check.book_id, EventKind.AWARD, check.fact_id, points=0)
        _tell(uow, book, check)
    _decide(uow, check, CheckState.REJECTED, reason)
    return check


def expire_checks(uow: UnitOfWork) -> int:
    """Let one batch of awards lapse at which nobody looked in time; returns how many. They may be told again."""
    return queries.expire_checks(uow.session, now=uow.now, limit=terms.EXPIRE_BATCH)


def _lock(uow: UnitOfWork, book: str, check_id: UUID) -> AwardCheck:
    """A check that the actor may decide on, locked. Refuses CheckMissing, CheckOwn."""
    check = queries.lock_check(uow.session, points_queries.get_book(uow.session, book).id, check_id)
    actor = uow.actor
    mine = {actor.id, actor.person_id, actor.owner_id} & {check.awarded_by, check.awarder_owner_id}
    if mine or risk.find_kin(uow, book=book, resident_ids=[check.beneficiary_id]):
        raise errors.CheckOwn
    return check


def _check_open(check: AwardCheck) -> None:
    if check.state != CheckState.OPEN:
        raise errors.CheckDecided(state=check.state)


def _pay(uow: UnitOfWork, book: str, check: AwardCheck) -> None:
    """Have the ledger pay, as who gave it: his allotment pays, and those close to him stay barred.

    Caps may leave less than was told. More, as a rule has changed, is not paid: CheckOutgrown.
    """
    awarder = Actor(check.awarded_by, frozenset({Role.COORDINATOR}), book=book, resident_id=check.awarder_owner_id)
    found = points_queries.get_book(uow.session, book)
    fact = Fact(
        rule=check.rule_code,
        subject=check.subject,
        beneficiary_id=check.beneficiary_id,
        performed_on=check.performed_on,
        title=check.title,
        minutes=check.minutes,
        events=check.events,
        grade=check.grade,
        chosen_points=check.chosen_points,
        evidence=check.evidence,
        allotment_id=check.allotment_id,
    )
    try:
        with uow.session.begin_nested():
            [outcome] = points.award(replace(uow, actor=awarder), found, facts=[fact])
            record = outcome.record
            if record is None:
                raise outcome.refusal or AssertionError("an award has a record or a refusal")
            _check_as_told(check, record.points)
    except errors.CheckOutgrown:
        check.state = CheckState.EXPIRED
        raise
    check.award_id, check.rule_version, check.budget_id = record.id, record.rule_version, record.budget_id
    check.computed_points, check.points = record.computed_points, record.points


def _check_as_told(check: AwardCheck, due: int) -> None:
    if due > check.points:
        raise errors.CheckOutgrown(told=check.points, points=due)


def _decide(uow: UnitOfWork, check: AwardCheck, state: CheckState, reason: str | None) -> None:
    check.state, check.decided_by, check.decided_at, check.reason = state, uow.actor.id, uow.now, reason
    uow.session.flush()


def _tell(uow: UnitOfWork, book: str, check: AwardCheck) -> None:
    """Tell whoever uses the passbook; that points were paid is told from the journal."""
    people = identity_queries.list_told(uow.session, book, [check.beneficiary_id], uow.now)
    letters = [
        Letter(
            person_id=person_id,
            template="award_decided",
            values={"what": check.title, "result": REJECTED, "at": uow.now},
            dedupe_key=f"award-check:{check.id}:{person_id}",
        )
        for person_id in people.get(check.beneficiary_id, ())
    ]
    notices.queue_notices(uow, letters)
