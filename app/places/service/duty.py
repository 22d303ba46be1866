"""Planning duty: weekly shifts, extra ones, swaps; and who is on duty at an instant."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import delete, insert

from app.infra.unit_of_work import UnitOfWork
from app.kernel.periods import local_date
from app.places import queries
from app.places.errors import (
    PatternsTooMany,
    ShiftMissing,
    ShiftPast,
    ShiftTooFar,
    SpanWrong,
    SwapNeedless,
)
from app.places.models import DutyPattern, DutyShift, DutySwap, Unit
from app.places.rules import duty
from app.places.rules.duty import Extra, Shift, Weekly
from app.places.service.units import lock_open_unit, show_unit
from app.places.terms import PATTERNS_MAX, ROSTER_DAYS_MAX, SHIFTS_AHEAD_DAYS_MAX


def plan_pattern(uow: UnitOfWork, *, book: str | None, unit_id: UUID, weekly: Weekly) -> DutyPattern:
    """Plan a shift of every week; its id is made here, whatever stands in `weekly`.

    Refuses BookUnplaced, UnitMissing, UnitClosed, BeginPast, DaysWrong, DutyOverlaps, PatternsTooMany.
    """
    unit, today = lock_open_unit(uow, book, unit_id), local_date(uow.now)
    duty.check_begin(weekly.valid_from, weekly.valid_to, today)
    if queries.count_patterns(uow.session, unit.id, since=today) >= PATTERNS_MAX:
        raise PatternsTooMany(patterns_max=PATTERNS_MAX)
    others = queries.list_patterns(uow.session, unit.id, since=today)
    duty.check_weekly(weekly, [queries.weekly_of(row) for row in others])
    ahead = today + timedelta(days=SHIFTS_AHEAD_DAYS_MAX)  # no day later has a shift of its own, or a swap
    queries.load_roster(uow.session, unit, today, ahead).check_weekly_free(weekly)
    values = {
        "id": uow.new_id(),
        "unit_id": unit.id,
        "person_id": weekly.person_id,
        "weekday": weekly.weekday,
        "starts_at": weekly.starts_at,
        "ends_at": weekly.ends_at,
        "holidays": weekly.holidays,
        "valid_from": weekly.valid_from,
        "valid_to": weekly.valid_to,
        "made_by": uow.actor.id,
        "made_at": uow.now,
    }
    return uow.session.scalars(insert(DutyPattern).values(values).returning(DutyPattern)).one()


def end_pattern(
    uow: UnitOfWork, *, book: str | None, unit_id: UUID, pattern_id: UUID, last_day: date
) -> Sequence[DutyPattern]:
    """End a weekly shift with `last_day`, today or later; one that would not even have begun is withdrawn.

    Gives what is left of it, if anything. Refuses BookUnplaced, UnitMissing, UnitClosed, PatternMissing, EndPast.
    """
    unit = lock_open_unit(uow, book, unit_id)
    found = queries.get_pattern(uow.session, unit.id, pattern_id)
    duty.check_end(last_day, local_date(uow.now))
    if last_day < found.valid_from:
        uow.session.execute(delete(DutyPattern).where(DutyPattern.id == found.id))
        return []
    found.valid_to = last_day
    uow.session.flush()
    return [found]


def list_patterns(uow: UnitOfWork, *, book: str | None, unit_id: UUID) -> Sequence[DutyPattern]:
    """The weekly shifts of a unit that hold today or will. Refuses BookUnplaced, UnitMissing."""
    unit = show_unit(uow, book=book, unit_id=unit_id)
    return queries.list_patterns(uow.session, unit.id, since=local_date(uow.now))


def add_shift(
    uow: UnitOfWork,
    *,
    book: str | None,
    unit_id: UUID,
    person_id: UUID,
    day: date,
    starts_at: time,
    ends_at: time,
    reason: str,
) -> Shift:
    """Add a shift on one day, such as a holiday's. One that ends at or before its start ends on the next day.

    Refuses BookUnplaced, UnitMissing, UnitClosed, ShiftPast, ShiftTooFar, DutyOverlaps.
    """
    unit = lock_open_unit(uow, book, unit_id)
    extra = Extra(uow.new_id(), person_id, day, starts_at, ends_at)
    shift = duty.make_shift(extra)
    _check_ahead(uow, shift)
    queries.load_roster(uow.session, unit, day, day).check_free(person_id, shift)
    values = {"id": extra.id, "unit_id": unit.id, "person_id": person_id, "day": day, "starts_at": starts_at}
    values |= {"ends_at": ends_at, "reason": reason, "made_by": uow.actor.id, "made_at": uow.now}
    uow.session.execute(insert(DutyShift).values(values))
    return shift


def cancel_shift(uow: UnitOfWork, *, book: str | None, unit_id: UUID, shift_id: UUID) -> Shift:
    """Cancel an extra shift that has not begun. A weekly one is ended, or swapped for a day.

    Refuses BookUnplaced, UnitMissing, UnitClosed, ShiftMissing, ShiftPast.
    """
    unit = lock_open_unit(uow, book, unit_id)
    found = queries.get_extra_shift(uow.session, unit.id, shift_id)
    shift = _find_shift(uow, unit, found.id, found.day)
    _check_ahead(uow, shift)
    found.cancelled_by, found.cancelled_at = uow.actor.id, uow.now
    uow.session.flush()
    return shift


def swap_shift(
    uow: UnitOfWork, *, book: str | None, unit_id: UUID, shift_id: UUID, day: date, person_id: UUID, reason: str
) -> Shift:
    """Let another person take over a shift that begins on `day`; swapped again, the last one has it.

    Refuses BookUnplaced, UnitMissing, UnitClosed, ShiftMissing, ShiftPast, ShiftTooFar, SwapNeedless, DutyOverlaps.
    """
    unit = lock_open_unit(uow, book, unit_id)
    shift = _find_shift(uow, unit, shift_id, day)
    _check_ahead(uow, shift)
    if shift.person_id == person_id:
        raise SwapNeedless
    queries.load_roster(uow.session, unit, day, day).check_free(person_id, shift)
    values = {"id": uow.new_id(), "unit_id": unit.id, "shift_id": shift.id, "day": day}
    values |= {"from_person": shift.person_id, "to_person": person_id, "reason": reason}
    uow.session.execute(insert(DutySwap).values(values | {"made_by": uow.actor.id, "made_at": uow.now}))
    return replace(shift, person_id=person_id)


def list_roster(
    uow: UnitOfWork, *, book: str | None, unit_id: UUID, first: date | None, last: date | None
) -> Sequence[Shift]:
    """Who has which shift, for at most ROSTER_DAYS_MAX days. Refuses BookUnplaced, UnitMissing, SpanWrong."""
    unit = show_unit(uow, book=book, unit_id=unit_id)
    first = first or local_date(uow.now)
    last = last or first + timedelta(days=6)
    if not 0 <= (last - first).days < ROSTER_DAYS_MAX:
        raise SpanWrong(days_max=ROSTER_DAYS_MAX)
    return queries.load_roster(uow.session, unit, first, last).shifts_between(first, last)


def list_on_duty(uow: UnitOfWork, *, book: str | None, unit_id: UUID, at: datetime | None) -> Sequence[Shift]:
    """Who is on duty at an instant (now). Refuses BookUnplaced, UnitMissing."""
    unit = show_unit(uow, book=book, unit_id=unit_id)
    return queries.list_on_duty(uow.session, unit.id, at or uow.now)


def _find_shift(uow: UnitOfWork, unit: Unit, shift_id: UUID, day: date) -> Shift:
    found = queries.load_roster(uow.session, unit, day, day).shifts_on(day)
    shift = next((each for each in found if each.id == shift_id), None)
    if shift is None:
        raise ShiftMissing
    return shift


def _check_ahead(uow: UnitOfWork, shift: Shift) -> None:
    if shift.starts <= uow.now:
        raise ShiftPast(starts=duty.local(shift.starts))
    if shift.day > local_date(uow.now) + timedelta(days=SHIFTS_AHEAD_DAYS_MAX):
        raise ShiftTooFar(days_max=SHIFTS_AHEAD_DAYS_MAX)
