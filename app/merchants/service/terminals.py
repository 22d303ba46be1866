"""Tills: a code lets one bring its key; keys take each other's place; a till is revoked at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import delete, or_, update
from sqlalchemy.exc import IntegrityError

from app.infra.unit_of_work import UnitOfWork
from app.infra.vault import vault
from app.kernel.paging import Page, page_by_id, read_id
from app.kernel.signed import Algorithm
from app.merchants import errors, terms
from app.merchants.models import Branch, EnrolmentCode, Terminal, TerminalAddress, TerminalKey
from app.merchants.queries import terminals as queries
from app.merchants.rules import keys
from app.merchants.service import telling_shops
from app.merchants.service.admission import key_context

KEY_ONCE = "uq_merchants_terminal_keys_material"


@dataclass(frozen=True, slots=True)
class MadeCode:
    """A one-time code for a new till, shown once."""

    code: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class EnrolledKey:
    """What a till must know of its key. `secret` (hex) is for HMAC only, and shown once."""

    terminal: Terminal
    key: TerminalKey
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class TerminalSheet:
    """A till and its keys that are in use."""

    terminal: Terminal
    keys: Sequence[TerminalKey]


@dataclass(frozen=True, slots=True)
class OwnSheet(TerminalSheet):
    """The till that asks, with where it stands."""

    branch: Branch


def make_enrolment_code(uow: UnitOfWork, branch: Branch, *, name: str, takes_hmac: bool) -> MadeCode:
    """Make a code by which one till of a branch brings its key within half an hour. `name`: what the till is called."""
    code = uow.new_token()
    expires_at = uow.now + terms.ENROLMENT_LIFE
    uow.session.add(
        EnrolmentCode(
            code_hash=_hash(code),
            branch_id=branch.id,
            name=name,
            takes_hmac=takes_hmac,
            made_by=uow.actor.id,
            made_at=uow.now,
            expires_at=expires_at,
        )
    )
    return MadeCode(code, expires_at)


def enrol_terminal(
    uow: UnitOfWork, *, code: str, algorithm: Algorithm, public_key: str | None, proof: str | None, address: str
) -> EnrolledKey:
    """Take a till in with the key it made, by a code and the proof that it has the private half. For HMAC we make one.

    Refuses EnrolmentCodeNotGood, LowTierNotAllowed, KeyUnfit, KeyNotPossessed, KeyKnown.
    """
    found = queries.lock_enrolment_code(uow.session, _hash(code), now=uow.now)
    shares_secret = algorithm is Algorithm.HMAC_SHA256
    if shares_secret and not found.takes_hmac:
        raise errors.LowTierNotAllowed
    material = b""
    if not shares_secret:
        material = keys.read_public_key(public_key or "", algorithm)
        keys.check_possession(algorithm, material, keys.enrolment_message(code, material), proof or "")
    terminal = Terminal(
        id=uow.new_id(), branch_id=found.branch_id, name=found.name, low_tier=shares_secret, opened_at=uow.now
    )
    uow.session.add(terminal)
    uow.session.flush()
    found.used_at, found.terminal_id = uow.now, terminal.id
    enrolled = _add_key(uow, terminal, algorithm, material)
    uow.session.add(
        TerminalAddress(
            id=uow.new_id(),
            branch_id=terminal.branch_id,
            terminal_id=terminal.id,
            address=address,
            serial=enrolled.key.serial,
            is_alert=False,
            first_seen_at=uow.now,
        )
    )
    return enrolled


def rotate_key(
    uow: UnitOfWork, *, algorithm: Algorithm, public_key: str, proof: str, ends_now: bool = False
) -> EnrolledKey:
    """Put another key in place of the one that signed; it stays good for a day, or ends with this (`ends_now`).

    Only the newest is replaced: who stole an older one gets no other by it. A till with a shared secret is enrolled
    anew instead. Refuses TerminalMissing, LowTierNotAllowed, KeyReplaced, KeyUnfit, KeyNotPossessed, KeyKnown.
    """
    if uow.actor.shop_id is None:
        raise errors.TerminalMissing
    terminal = queries.lock_terminal(uow.session, uow.actor.shop_id, uow.actor.id)
    if terminal.low_tier or algorithm is Algorithm.HMAC_SHA256:
        raise errors.LowTierNotAllowed
    if not queries.is_key_newest(uow.session, terminal.id, uow.actor.key_serial):
        raise errors.KeyReplaced
    material = keys.read_public_key(public_key, algorithm)
    keys.check_possession(algorithm, material, keys.rotation_message(terminal.id, material), proof)
    ends_at = uow.now if ends_now else uow.now + terms.KEY_OVERLAP
    uow.session.execute(
        update(TerminalKey)
        .where(
            TerminalKey.terminal_id == terminal.id,
            or_(TerminalKey.valid_to.is_(None), TerminalKey.valid_to > ends_at),
        )
        .values(valid_to=ends_at)
    )
    enrolled = _add_key(uow, terminal, algorithm, material)
    telling_shops.tell_rotated(uow, terminal, enrolled.key)
    return enrolled


def revoke_terminal(uow: UnitOfWork, branch: Branch, *, terminal_id: UUID, reason: str) -> Terminal:
    """Let a till sign nothing any more, from its next request on. Refuses TerminalMissing, TerminalRevoked."""
    terminal = queries.lock_terminal(uow.session, branch.id, terminal_id)
    if terminal.revoked_at is not None:
        raise errors.TerminalRevoked
    terminal.revoked_by, terminal.revoked_at, terminal.revoked_why = uow.actor.id, uow.now, reason
    telling_shops.tell_revoked(uow, terminal)
    return terminal


def _add_key(uow: UnitOfWork, terminal: Terminal, algorithm: Algorithm, material: bytes) -> EnrolledKey:
    serial = uow.new_bytes(16).hex()
    secret = None
    if algorithm is Algorithm.HMAC_SHA256:
        secret = uow.new_bytes(terms.HMAC_SECRET_BYTES).hex()
        material = vault().seal(secret, context=key_context(serial))
    key = TerminalKey(
        serial=serial,
        terminal_id=terminal.id,
        algorithm=algorithm,
        material=material,
        valid_from=uow.now,
    )
    if secret is None and queries.is_key_known(uow.session, material):
        raise errors.KeyKnown
    try:
        uow.session.add(key)
        uow.session.flush()
    except IntegrityError as error:  # a twin brought the same key in this very moment
        if KEY_ONCE in str(error.orig):
            raise errors.KeyKnown from None
        raise
    return EnrolledKey(terminal, key, secret)


def _hash(code: str) -> bytes:
    return sha256(code.encode()).digest()


def list_terminals(uow: UnitOfWork, branch: Branch, *, limit: int, cursor: str | None) -> Page[TerminalSheet]:
    """The tills of a branch with the keys that are in use, newest first."""
    rows = queries.list_terminals(uow.session, branch.id, before=read_id(cursor), limit=limit + 1)
    in_use = queries.list_keys(uow.session, [each.id for each in rows], now=uow.now)
    sheets = [TerminalSheet(each, [key for key in in_use if key.terminal_id == each.id]) for each in rows]
    return page_by_id(sheets, limit, lambda sheet: sheet.terminal.id)


def show_own_terminal(uow: UnitOfWork) -> OwnSheet:
    """The till that asks, with its keys and its branch. Refuses TerminalMissing."""
    terminal = uow.session.get(Terminal, uow.actor.id)
    if terminal is None:
        raise errors.TerminalMissing
    keys = queries.list_keys(uow.session, [terminal.id], now=uow.now)
    return OwnSheet(terminal, keys, uow.session.get_one(Branch, terminal.branch_id))


def list_alerts(uow: UnitOfWork, branch: Branch, *, limit: int, cursor: str | None) -> Page[TerminalAddress]:
    """Addresses from which tills of a branch signed for the first time and which nobody looked at."""
    rows = queries.list_alerts(uow.session, branch.id, after=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda alert: alert.id)


def close_alert(uow: UnitOfWork, branch: Branch, *, alert_id: UUID) -> TerminalAddress:
    """Say that an alert was looked at; again is a replay. Refuses AlertMissing."""
    alert = queries.lock_alert(uow.session, branch.id, alert_id)
    if alert.seen_at is None:
        alert.seen_by, alert.seen_at = uow.actor.id, uow.now
    return alert


def purge_enrolment_codes(uow: UnitOfWork) -> int:
    """Forget codes a day after they ran out; answers how many."""
    gone = uow.session.scalars(
        delete(EnrolmentCode)
        .where(EnrolmentCode.expires_at < uow.now - terms.CODES_KEPT)
        .returning(EnrolmentCode.branch_id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
