"""Reads and locks of gatherings and of awards that wait, session first."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select, update
from sqlalchemy.orm import Session

from app.volunteers.errors import CheckMissing, GatheringMissing, PolicyProposalMissing, StayMissing
from app.volunteers.models import AwardCheck, Gathering, Policy, PolicyProposal, Stay
from app.volunteers.terms import CheckState, ProposalState, Why

BEFORE_MAX = 5000
"""Of what was told of an activity before, so much is looked at, the newest first."""


def lock_teller(session: Session, book_id: int, teller: UUID) -> None:
    """Let one person tell one batch of awards at a time; until the end of the transaction."""
    name = f"volunteers:{book_id}:{teller}"
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def get_gathering(session: Session, book_id: int, gathering_id: UUID) -> Gathering:
    """One gathering. Refuses GatheringMissing."""
    found = session.get(Gathering, (book_id, gathering_id))
    if found is None:
        raise GatheringMissing
    return found


def find_gathering(session: Session, book_id: int, gathering_id: UUID) -> Gathering | None:
    """One gathering."""
    return session.get(Gathering, (book_id, gathering_id))


def lock_gathering(session: Session, book_id: int, gathering_id: UUID) -> Gathering:
    """One gathering, locked: its stays and its heads are counted one after another. Refuses GatheringMissing."""
    query = select(Gathering).where(Gathering.book_id == book_id, Gathering.id == gathering_id).with_for_update()
    found = session.scalar(query, execution_options={"populate_existing": True})
    if found is None:
        raise GatheringMissing
    return found


def find_stay(session: Session, gathering: Gathering, resident_id: UUID) -> Stay | None:
    """Somebody's stay; locked by the lock of its gathering."""
    key = (gathering.book_id, gathering.id, resident_id)
    return session.get(Stay, key, populate_existing=True)


def get_stay(session: Session, gathering: Gathering, resident_id: UUID) -> Stay:
    """Somebody's stay. Refuses StayMissing."""
    found = find_stay(session, gathering, resident_id)
    if found is None:
        raise StayMissing
    return found


def count_stays(session: Session, gathering: Gathering) -> int:
    """How many checked in whom nobody has rejected."""
    query = select(func.count()).select_from(Stay).where(_at(gathering), Stay.verdict.is_distinct_from("rejected"))
    return session.scalar(query) or 0


def list_stays(session: Session, gathering: Gathering, *, after: UUID | None, limit: int) -> Sequence[Stay]:
    """Stays of a gathering by resident, those after one."""
    query = select(Stay).where(_at(gathering)).order_by(Stay.resident_id).limit(limit)
    if after is not None:
        query = query.where(Stay.resident_id > after)
    return session.scalars(query).all()


def list_places_before(
    session: Session, book_id: int, resident_id: UUID, *, since: datetime, limit: int
) -> Sequence[Stay]:
    """Where somebody was seen, the newest stay first."""
    mine = and_(Stay.book_id == book_id, Stay.resident_id == resident_id, Stay.in_at > since)
    return session.scalars(select(Stay).where(mine).order_by(Stay.in_at.desc()).limit(limit)).all()


def forget_positions(session: Session, *, before: datetime, limit: int) -> int:
    """Forget where people were seen before an instant; returns of how many stays."""
    key = (Stay.book_id, Stay.gathering_id, Stay.resident_id)
    old = (
        select(*key)
        .where(Stay.in_at < before, Stay.in_lat.is_not(None))
        .order_by(Stay.in_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .subquery()
    )
    gone = session.execute(
        update(Stay)
        .where(
            Stay.book_id == old.c.book_id,
            Stay.gathering_id == old.c.gathering_id,
            Stay.resident_id == old.c.resident_id,
        )
        .values(in_lat=None, in_lng=None, out_lat=None, out_lng=None)
        .returning(Stay.resident_id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _at(gathering: Gathering) -> ColumnElement[bool]:
    return and_(Stay.book_id == gathering.book_id, Stay.gathering_id == gathering.id)


def find_policy(session: Session, book_id: int) -> Policy | None:
    """By what a book's awards are held back now."""
    return session.scalar(select(Policy).where(Policy.book_id == book_id).order_by(Policy.id.desc()).limit(1))


def lock_policies(session: Session, book_id: int) -> None:
    """Let one policy of a book be put in force at a time; until the end of the transaction."""
    name = f"volunteers.policy:{book_id}"
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def lock_policy_proposal(session: Session, book_id: int, proposal_id: UUID) -> PolicyProposal:
    """One proposal for a policy, locked. Refuses PolicyProposalMissing."""
    mine = (PolicyProposal.book_id == book_id, PolicyProposal.id == proposal_id)
    query = select(PolicyProposal).where(*mine).with_for_update(key_share=True)
    found = session.scalar(query, execution_options={"populate_existing": True})
    if found is None:
        raise PolicyProposalMissing
    return found


def list_policy_proposals(
    session: Session, book_id: int, *, state: ProposalState, now: datetime, before: UUID | None, limit: int
) -> Sequence[PolicyProposal]:
    """Proposals for a policy in one state, newest first; an open one whose time is over has expired."""
    kept = ProposalState.OPEN if state is ProposalState.EXPIRED else state
    query = select(PolicyProposal).where(PolicyProposal.book_id == book_id, PolicyProposal.state == kept)
    if kept is ProposalState.OPEN:
        is_over = PolicyProposal.expires_at <= now
        query = query.where(is_over if state is ProposalState.EXPIRED else ~is_over)
    if before is not None:
        query = query.where(PolicyProposal.id < before)
    return session.scalars(query.order_by(PolicyProposal.id.desc()).limit(limit)).all()


def checks_before(
    session: Session, book_id: int, rule: str, subject: str, resident_ids: Collection[UUID]
) -> Mapping[UUID, Sequence[AwardCheck]]:
    """What waited of these residents' awards for one activity, or still does, by resident, the newest first."""
    query = select(AwardCheck).where(
        AwardCheck.book_id == book_id,
        AwardCheck.subject == subject,
        AwardCheck.rule_code == rule,
        AwardCheck.beneficiary_id.in_(resident_ids),
        AwardCheck.why != Why.SAMPLE,
    )
    found: dict[UUID, list[AwardCheck]] = {}
    for check in session.scalars(query.order_by(AwardCheck.id.desc()).limit(BEFORE_MAX)):
        found.setdefault(check.beneficiary_id, []).append(check)
    return found


def checks_of_facts(session: Session, book_id: int, fact_ids: Iterable[UUID]) -> Mapping[UUID, AwardCheck]:
    """The checks of these facts, as they stand."""
    query = select(AwardCheck).where(AwardCheck.book_id == book_id, AwardCheck.fact_id.in_(list(fact_ids)))
    return {each.fact_id: each for each in session.scalars(query, execution_options={"populate_existing": True})}


def lock_check(session: Session, book_id: int, check_id: UUID) -> AwardCheck:
    """One award that a second person looks at, locked. Refuses CheckMissing."""
    query = select(AwardCheck).where(AwardCheck.book_id == book_id, AwardCheck.id == check_id).with_for_update()
    found = session.scalar(query, execution_options={"populate_existing": True})
    if found is None:
        raise CheckMissing
    return found


def list_checks(
    session: Session, book_id: int, *, state: CheckState, after: UUID | None, limit: int
) -> Sequence[AwardCheck]:
    """Awards for a second person in one state, the oldest first."""
    query = select(AwardCheck).where(AwardCheck.book_id == book_id, AwardCheck.state == state)
    if after is not None:
        query = query.where(AwardCheck.id > after)
    return session.scalars(query.order_by(AwardCheck.id).limit(limit)).all()


def list_given_checks(
    session: Session, book_id: int, awarded_by: UUID, *, before: UUID | None, limit: int
) -> Sequence[AwardCheck]:
    """What somebody gave and what was held of it, newest first; what was drawn by chance is not for his eyes."""
    query = select(AwardCheck).where(AwardCheck.book_id == book_id, AwardCheck.awarded_by == awarded_by)
    return _held_of(session, query, before=before, limit=limit)


def list_own_checks(
    session: Session, book_id: int, resident_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[AwardCheck]:
    """What was held of somebody's awards, newest first."""
    query = select(AwardCheck).where(AwardCheck.book_id == book_id, AwardCheck.beneficiary_id == resident_id)
    return _held_of(session, query, before=before, limit=limit)


def _held_of(session: Session, query: Select[AwardCheck], *, before: UUID | None, limit: int) -> Sequence[AwardCheck]:
    if before is not None:
        query = query.where(AwardCheck.id < before)
    query = query.where(AwardCheck.why != Why.SAMPLE)
    return session.scalars(query.order_by(AwardCheck.id.desc()).limit(limit)).all()


def expire_checks(session: Session, *, now: datetime, limit: int) -> int:
    """Let awards lapse whose time is over; returns how many."""
    old = (
        select(AwardCheck.book_id, AwardCheck.id)
        .where(AwardCheck.state == CheckState.OPEN, AwardCheck.expires_at <= now)
        .order_by(AwardCheck.expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .subquery()
    )
    lapsed = session.execute(
        update(AwardCheck)
        .where(AwardCheck.book_id == old.c.book_id, AwardCheck.id == old.c.id)
        .values(state=str(CheckState.EXPIRED))
        .returning(AwardCheck.id)
        .execution_options(synchronize_session=False)
    )
    return len(lapsed.all())
