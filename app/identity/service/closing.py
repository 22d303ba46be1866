"""Closing an account: asked for by its owner, called off by signing in, done some days later, step by step."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update

from app.identity import queries, terms
from app.identity.errors import ClosingUnconfirmed, ClosingWhileFrozen, ClosingWithRoles, PersonMissing
from app.identity.models import Device, Freeze, Invitation, Network, Person, RecoveryCode, RiskRank, Staff, WechatUser
from app.identity.service import guardianships, homes, sessions
from app.identity.service.judging import remember_pause
from app.identity.service.sessions import person_of
from app.identity.terms import Ending
from app.infra.unit_of_work import UnitOfWork

Step = Callable[[UnitOfWork, Person], None]
ERASED = "—"


def ask_to_close(uow: UnitOfWork, *, confirm: str) -> datetime:
    """Sign the caller out everywhere and close his account in some days; answers when. Signing in calls it off.

    Refuses ClosingUnconfirmed, PersonMissing, ClosingWithRoles, ClosingWhileFrozen.
    """
    _check_meant(confirm)
    person = queries.lock_person(uow.session, person_of(uow))
    _check_free(uow, person)
    person.closes_at = uow.now + terms.CLOSING_COOL
    sessions.end_sessions(uow, person.id, why=Ending.CLOSED)
    return person.closes_at


def close_account(uow: UnitOfWork, *, person_id: UUID) -> Person:
    """Close an account for good: everything about its owner is erased, the person's id stays for the ledger.

    Refuses PersonMissing, ClosingWithRoles, ClosingWhileFrozen.
    """
    person = queries.lock_person(uow.session, person_id)
    _check_free(uow, person)
    for step in STEPS:
        step(uow, person)
    return person


def close_ward(uow: UnitOfWork, *, book: str, ward_id: UUID, confirm: str) -> None:
    """Close at once the account of a ward that staff of this book made: he has no way in to ask for it himself.

    Refuses ClosingUnconfirmed, PersonMissing, ClosingWithRoles, ClosingWhileFrozen.
    """
    _check_meant(confirm)
    signs_in = queries.list_wechat_users(uow.session, ward_id) or queries.find_staff_of(uow.session, ward_id)
    if signs_in or not queries.is_ward_of(uow.session, ward_id, book):
        raise PersonMissing(field="ward_id")
    close_account(uow, person_id=ward_id)


def close_accounts(uow: UnitOfWork) -> int:
    """Close one batch of accounts whose time has come; answers how many. Called until it answers 0."""
    due = queries.lock_closing(uow.session, now=uow.now, limit=terms.CLOSING_BATCH)
    for person in due:
        with suppress(ClosingWithRoles, ClosingWhileFrozen):  # since it was looked for: then it waits
            close_account(uow, person_id=person.id)
    return len(due)


def _check_meant(confirm: str) -> None:
    if confirm.strip().upper() not in terms.CLOSING_WORDS:
        raise ClosingUnconfirmed(word=terms.CLOSING_WORDS[0])


def _check_free(uow: UnitOfWork, person: Person) -> None:
    if queries.has_grant(uow.session, person.id, now=uow.now):
        raise ClosingWithRoles
    if queries.find_open_freeze(uow.session, person.id) is not None:
        raise ClosingWhileFrozen


def _end_sessions(uow: UnitOfWork, person: Person) -> None:
    sessions.end_sessions(uow, person.id, why=Ending.CLOSED)


def _end_guardianships(uow: UnitOfWork, person: Person) -> None:
    guardianships.end_guardianships_of(uow, person.id, why="account closed")


def _forget_access(uow: UnitOfWork, person: Person) -> None:
    """Delete all by which he got in, and what WeChat thought of that: account, devices, password, invitations.

    What others know his WeChat account by they forget in jobs of their own, for they stand above.
    """
    for each in queries.list_wechat_users(uow.session, person.id):
        uow.defer("mall.forget_person", appid=each.app_id, openid_index=each.openid_index.hex())
    for table in (WechatUser, RiskRank, Device, Network, Staff, RecoveryCode, Invitation):
        uow.session.execute(delete(table).where(table.person_id == person.id))


def _forget_own_words(uow: UnitOfWork, person: Person) -> None:
    """Erase what he wrote and showed himself, here and by jobs above; that the account was frozen, and why, stays."""
    uow.session.execute(
        update(Freeze).where(Freeze.person_id == person.id, Freeze.appeal.is_not(None)).values(appeal=ERASED)
    )
    uow.defer(terms.FORGET_APPEALS_JOB, person_id=str(person.id))
    uow.defer(terms.FORGET_COMPLAINTS_JOB, person_id=str(person.id))
    uow.defer(terms.FORGET_PHOTOS_JOB, person_id=str(person.id))


def _leave_homes(uow: UnitOfWork, person: Person) -> None:
    homes.leave_homes(uow, person.id)


def _erase_person(uow: UnitOfWork, person: Person) -> None:
    person.name, person.phone_sealed, person.phone_index = "", None, None
    person.closes_at, person.closed_at = None, uow.now
    person.paused_at = person.paused_case = None


STEPS: tuple[Step, ...] = (
    _end_sessions,
    _end_guardianships,
    remember_pause,
    _forget_access,
    _forget_own_words,
    _leave_homes,
    # what else holds something about a person puts its step here, before the person himself
    _erase_person,
)
"""All that closing does, in order. docs/privacy.md says the same in words."""
