"""Units, what they serve, and who is on duty."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import case, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.kernel.periods import local_date
from app.places.errors import PatternMissing, ServiceMissing, ShiftMissing, UnitMissing
from app.places.models import Area, DutyPattern, DutyShift, DutySwap, ServiceArea, Unit
from app.places.queries.areas import below, list_covering_ids
from app.places.queries.calendar import load_calendar
from app.places.rules import tree
from app.places.rules.duty import Extra, Roster, Shift, Swap, Weekly
from app.places.terms import UnitKind

ONE_DAY = timedelta(days=1)


def get_unit(session: Session, unit_id: UUID, *, within: Area | None) -> Unit:
    """One unit, if it belongs to an area that is `within` or lies below it. Refuses UnitMissing."""
    return _unit(session, unit_id, within, lock=False)


def lock_unit(session: Session, unit_id: UUID, *, within: Area | None) -> Unit:
    """The same, held until the transaction ends: its services and its duty change one act after another."""
    return _unit(session, unit_id, within, lock=True)


def _unit(session: Session, unit_id: UUID, within: Area | None, *, lock: bool) -> Unit:
    found = session.get(Unit, unit_id, populate_existing=True, with_for_update={"key_share": True} if lock else None)
    if found is None or not _belongs(session, found, within):
        raise UnitMissing
    return found


def _belongs(session: Session, unit: Unit, within: Area | None) -> bool:
    if within is None:
        return True
    path = session.scalar(select(Area.path).where(Area.id == unit.area_id))
    return path is not None and tree.is_within(path, within.path)


def find_unit_of_name(session: Session, area_id: UUID, name: str) -> Unit | None:
    """An open unit of this name that belongs to the area."""
    return session.scalar(select(Unit).where(Unit.area_id == area_id, Unit.name == name, Unit.closed_at.is_(None)))


def list_units(
    session: Session, *, within: Area | None, kind: UnitKind | None, after: UUID | None, limit: int
) -> Sequence[Unit]:
    """Open units that belong to an area or to one below it, by their ids, those after one."""
    query = select(Unit).where(Unit.closed_at.is_(None))
    if within is not None:
        query = query.where(Unit.area_id.in_(select(Area.id).where(below(within.path))))
    if kind is not None:
        query = query.where(Unit.kind == kind)
    if after is not None:
        query = query.where(Unit.id > after)
    return session.scalars(query.order_by(Unit.id).limit(limit)).all()


def list_services(session: Session, unit_id: UUID, *, after: UUID | None, limit: int) -> Sequence[ServiceArea]:
    """What a unit serves, served or will serve, by its ids, those after one."""
    query = select(ServiceArea).where(ServiceArea.unit_id == unit_id)
    if after is not None:
        query = query.where(ServiceArea.id > after)
    return session.scalars(query.order_by(ServiceArea.id).limit(limit)).all()


def list_services_of_area(session: Session, unit_id: UUID, area_id: UUID) -> Sequence[ServiceArea]:
    """All spans for which a unit serves one area: they never overlap."""
    query = select(ServiceArea).where(ServiceArea.unit_id == unit_id, ServiceArea.area_id == area_id)
    return session.scalars(query.order_by(ServiceArea.valid_from)).all()


def get_service(session: Session, unit_id: UUID, service_id: UUID) -> ServiceArea:
    """One service area of a unit. Refuses ServiceMissing."""
    found = session.get(ServiceArea, service_id, populate_existing=True)
    if found is None or found.unit_id != unit_id:
        raise ServiceMissing
    return found


def list_serving_units(session: Session, area_id: UUID, on: date, *, kind: UnitKind | None = None) -> Sequence[Unit]:
    """Which unit of each kind serves an area on a day: whoever serves the nearest area that covers it.

    Of several at the same place it is the one that has served longest. A kind that nobody serves as is left out.
    """
    ids = list_covering_ids(session, area_id)
    if not ids:
        return []
    nearest = case({each: rank for rank, each in enumerate(ids)}, value=ServiceArea.area_id)
    query = (
        select(Unit)
        .join(ServiceArea, ServiceArea.unit_id == Unit.id)
        .where(ServiceArea.area_id.in_(ids), Unit.closed_at.is_(None))
        .where(ServiceArea.valid_from <= on, or_(ServiceArea.valid_to.is_(None), ServiceArea.valid_to >= on))
        .ext(distinct_on(Unit.kind))
    )
    if kind is not None:
        query = query.where(Unit.kind == kind)
    return session.scalars(query.order_by(Unit.kind, nearest, ServiceArea.valid_from, ServiceArea.id)).all()


def find_serving_unit(session: Session, area_id: UUID, kind: UnitKind, on: date) -> Unit | None:
    """Which unit of one kind serves an area on a day, the nearest up the tree; None when nobody does."""
    return next(iter(list_serving_units(session, area_id, on, kind=kind)), None)


def get_pattern(session: Session, unit_id: UUID, pattern_id: UUID) -> DutyPattern:
    """One weekly shift of a unit. Refuses PatternMissing."""
    found = session.get(DutyPattern, pattern_id, populate_existing=True)
    if found is None or found.unit_id != unit_id:
        raise PatternMissing
    return found


def get_extra_shift(session: Session, unit_id: UUID, shift_id: UUID) -> DutyShift:
    """One extra shift of a unit that was not cancelled. Refuses ShiftMissing."""
    found = session.get(DutyShift, shift_id, populate_existing=True)
    if found is None or found.unit_id != unit_id or found.cancelled_at is not None:
        raise ShiftMissing
    return found


def list_patterns(session: Session, unit_id: UUID, *, since: date) -> Sequence[DutyPattern]:
    """Weekly shifts of a unit that hold on a day or later; there are at most PATTERNS_MAX."""
    query = select(DutyPattern).where(DutyPattern.unit_id == unit_id)
    query = query.where(or_(DutyPattern.valid_to.is_(None), DutyPattern.valid_to >= since))
    return session.scalars(query.order_by(DutyPattern.weekday, DutyPattern.starts_at, DutyPattern.id)).all()


def count_patterns(session: Session, unit_id: UUID, *, since: date) -> int:
    """How many weekly shifts hold on a day or later."""
    query = select(func.count()).where(DutyPattern.unit_id == unit_id)
    return session.scalar(query.where(or_(DutyPattern.valid_to.is_(None), DutyPattern.valid_to >= since))) or 0


def load_roster(session: Session, unit: Unit, first: date, last: date) -> Roster:
    """Everything about a unit's duty for shifts that begin from one day to another, and on the day before and after."""
    first, last = first - ONE_DAY, last + ONE_DAY
    book = session.scalar(
        select(Area.book).where(Area.id.in_(tree.ids_of(_path_of(session, unit))), Area.book.is_not(None))
    )
    weekly = select(DutyPattern).where(DutyPattern.unit_id == unit.id, DutyPattern.valid_from <= last)
    weekly = weekly.where(or_(DutyPattern.valid_to.is_(None), DutyPattern.valid_to >= first))
    extra = select(DutyShift).where(DutyShift.unit_id == unit.id, DutyShift.cancelled_at.is_(None))
    swaps = select(DutySwap).where(DutySwap.unit_id == unit.id, DutySwap.day.between(first, last))
    return Roster(
        [weekly_of(row) for row in session.scalars(weekly)],
        [extra_of(row) for row in session.scalars(extra.where(DutyShift.day.between(first, last)))],
        [Swap(row.shift_id, row.day, row.to_person) for row in session.scalars(swaps.order_by(DutySwap.id))],
        load_calendar(session, book, first, last),
    )


def list_on_duty(session: Session, unit_id: UUID, at: datetime) -> list[Shift]:
    """The shifts of a unit that are running at an instant. Refuses UnitMissing."""
    unit = get_unit(session, unit_id, within=None)
    today = local_date(at)
    return load_roster(session, unit, today, today).on_duty(at)


def weekly_of(row: DutyPattern) -> Weekly:
    """The weekly shift that a row holds."""
    return Weekly(
        row.id,
        row.person_id,
        row.weekday,
        row.starts_at,
        row.ends_at,
        row.holidays,
        row.valid_from,
        row.valid_to,
    )


def extra_of(row: DutyShift) -> Extra:
    """The extra shift that a row holds."""
    return Extra(row.id, row.person_id, row.day, row.starts_at, row.ends_at)


def _path_of(session: Session, unit: Unit) -> str:
    return session.scalar(select(Area.path).where(Area.id == unit.area_id)) or ""
