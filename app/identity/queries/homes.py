"""Reads and locks of dwellings and residencies. Who somebody is in a book: `find_resident_id`, `list_household_ids`."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session as Orm

from app.identity import terms
from app.identity.errors.homes import ResidencyMissing
from app.identity.models import Household, Person, Residency
from app.identity.terms import ResidencyState

# As places.queries.covers decides for one: at or below an area, or in a building that a grid covers.
_IN_CARE = text("""
    EXISTS (SELECT 1 FROM places_areas i JOIN places_areas o ON o.id = ANY(:outer)
             WHERE i.id = identity_households.area_id
               AND (starts_with(i.path, o.path)
                    OR (o.kind = 'grid' AND EXISTS (
                        SELECT 1 FROM places_areas b WHERE b.id IN (i.id, i.parent_id) AND b.grid_id = o.id))))""")


class Home(NamedTuple):
    """A residency, its dwelling, and whose it is."""

    residency: Residency
    household: Household
    person: Person


def find_resident_id(session: Orm, person_id: UUID, book: str) -> UUID | None:
    """Say which owner in a book a person is. None: no residency of his is confirmed there."""
    return session.scalar(
        select(Residency.resident_id).where(
            Residency.person_id == person_id, Residency.book == book, Residency.state == ResidencyState.CONFIRMED
        )
    )


_HOUSEHOLD = text("""
    WITH asked AS (SELECT person_id, household_id FROM identity_residencies
                    WHERE book = :book AND resident_id = :resident_id AND state = 'confirmed'),
    people AS (
        SELECT r.person_id FROM asked a
          JOIN identity_residencies r ON r.household_id = a.household_id AND r.state = 'confirmed'
        UNION
        SELECT v.relative_id FROM asked a JOIN identity_relatives v ON v.person_id = a.person_id AND v.ended_at IS NULL
        UNION
        SELECT v.person_id FROM asked a JOIN identity_relatives v ON v.relative_id = a.person_id AND v.ended_at IS NULL)
    SELECT r.resident_id FROM people p
      JOIN identity_residencies r ON r.person_id = p.person_id AND r.book = :book AND r.state = 'confirmed'
     WHERE r.resident_id <> :resident_id
     ORDER BY r.resident_id
""")


def list_household_ids(session: Orm, book: str, resident_id: UUID) -> list[UUID]:
    """List the owners in a book who live with this one or are declared relatives; himself not among them.

    These are people with accounts, for rules against favours between them. Caps are counted by the ledger's households,
    which also know residents of the lists without an account and what was set by hand (decision 0020).
    """
    return list(session.scalars(_HOUSEHOLD, {"book": book, "resident_id": resident_id}))


def find_household(session: Orm, area_id: UUID, room: str) -> Household | None:
    """Find a dwelling."""
    return session.scalar(select(Household).where(Household.area_id == area_id, Household.room == room))


def lock_home(session: Orm, book: str, resident_id: UUID) -> Household | None:
    """Lock the dwelling in which an owner in a book is confirmed to live; None: in none."""
    wanted = (
        select(Household)
        .join(Residency, Residency.household_id == Household.id)
        .where(Residency.book == book, Residency.resident_id == resident_id)
        .where(Residency.state == ResidencyState.CONFIRMED)
    )
    return session.scalar(wanted.with_for_update(of=Household))


def list_housemate_ids(session: Orm, household_id: UUID) -> Sequence[UUID]:
    """List the owners whose residency in a dwelling is confirmed."""
    wanted = select(Residency.resident_id).where(
        Residency.household_id == household_id, Residency.state == ResidencyState.CONFIRMED
    )
    return [each for each in session.scalars(wanted.order_by(Residency.resident_id)) if each is not None]


def count_residents_at(session: Orm, household_id: UUID, *, limit: int) -> int:
    """Count who is confirmed to live in a dwelling, `limit` at most; whoever counts next waits."""
    session.execute(select(Household.id).where(Household.id == household_id).with_for_update())
    living = select(Residency.id).where(
        Residency.household_id == household_id, Residency.state == ResidencyState.CONFIRMED
    )
    return session.scalar(select(func.count()).select_from(living.limit(limit).subquery())) or 0


_BESIDE = text("""
    SELECT coalesce(max(accounts), 0)
      FROM (SELECT install_index FROM identity_devices
             WHERE person_id = :person_id ORDER BY last_seen_at DESC LIMIT 20) AS own
     CROSS JOIN LATERAL (
            SELECT count(*) AS accounts
              FROM (SELECT 1 FROM identity_devices o WHERE o.install_index = own.install_index LIMIT :limit) AS few
           ) AS beside
""")


def count_accounts_beside(session: Orm, person_id: UUID, *, limit: int) -> int:
    """Count the accounts on that device of somebody's that most use, himself among them, `limit` at most."""
    return session.scalar(_BESIDE, {"person_id": person_id, "limit": limit}) or 0


def find_open_residency(session: Orm, person_id: UUID, book: str) -> Residency | None:
    """Find where somebody lives in a book, or says he does."""
    return session.scalar(
        select(Residency).where(
            Residency.person_id == person_id, Residency.book == book, Residency.state.in_(terms.OPEN)
        )
    )


def list_claims_of(session: Orm, person_id: UUID) -> Sequence[UUID]:
    """List the claims of somebody that wait; there is at most one for each book."""
    waiting = select(Residency.id).where(Residency.person_id == person_id, Residency.state == ResidencyState.CLAIMED)
    return session.scalars(waiting.order_by(Residency.id).limit(terms.CLAIMS_MAX)).all()


def list_waiting_claims(session: Orm, book: str, *, after: UUID | None, limit: int) -> Sequence[UUID]:
    """List the claims that wait in a book, the oldest first, those after one."""
    waiting = select(Residency.id).where(Residency.book == book, Residency.state == ResidencyState.CLAIMED)
    if after is not None:
        waiting = waiting.where(Residency.id > after)
    return session.scalars(waiting.order_by(Residency.id).limit(limit)).all()


def get_home(session: Orm, residency_id: UUID) -> Home:
    """Read a residency with its dwelling and its person. Refuses ResidencyMissing."""
    found = session.execute(_homes().where(Residency.id == residency_id)).one_or_none()
    if found is None:
        raise ResidencyMissing
    return Home(*found)


def lock_residency(session: Orm, residency_id: UUID) -> Residency:
    """Lock a residency, as it stands then. Refuses ResidencyMissing."""
    found = session.scalar(
        select(Residency)
        .where(Residency.id == residency_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise ResidencyMissing
    return found


def lock_open_residencies(session: Orm, person_id: UUID) -> Sequence[Residency]:
    """Lock everything where somebody lives or says he does."""
    wanted = select(Residency).where(Residency.person_id == person_id, Residency.state.in_(terms.OPEN))
    return session.scalars(wanted.order_by(Residency.id).with_for_update()).all()


def list_homes_of(session: Orm, person_id: UUID, *, before: UUID | None, limit: int) -> Sequence[Home]:
    """List where somebody lives, lived, or said he did, newest first."""
    wanted = _homes().where(Residency.person_id == person_id)
    if before is not None:
        wanted = wanted.where(Residency.id < before)
    return [Home(*row) for row in session.execute(wanted.order_by(Residency.id.desc()).limit(limit))]


def list_homes_in(
    session: Orm, book: str, areas: Collection[UUID], *, state: ResidencyState, after: UUID | None, limit: int
) -> Sequence[Home]:
    """List residencies of a book in one state whose dwellings these areas cover, oldest first."""
    wanted = _homes().where(Residency.book == book, Residency.state == state, _IN_CARE.bindparams(outer=list(areas)))
    if after is not None:
        wanted = wanted.where(Residency.id > after)
    return [Home(*row) for row in session.execute(wanted.order_by(Residency.id).limit(limit))]


def list_taken_ids(session: Orm, book: str, resident_ids: Collection[UUID]) -> set[UUID]:
    """Of these owners in a book, those that an account is confirmed to be."""
    wanted = select(Residency.resident_id).where(
        Residency.book == book, Residency.resident_id.in_(resident_ids), Residency.state == ResidencyState.CONFIRMED
    )
    return {each for each in session.scalars(wanted) if each is not None} if resident_ids else set()


_KIN = text("""
    SELECT CAST(:one AS uuid) = CAST(:other AS uuid)
        OR EXISTS (SELECT 1 FROM identity_residencies a
                     JOIN identity_residencies b ON b.household_id = a.household_id
                    WHERE a.person_id = :one AND a.state IN ('claimed', 'confirmed')
                      AND b.person_id = :other AND b.state IN ('claimed', 'confirmed'))
        OR EXISTS (SELECT 1 FROM identity_relatives v
                    WHERE v.ended_at IS NULL AND least(v.person_id, v.relative_id) = least(CAST(:one AS uuid), :other)
                      AND greatest(v.person_id, v.relative_id) = greatest(CAST(:one AS uuid), :other))
""")


def are_kin(session: Orm, one: UUID, other: UUID) -> bool:
    """Say whether two people are one, live (or say they do) in one dwelling, or are declared relatives."""
    return bool(session.scalar(_KIN, {"one": one, "other": other}))


def _homes() -> Select[Residency, Household, Person]:
    return (
        select(Residency, Household, Person)
        .join(Household, Household.id == Residency.household_id)
        .join(Person, Person.id == Residency.person_id)
    )
