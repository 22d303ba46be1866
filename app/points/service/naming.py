"""Names of owners that are not people, and who lives together."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import DateTime, Integer, Select, delete, literal, select
from sqlalchemy import insert as core_insert
from sqlalchemy.dialects.postgresql import insert

from app.infra.unit_of_work import UnitOfWork
from app.points.models import Household, OwnerName
from app.points.service import wire
from app.points.terms import OwnerKind

# arrays instead of a row of parameters for each member: they may be thousands
_JOIN_SQL = """
    INSERT INTO points_households AS h (book_id, resident_id, household_id, joined_at)
    SELECT n.book_id, m.resident_id, m.household_id, n.joined_at
      FROM (SELECT %s::integer AS book_id, %s::timestamptz AS joined_at) n,
           unnest(%s::uuid[], %s::uuid[]) m (resident_id, household_id)
        ON CONFLICT (book_id, resident_id) DO UPDATE
       SET household_id = excluded.household_id, joined_at = excluded.joined_at"""


def name_owner(uow: UnitOfWork, book_id: int, *, owner_id: UUID, kind: OwnerKind, name: str) -> None:
    """Give an owner of accounts its public name (1 to 100 characters), or another one. Never a person's."""
    name_owners(uow, book_id, kind=kind, names={owner_id: name})


def name_owners(uow: UnitOfWork, book_id: int, *, kind: OwnerKind, names: Mapping[UUID, str]) -> None:
    """The same for several owners of one kind, in one statement."""
    if not names:
        return
    row = insert(OwnerName).values(
        [
            {"book_id": book_id, "owner_id": owner, "kind": str(kind), "name": name, "named_at": uow.now}
            for owner, name in sorted(names.items())
        ]
    )
    uow.session.execute(
        row.on_conflict_do_update(
            index_elements=["book_id", "owner_id"], set_={"name": row.excluded.name, "named_at": row.excluded.named_at}
        )
    )


def join_households(uow: UnitOfWork, book_id: int, *, members: Mapping[UUID, UUID]) -> None:
    """Put residents into households, resident by household; whoever was in another leaves it. One statement."""
    if not members:
        return
    residents = sorted(members)
    households = wire.array(members[resident] for resident in residents)
    arguments = (book_id, uow.now, wire.array(residents), households)
    uow.session.connection().exec_driver_sql(_JOIN_SQL, arguments)


def settle_households(uow: UnitOfWork, book_id: int, *, members: Select[UUID, UUID]) -> None:
    """Put residents who were in no household into one: resident and household from a query. One that was fails it."""
    residents, households = members.subquery("listed").c
    rows = select(literal(book_id, Integer), residents, households, literal(uow.now, DateTime(timezone=True)))
    columns = ["book_id", "resident_id", "household_id", "joined_at"]
    uow.session.execute(core_insert(Household).from_select(columns, rows))


def leave_household(uow: UnitOfWork, book_id: int, *, resident_id: UUID) -> None:
    """Take a resident out of the household, if in one."""
    uow.session.execute(delete(Household).where(Household.book_id == book_id, Household.resident_id == resident_id))


def leave_households(uow: UnitOfWork, book_id: int, *, resident_ids: Sequence[UUID]) -> None:
    """Take many residents out of their households at once."""
    uow.session.execute(delete(Household).where(Household.book_id == book_id, Household.resident_id.in_(resident_ids)))
