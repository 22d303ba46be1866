"""Guardians of children and helpers of whoever wants one: given, ended, listed, and what they did."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, update

from app.identity import queries
from app.identity.errors import GuardianMissing, GuardianshipMissing, GuardianshipTwice, PersonMissing
from app.identity.models import Guardianship, Person, ProxyAct
from app.identity.queries import Named
from app.identity.rules import acting as rules
from app.identity.rules import phones
from app.identity.service.sessions import person_of
from app.identity.terms import GuardianKind, Side
from app.infra.unit_of_work import UnitOfWork
from app.infra.vault import vault
from app.kernel.paging import Page, page_by_id, read_id


def open_ward(
    uow: UnitOfWork,
    *,
    book: str,
    name: str,
    guardian_phone: str,
    kind: GuardianKind,
    reason: str,
    valid_to: datetime | None,
) -> Guardianship:
    """Make an account for somebody who has no WeChat, a child or an elder, together with who acts for him.

    Refuses GuardianMissing, GuardianshipToSelf, PeriodBackwards.
    """
    guardian = _lock_guardian(uow, guardian_phone)
    ward = Person(id=uow.new_id(), name=name, registered_at=uow.now)
    uow.session.add(ward)
    uow.session.flush()
    return _give(uow, ward.id, guardian.id, kind=kind, book=book, reason=reason, valid_to=valid_to)


def grant_guardianship(
    uow: UnitOfWork,
    *,
    book: str,
    ward_id: UUID,
    guardian_phone: str,
    kind: GuardianKind,
    reason: str,
    valid_to: datetime | None,
) -> Guardianship:
    """Let somebody act, in this book, for a resident of it or for a ward that its staff made.

    Refuses PersonMissing, GuardianMissing, GuardianshipToSelf, GuardianshipTwice, PeriodBackwards.
    """
    if not _belongs_here(uow, ward_id, book):
        raise PersonMissing(field="ward_id")
    queries.lock_person(uow.session, ward_id)
    guardian = _lock_guardian(uow, guardian_phone)
    return _give(uow, ward_id, guardian.id, kind=kind, book=book, reason=reason, valid_to=valid_to)


def choose_helper(uow: UnitOfWork, *, guardian_phone: str, reason: str, valid_to: datetime | None) -> Guardianship:
    """Let somebody act for the caller, everywhere, until he ends it.

    Refuses GuardianMissing, GuardianshipToSelf, GuardianshipTwice, PeriodBackwards.
    """
    person = queries.lock_person(uow.session, person_of(uow))
    guardian = _lock_guardian(uow, guardian_phone)
    return _give(uow, person.id, guardian.id, kind=GuardianKind.HELPER, book=None, reason=reason, valid_to=valid_to)


def end_own_guardianship(uow: UnitOfWork, *, guardianship_id: UUID, reason: str) -> Guardianship:
    """End a guardianship the caller is in, on either side. Refuses GuardianshipMissing, GuardianshipEnded."""
    found = queries.lock_guardianship(uow.session, guardianship_id)
    if person_of(uow) not in {found.ward_id, found.guardian_id}:
        raise GuardianshipMissing
    return _end(uow, found, reason)


def end_guardianship(uow: UnitOfWork, *, book: str, guardianship_id: UUID, reason: str) -> Guardianship:
    """End a guardianship that staff of this book gave. Refuses GuardianshipMissing, GuardianshipEnded."""
    found = queries.lock_guardianship(uow.session, guardianship_id)
    if found.book != book:
        raise GuardianshipMissing
    return _end(uow, found, reason)


def end_guardianships_of(uow: UnitOfWork, person_id: UUID, *, why: str) -> None:
    """End all guardianships somebody is in: his account is closed."""
    uow.session.execute(
        update(Guardianship)
        .where(
            or_(Guardianship.ward_id == person_id, Guardianship.guardian_id == person_id),
            Guardianship.ended_at.is_(None),
        )
        .values(ended_by=person_of(uow), ended_at=uow.now, ended_why=why)
    )


def list_own_guardianships(uow: UnitOfWork, *, limit: int, cursor: str | None) -> Page[Named]:
    """List who acts for the caller and for whom he acts, newest first."""
    rows = queries.list_guardianships_of(uow.session, person_of(uow), before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda each: each.guardianship.id)


def list_guardianships(
    uow: UnitOfWork, *, book: str, ward_id: UUID | None, limit: int, cursor: str | None
) -> Page[Named]:
    """List the guardianships that staff of this book gave, newest first."""
    before = read_id(cursor)
    rows = queries.list_guardianships_in(uow.session, book, ward_id=ward_id, before=before, limit=limit + 1)
    return page_by_id(rows, limit, lambda each: each.guardianship.id)


def list_proxy_acts(uow: UnitOfWork, *, side: Side, limit: int, cursor: str | None) -> Page[ProxyAct]:
    """List what was done for the caller, or what he did for others, newest first."""
    rows = queries.list_proxy_acts(
        uow.session, person_of(uow), as_guardian=side is Side.GUARDIAN, before=read_id(cursor), limit=limit + 1
    )
    return page_by_id(rows, limit, lambda each: each.id)


def record_proxy_act(uow: UnitOfWork, route: str) -> None:
    """Write down that the caller's guardian does something for him; with the act, so never one without the other."""
    actor = uow.actor
    if actor.acted_by is None or actor.session_id is None:
        return
    uow.session.add(
        ProxyAct(
            id=uow.new_id(),
            guardian_id=actor.acted_by,
            ward_id=person_of(uow),
            session_id=actor.session_id,
            route=route,
            book=actor.book,
            request_id=uow.request_id,
            at=uow.now,
        )
    )


def _give(
    uow: UnitOfWork,
    ward_id: UUID,
    guardian_id: UUID,
    *,
    kind: GuardianKind,
    book: str | None,
    reason: str,
    valid_to: datetime | None,
) -> Guardianship:
    rules.check_guardianship(
        ward_id=ward_id, guardian_id=guardian_id, granted_by=person_of(uow), valid_from=uow.now, valid_to=valid_to
    )
    given = Guardianship(
        id=uow.new_id(),
        ward_id=ward_id,
        guardian_id=guardian_id,
        kind=kind,
        book=book,
        reason=reason,
        valid_from=uow.now,
        valid_to=valid_to,
        granted_by=person_of(uow),
        granted_at=uow.now,
    )
    if queries.find_guardianship_like(uow.session, given, now=uow.now) is not None:
        raise GuardianshipTwice
    uow.session.add(given)
    return given


def _end(uow: UnitOfWork, found: Guardianship, reason: str) -> Guardianship:
    rules.check_ending(ended=found.ended_at is not None)
    found.ended_by, found.ended_at, found.ended_why = person_of(uow), uow.now, reason
    return found


def _lock_guardian(uow: UnitOfWork, phone: str) -> Person:
    """Find and lock who has this number. His lock keeps him from closing his account meanwhile."""
    found = queries.find_person_by_phone(uow.session, vault().index(phones.normal(phone), kind="phone"))
    if found is None:
        raise GuardianMissing
    return queries.lock_person(uow.session, found.id)


def _belongs_here(uow: UnitOfWork, person_id: UUID, book: str) -> bool:
    """Say whether somebody lives in this community, or is a ward its staff made."""
    if queries.is_ward_of(uow.session, person_id, book):
        return True
    if uow.actor.session_id is None:  # a demonstration's token has no session to ask by
        return False
    there = queries.find_standing(uow.session, uow.actor.session_id, book=book, now=uow.now, person_id=person_id)
    return there is not None and there.resident_id is not None
