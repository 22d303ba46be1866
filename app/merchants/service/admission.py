"""The door of tills: from a signed request to the till that sent it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import insert

from app.infra import db
from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.infra.vault import vault
from app.kernel.actor import SYSTEM, Actor, Role
from app.kernel.signed import Algorithm, Signed
from app.merchants import terms
from app.merchants.models import TerminalAddress
from app.merchants.queries import tills
from app.merchants.rules import keys
from app.merchants.service import telling_shops

# One statement: it keeps the nonce, or answers with what was signed under it; a twin in flight is waited for.
_RECORD = """
    INSERT INTO merchants_nonces AS n (serial, nonce, digest, seen_at)
    VALUES (%(serial)s, %(nonce)s, %(digest)s, %(now)s)
    ON CONFLICT (serial, nonce) DO UPDATE
       SET digest = CASE WHEN n.seen_at < %(forgotten)s THEN excluded.digest ELSE n.digest END,
           seen_at = CASE WHEN n.seen_at < %(forgotten)s THEN excluded.seen_at ELSE n.seen_at END
    RETURNING digest
"""
_PURGE = text("""
    DELETE FROM merchants_nonces
     WHERE (serial, nonce) IN (SELECT serial, nonce FROM merchants_nonces WHERE seen_at < :before
                                ORDER BY seen_at LIMIT :batch FOR UPDATE SKIP LOCKED)
""")


def admit_signed(signed: Signed, now: datetime) -> Actor | None:
    """Say which till signed. None: no such key in use, or it did not sign this.

    The key is asked of the database with every request: what was revoked a moment ago counts at once.
    """
    found = run_in_transaction(_finding(signed), actor=SYSTEM, now=now)
    algorithm = None if found is None else Algorithm(found.algorithm)
    material = b"" if found is None else _material(signed.serial, found)
    if not keys.is_good(signed, algorithm, material) or found is None:
        return None
    if not found.is_known:
        run_in_transaction(_noting(signed, found), actor=SYSTEM, now=now)
    return Actor(
        id=found.id,
        roles=frozenset({Role.TERMINAL}),
        shop_id=found.branch_id,
        name=found.name,
        is_first_seen=found.is_first_seen,
        key_serial=signed.serial,
    )


def record_signed(uow: UnitOfWork, signed: Signed) -> bool:
    """Keep a nonce with what was signed under it. False: other bytes were, within ten minutes."""
    ((kept,),) = db.fetch(
        uow.session,
        _RECORD,
        {
            "serial": signed.serial,
            "nonce": signed.nonce,
            "digest": signed.digest,
            "now": uow.now,
            "forgotten": uow.now - terms.NONCE_LIFE,
        },
    )
    return bytes(kept) == signed.digest


def purge_nonces(uow: UnitOfWork) -> int:
    """Forget one batch of old nonces; answers how many. Called until it returns 0."""
    gone: Any = uow.session.execute(_PURGE, {"before": uow.now - terms.NONCE_LIFE, "batch": terms.NONCES_BATCH})
    return int(gone.rowcount)


def key_context(serial: str) -> str:
    """Name the place where the secret of a key is sealed."""
    return f"merchants.terminal_keys.material:{serial}"


def _material(serial: str, found: Row[Any]) -> bytes:
    if found.algorithm == Algorithm.HMAC_SHA256:
        return bytes.fromhex(vault().open(bytes(found.material), context=key_context(serial)))
    return bytes(found.material)


def _finding(signed: Signed) -> Callable[[UnitOfWork], Row[Any] | None]:
    return lambda uow: tills.find_key(uow.session, signed.serial, address=signed.address, now=uow.now)


def _noting(signed: Signed, found: Row[Any]) -> Callable[[UnitOfWork], None]:
    """Write down that a till signed from an address it was never seen at: an alert, which holds nothing up."""

    def note(uow: UnitOfWork) -> None:
        row = {
            "id": uow.new_id(),
            "branch_id": found.branch_id,
            "terminal_id": found.id,
            "address": signed.address,
            "serial": signed.serial,
            "is_alert": True,
            "first_seen_at": uow.now,
        }
        uow.session.execute(insert(TerminalAddress).values(row).on_conflict_do_nothing())
        telling_shops.tell_new_address(uow, TerminalAddress(**row))

    return note
