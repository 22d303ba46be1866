"""Staff: invited, set up with password and second factor, signed in with both."""

from base64 import b32encode
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from app.identity import queries, terms
from app.identity.errors import (
    InvitationOfPowerful,
    InvitationUnprepared,
    PersonMissing,
    SignInLocked,
    SignInRefused,
    TotpWrong,
    UsernameTaken,
)
from app.identity.models import Invitation, Person, RecoveryCode, Staff, Tries
from app.identity.rules import staff as rules
from app.identity.service import sessions
from app.identity.service.judging import Whence, judge_sign_in
from app.identity.service.keys import Keyring
from app.identity.service.passwords import hash_password, is_password
from app.identity.service.sessions import Tokens, person_of
from app.identity.terms import Channel, Ending
from app.infra.unit_of_work import UnitOfWork
from app.infra.vault import vault
from app.kernel.actor import Role

CODE_DIGITS = 10
TOTP_BYTES = 20


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation as it is handed over: the token is shown once."""

    person_id: UUID
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Prepared:
    """The second factor to be put into an authenticator."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


def invite_staff(uow: UnitOfWork, *, name: str, username: str, person_id: UUID | None) -> Invited:
    """Invite somebody to be staff under a user name: a new person, or one we know. A former invitation ends.

    It gives no role. Refuses PersonMissing (also for whom the caller's areas do not know), InvitationOfPowerful,
    UsernameTaken.
    """
    username = username.lower()
    if person_id is None:
        person = Person(id=uow.new_id(), name=name, registered_at=uow.now)
        uow.session.add(person)
        uow.session.flush()
    else:
        person = queries.lock_person(uow.session, person_id)
        _check_invitable(uow, person_id)
        person.name = person.name or name
    holder = queries.find_staff(uow.session, username)
    if holder is not None and holder.person_id != person.id:
        raise UsernameTaken(username=username)
    token = uow.new_token()
    uow.session.execute(delete(Invitation).where(Invitation.person_id == person.id, Invitation.used_at.is_(None)))
    invitation = Invitation(
        token_hash=rules.hash_secret(token),
        person_id=person.id,
        username=username,
        made_by=person_of(uow),
        made_at=uow.now,
        expires_at=uow.now + terms.INVITATION_LIFE,
    )
    uow.session.add(invitation)
    return Invited(person.id, token, invitation.expires_at)


def prepare_staff(uow: UnitOfWork, *, token: str, password: str) -> Prepared:
    """Choose the password; answers the second factor, to be shown as a QR code. Doing it again makes a new one.

    Refuses InvitationNotGood, PasswordWeak.
    """
    invitation = queries.lock_invitation(uow.session, rules.hash_secret(token), now=uow.now)
    rules.check_password(password, invitation.username)
    secret = b32encode(uow.new_bytes(TOTP_BYTES)).decode()
    invitation.password_hash = hash_password(password)
    invitation.totp_sealed = vault().seal(secret, context=_context(invitation.person_id))
    return Prepared(secret, rules.enrolment_uri(secret, invitation.username))


def confirm_staff(uow: UnitOfWork, *, token: str, totp: str) -> list[str]:
    """Take the credentials into use once the authenticator shows the right code; answers the recovery codes, once.

    Whoever had credentials has these now, and all sessions at the desk end. Refuses InvitationNotGood,
    InvitationUnprepared, TotpWrong, InvitationOfPowerful, UsernameTaken.
    """
    invitation = queries.lock_invitation(uow.session, rules.hash_secret(token), now=uow.now)
    if invitation.password_hash is None or invitation.totp_sealed is None:
        raise InvitationUnprepared
    secret = vault().open(invitation.totp_sealed, context=_context(invitation.person_id))
    step = rules.step_of(secret, totp, now=uow.now, after=0)
    if step is None:
        raise TotpWrong
    renewed = queries.find_staff_of(uow.session, invitation.person_id) is not None
    if renewed and queries.holds_powerful(uow.session, invitation.person_id, terms.POWERFUL):
        raise InvitationOfPowerful  # it came with a role that was granted after the invitation
    values = {
        "username": invitation.username,
        "password_hash": invitation.password_hash,
        "totp_sealed": invitation.totp_sealed,
        "totp_step": step,
        "set_at": uow.now,
    }
    holder = queries.find_staff(uow.session, invitation.username)
    if holder is not None and holder.person_id != invitation.person_id:
        raise UsernameTaken(username=invitation.username)
    uow.session.execute(delete(Staff).where(Staff.person_id == invitation.person_id))
    uow.session.add(Staff(person_id=invitation.person_id, **values))
    invitation.used_at = uow.now
    invitation.password_hash = invitation.totp_sealed = None
    sessions.end_sessions(uow, invitation.person_id, why=Ending.PASSWORD_CHANGED)
    return _new_recovery_codes(uow, invitation.person_id)


def sign_in_at_desk(
    uow: UnitOfWork,
    keyring: Keyring,
    *,
    username: str,
    password: str,
    totp: str | None,
    recovery_code: str | None,
    whence: Whence | None = None,
) -> Tokens:
    """Open a session at the desk for the right name, password and second factor (or a recovery code in its place).

    Each try is counted before it is judged, so that many at once do not get more than one after another. Refuses
    SignInLocked; SignInRefused for everything that is wrong, after the same time; SignInStopped.
    """
    username = username.lower()
    name_index = vault().index(username, kind="username")
    _count_try(uow, name_index)
    found = queries.find_staff(uow.session, username)
    right = is_password(found.password_hash if found else None, password)
    if not right or found is None or not _second_factor(uow, found, totp, recovery_code):
        raise SignInRefused
    uow.session.execute(delete(Tries).where(Tries.name_index == name_index))
    person, session_id = queries.lock_signing_in(uow.session, found.person_id), uow.new_id()
    judge_sign_in(uow, whence, session_id=session_id, person=person, channel=Channel.DESK, device=None)
    return sessions.open_session(
        uow, keyring, person_id=found.person_id, channel=Channel.DESK, device=None, session_id=session_id
    )


def change_password(uow: UnitOfWork, *, old_password: str, password: str, totp: str) -> int:
    """Change the caller's password; all other sessions end. Answers how many did.

    Refuses SignInLocked, SignInRefused, PasswordWeak.
    """
    found = queries.find_staff_of(uow.session, person_of(uow))
    name_index = vault().index(found.username if found else str(person_of(uow)), kind="username")
    _count_try(uow, name_index)
    right = is_password(found.password_hash if found else None, old_password)
    if not right or found is None or not _second_factor(uow, found, totp, None):
        raise SignInRefused
    rules.check_password(password, found.username)
    uow.session.execute(delete(Tries).where(Tries.name_index == name_index))
    found.password_hash, found.set_at = hash_password(password), uow.now
    return sessions.end_other_sessions(uow, why=Ending.PASSWORD_CHANGED)


def _check_invitable(uow: UnitOfWork, person_id: UUID) -> None:
    """Refuse to renew the sign-in of somebody elsewhere, or of one whose role takes two people."""
    if Role.SYSTEM in uow.actor.roles:
        return
    if not queries.is_known_in(uow.session, sorted(uow.actor.areas), person_id):
        raise PersonMissing
    if queries.holds_powerful(uow.session, person_id, terms.POWERFUL):
        raise InvitationOfPowerful


def _count_try(uow: UnitOfWork, name_index: bytes) -> None:
    """Count a try under a name before it is judged. Refuses SignInLocked while the name is locked."""
    statement = insert(Tries).values(name_index=name_index, failures=0, last_at=uow.now)
    uow.session.execute(statement.on_conflict_do_nothing())
    tries = queries.lock_tries(uow.session, name_index)
    if tries.locked_until is not None and uow.now < tries.locked_until:
        raise SignInLocked(seconds=max(1, round((tries.locked_until - uow.now).total_seconds())))
    if uow.now - tries.last_at > terms.TRIES_FORGOTTEN:
        tries.failures = 0
    tries.failures += 1
    tries.last_at = uow.now
    lock = rules.lock_for(tries.failures)
    tries.locked_until = uow.now + lock if lock else None


def _second_factor(uow: UnitOfWork, staff: Staff, totp: str | None, recovery_code: str | None) -> bool:
    """Take a one-time code later than the last one, or a recovery code nobody used."""
    if totp is not None:
        secret = vault().open(staff.totp_sealed, context=_context(staff.person_id))
        locked = queries.lock_staff(uow.session, staff.person_id)
        step = rules.step_of(secret, totp, now=uow.now, after=locked.totp_step)
        if step is not None:
            locked.totp_step = step
        return step is not None
    code = queries.find_recovery_code(uow.session, staff.person_id, rules.hash_secret(recovery_code or ""))
    if code is not None:
        code.used_at = uow.now
    return code is not None


def _new_recovery_codes(uow: UnitOfWork, person_id: UUID) -> list[str]:
    uow.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = [uow.new_digits(CODE_DIGITS) for _ in range(terms.RECOVERY_CODES)]
    uow.session.add_all(RecoveryCode(person_id=person_id, code_hash=rules.hash_secret(code)) for code in codes)
    return codes


def _context(person_id: UUID) -> str:
    return f"identity.staff.totp:{person_id}"
