"""Who in a book is close to somebody."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session as Orm

from app.identity.queries.facts import installation_of

_KIN = text("""
    WITH me AS (
        SELECT CAST(:person_id AS uuid) AS person_id
        UNION
        SELECT person_id FROM identity_residencies
         WHERE book = :book AND resident_id = :resident_id AND state = 'confirmed'),
    people AS (
        SELECT person_id FROM me
        UNION
        SELECT o.person_id FROM me
          JOIN identity_residencies r ON r.person_id = me.person_id AND r.state IN ('claimed', 'confirmed')
          JOIN identity_residencies o ON o.household_id = r.household_id
               AND (o.state = 'confirmed' OR (o.state = 'claimed' AND :with_claims))
        UNION
        SELECT v.relative_id FROM me JOIN identity_relatives v ON v.person_id = me.person_id AND v.ended_at IS NULL
        UNION
        SELECT v.person_id FROM me JOIN identity_relatives v ON v.relative_id = me.person_id AND v.ended_at IS NULL)
    SELECT p.person_id, r.resident_id FROM people p
      LEFT JOIN identity_residencies r ON r.person_id = p.person_id AND r.book = :book AND r.state = 'confirmed'
     ORDER BY r.resident_id, p.person_id LIMIT :limit
""")
_THINGS = text("""
    (SELECT household_id AS id, NULL::bytea AS install_index FROM identity_residencies
      WHERE person_id = ANY(CAST(:people AS uuid[])) AND state = 'confirmed' ORDER BY id LIMIT :limit)
    UNION ALL
    (SELECT NULL, install_index FROM identity_devices
      WHERE person_id = ANY(CAST(:people AS uuid[])) ORDER BY last_seen_at DESC LIMIT :limit)
""")
KIN_MAX = 1000


@dataclass(frozen=True, slots=True)
class Kin:
    """Who somebody is and who is close to him: `owners` of passbooks in one book, and `people`, wherever they live."""

    owners: tuple[UUID, ...]
    people: frozenset[UUID]


def list_kin_ids(session: Orm, book: str, person_id: UUID, resident_id: UUID) -> list[UUID]:
    """List the owners in a book who are an account or an owner, live with him anywhere (or say so), or are relatives.

    Other than `list_household_ids` it also knows those who work in a book and live in another one.
    """
    return list(list_kin(session, book, person_id, resident_id).owners)


def list_kin(session: Orm, book: str, person_id: UUID, resident_id: UUID, *, with_claims: bool = True) -> Kin:
    """List the same by their accounts too: also those who are residents of no book.

    `with_claims`: also who says to live with him and was not confirmed yet.
    """
    values = {"book": book, "person_id": person_id, "resident_id": resident_id}
    values |= {"with_claims": with_claims, "limit": KIN_MAX}
    rows = session.execute(_KIN, values).all()
    owners = dict.fromkeys(row.resident_id for row in rows if row.resident_id is not None)
    return Kin(tuple(owners), frozenset(row.person_id for row in rows))


def list_things(session: Orm, people: Collection[UUID]) -> list[UUID]:
    """List the homes in which these accounts are confirmed, and the installations they signed in from, newest first."""
    rows = session.execute(_THINGS, {"people": list(people), "limit": KIN_MAX})
    found = (row.id or installation_of(row.install_index) for row in rows)
    return [each for each in found if each is not None]
