"""Where points are taken: by which branch, through which till."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from app.infra import db
from app.kernel.actor import Actor, Role
from app.kernel.geo import Datum, Source, locate
from app.merchants import errors, terms
from app.merchants.rules.tills import Till
from app.merchants.terms import BranchState, MerchantState

_TILL = text("""
    SELECT b.id, b.merchant_id, b.name, b.state, b.lat, b.lng, m.state AS merchant_state, t.id AS terminal_id,
           coalesce(t.low_tier, false) AS low_tier
      FROM merchants_branches b
      JOIN merchants_merchants m ON m.id = b.merchant_id
      LEFT JOIN merchants_terminals t ON t.id = CAST(:terminal_id AS uuid) AND t.branch_id = b.id
     WHERE b.id = :branch_id
""")

_CLAIM = """
    SELECT branch_id, merchant_id, name, branch_state, merchant_state, terminal_id, low_tier, heard, alone, used,
           code_used
      FROM merchants_claim(%(branch_id)s, %(terminal_id)s, %(out_trade_no)s, %(code_hash)s, %(number)s::bigint,
                           %(day)s::bigint)
"""
_KEY = text("""
    SELECT k.algorithm, k.material, t.id, t.branch_id, t.name, a.id IS NOT NULL AS is_known,
           a.id IS NULL OR (a.is_alert AND a.seen_at IS NULL AND a.first_seen_at > :since) AS is_first_seen
      FROM merchants_terminal_keys k
      JOIN merchants_terminals t ON t.id = k.terminal_id
      LEFT JOIN merchants_terminal_addresses a ON a.terminal_id = t.id AND a.address = :address
     WHERE k.serial = :serial AND t.revoked_at IS NULL
       AND k.valid_from <= :now AND (k.valid_to IS NULL OR :now < k.valid_to)
""")


def get_till(session: Session, actor: Actor) -> Till:
    """The till of a terminal, or of a cashier who signed in. Refuses ShopNotOnToken, ShopMissing."""
    branch_id, terminal_id = till_ids(actor)
    return get_till_of(session, branch_id, terminal_id=terminal_id)


def till_ids(actor: Actor) -> tuple[UUID, UUID | None]:
    """The branch of a terminal or a cashier, and the terminal. Refuses ShopNotOnToken."""
    if actor.shop_id is None:
        raise errors.ShopNotOnToken
    return actor.shop_id, actor.id if Role.TERMINAL in actor.roles else None


def get_till_of(session: Session, branch_id: UUID, *, terminal_id: UUID | None = None) -> Till:
    """A branch as a till, through one of its terminals where given. Refuses ShopMissing."""
    row = session.execute(_TILL, {"branch_id": branch_id, "terminal_id": terminal_id}).one_or_none()
    if row is None or (terminal_id is not None and row.terminal_id is None):
        raise errors.ShopMissing
    return Till(
        branch_id=row.id,
        merchant_id=row.merchant_id,
        terminal_id=row.terminal_id,
        low_tier=row.low_tier,
        branch_state=BranchState(row.state),
        merchant_state=MerchantState(row.merchant_state),
        name=row.name,
        position=None if row.lat is None else locate(row.lat, row.lng, Datum.WGS84, source=Source.MAP),
    )


@dataclass(frozen=True, slots=True)
class Number:
    """How a branch's number was found. `alone`: nobody else is at it, until the transaction ends."""

    alone: bool
    used: bool
    code_used: bool


def claim_number(
    session: Session,
    branch_id: UUID,
    terminal_id: UUID | None,
    *,
    out_trade_no: str,
    code_hash: bytes | None,
    number: int,
    day: int | None,
) -> tuple[Till, Number]:
    """Lock a branch's number unless somebody has it, and a day; give the till and how the number stands then.

    `number` and `day` are the keys of the locks. See migrations/sql/0034_claim_number.sql. Refuses ShopMissing.
    """
    values = {
        "branch_id": branch_id,
        "terminal_id": terminal_id,
        "out_trade_no": out_trade_no,
        "code_hash": code_hash,
        "number": number,
        "day": day,
    }
    (row,) = db.fetch(session, _CLAIM, values)
    found, merchant_id, name, state, merchant_state, till_id, low_tier, heard, alone, used, code_used = row
    if found is None or till_id != terminal_id:
        raise errors.ShopMissing
    till = Till(
        branch_id=found,
        merchant_id=merchant_id,
        terminal_id=till_id,
        low_tier=low_tier,
        branch_state=BranchState(state),
        merchant_state=MerchantState(merchant_state),
        name=name,
        heard=frozenset(heard),
    )
    return till, Number(alone=alone, used=used, code_used=code_used)


def find_key(session: Session, serial: str, *, address: str, now: datetime) -> Row[Any] | None:
    """Find a key that is in use, its till, whether the till was seen at this address before, and if not just lately.

    An address is new for a day, or until somebody of the shop has looked at its alert.
    """
    values = {"serial": serial, "address": address, "now": now, "since": now - terms.ADDRESS_NEW}
    return session.execute(_KEY, values).one_or_none()


TIES = """
    WITH resident AS (
        SELECT r.person_id, r.household_id, p.phone_index
          FROM identity_residencies r JOIN identity_people p ON p.id = r.person_id
         WHERE r.book = :book AND r.resident_id = :resident_id AND r.state = 'confirmed'),
    house AS (
        SELECT s.person_id, s.phone_index FROM merchants_people s
         WHERE s.merchant_id = :merchant_id AND (s.ended_at IS NULL OR s.bars_until > :now)
           AND (s.branch_id IS NULL OR s.branch_id = :branch_id)
        UNION ALL
        SELECT g.person_id, NULL FROM identity_grants g
         WHERE g.shop_id = :branch_id AND g.ended_at IS NULL AND g.valid_from <= :now
           AND (g.valid_to IS NULL OR :now < g.valid_to)),
    kin AS (
        SELECT o.person_id, p.phone_index
          FROM resident m
          JOIN identity_residencies o ON o.household_id = m.household_id AND o.state = 'confirmed'
          JOIN identity_people p ON p.id = o.person_id
        UNION
        SELECT p.id, p.phone_index
          FROM resident m
          JOIN identity_relatives v ON v.ended_at IS NULL AND m.person_id IN (v.person_id, v.relative_id)
          JOIN identity_people p ON p.id = CASE v.person_id WHEN m.person_id THEN v.relative_id ELSE v.person_id END)
    SELECT EXISTS (SELECT 1 FROM house h WHERE h.person_id IN (:resident_id, :acted_by)
                      OR h.phone_index = (SELECT phone_index FROM identity_people WHERE id = :acted_by))
           OR EXISTS (SELECT 1 FROM house h JOIN resident m
                         ON m.person_id = h.person_id OR m.phone_index = h.phone_index) AS own,
           EXISTS (SELECT 1 FROM house h JOIN kin k
                      ON k.person_id = h.person_id OR k.phone_index = h.phone_index) AS kin
"""
_TIES = text(TIES)


@dataclass(frozen=True, slots=True)
class Ties:
    """What a resident is to a branch. `own`: its owner, staff or cashier, or acted for by one; `kin`: lives with one or
    is a relative.
    """

    own: bool
    kin: bool


def find_ties(
    session: Session, till: Till, *, book: str, resident_id: UUID, now: datetime, acted_by: UUID | None = None
) -> Ties:
    """Say what a resident of a book is to a branch: known by account, by telephone, or as the owner's very id.

    `acted_by`: the guardian or helper who acts for him; he is `own` by that person, too.
    """
    values = {"branch_id": till.branch_id, "merchant_id": till.merchant_id, "book": book, "now": now}
    row = session.execute(_TIES, {**values, "resident_id": resident_id, "acted_by": acted_by}).one()
    return Ties(own=row.own, kin=row.kin)


def find_ties_of_shop(session: Session, *, shop_id: UUID, book: str, resident_id: UUID, now: datetime) -> Ties:
    """Say what a resident of a book is to one of its shops. Refuses ShopMissing."""
    return find_ties(session, get_till_of(session, shop_id), book=book, resident_id=resident_id, now=now)


def is_staff_of(
    session: Session, till: Till, *, book: str, resident_id: UUID, now: datetime, acted_by: UUID | None = None
) -> bool:
    """Say whether a resident, or who acts for him, is of the house, and so redeems nothing there (attack 8)."""
    return find_ties(session, till, book=book, resident_id=resident_id, now=now, acted_by=acted_by).own
