"""Units: what they serve, who is on duty, on a real database."""

import uuid
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from app.kernel.periods import DISTRICT
from app.places import errors, queries, service
from app.places.rules.duty import Weekly
from app.places.terms import UnitKind
from tests.places.ground import lay

ANNA, BEN, CARL = (uuid.UUID(int=number) for number in (1, 2, 3))
TODAY = date(2026, 6, 15)  # of tests/fixtures/work.py: a Monday, ten in the morning
BOOK = "meilihua"


def weekly(person=ANNA, weekday=2, span="08:00-17:00", *, holidays=False, since=TODAY, to=None):
    starts, ends = (time.fromisoformat(part) for part in span.split("-"))
    return Weekly(uuid.UUID(int=0), person, weekday, starts, ends, holidays, since, to)


@pytest.fixture
def unit(ground, uow):
    return service.open_unit(uow, book=BOOK, kind=UnitKind.PROPERTY, name="梅里物业", area_id=None)


def plan(uow, unit, planned=None):
    return service.plan_pattern(uow, book=BOOK, unit_id=unit.id, weekly=planned or weekly())


def on_duty(uow, unit, text):
    at = datetime.fromisoformat(text).replace(tzinfo=DISTRICT)
    return [each.person_id for each in service.list_on_duty(uow, book=BOOK, unit_id=unit.id, at=at)]


def test_the_nearest_unit_of_a_kind_serves(ground, uow, session):
    made = ground.estate()
    grid = ground.open("grid", "第一网格")
    service.change_area(uow, book=None, area_id=made["1号楼"].id, grid_id=grid.id)
    squads = {}
    for name, area in (("街道中队", ground.street), ("社区中队", ground.community), ("网格中队", grid)):
        squad = service.open_unit(uow, book=None, kind=UnitKind.SQUAD, name=name, area_id=ground.district.id)
        service.serve_area(uow, book=None, unit_id=squad.id, area_id=area.id, valid_from=TODAY, valid_to=None)
        squads[name] = squad.id

    def serving(area, kind=UnitKind.SQUAD, on=None):
        found = service.list_serving_units(uow, book=None, area_id=area.id, on=on)
        return [each.id for each in found if each.kind == kind]

    assert serving(made["1号楼/1单元"]) == serving(made["1号楼"]) == [squads["网格中队"]]
    assert serving(made["2号楼"]) == serving(ground.community) == [squads["社区中队"]]
    assert serving(ground.street) == [squads["街道中队"]]
    assert serving(ground.district) == serving(made[""], UnitKind.TEAM) == []
    assert serving(made[""], on=TODAY - timedelta(days=1)) == []
    service.close_unit(uow, book=None, unit_id=squads["网格中队"])
    assert serving(made["1号楼"]) == [squads["社区中队"]]
    assert queries.find_serving_unit(session, uuid.UUID(int=5), UnitKind.SQUAD, TODAY) is None
    assert queries.find_serving_unit(session, made["2号楼"].id, UnitKind.SQUAD, TODAY).name == "社区中队"


def test_a_service_ends_and_begins_again_without_overlap(ground, uow, unit):
    area, act = ground.community.id, {"book": BOOK, "unit_id": unit.id}
    first = service.serve_area(uow, **act, area_id=area, valid_from=date(2026, 1, 1), valid_to=None)
    with pytest.raises(errors.ServiceOverlaps):
        service.serve_area(uow, **act, area_id=area, valid_from=date(2027, 1, 1), valid_to=None)
    with pytest.raises(errors.DaysWrong):
        service.serve_area(uow, **act, area_id=area, valid_from=TODAY, valid_to=TODAY - timedelta(days=1))
    with pytest.raises(errors.EndPast):
        service.end_service(uow, **act, service_id=first.id, last_day=TODAY - timedelta(days=1))
    [ended] = service.end_service(uow, **act, service_id=first.id, last_day=date(2026, 12, 31))
    assert ended.valid_to == date(2026, 12, 31)
    later = service.serve_area(uow, **act, area_id=area, valid_from=date(2027, 1, 1), valid_to=None)
    assert service.end_service(uow, **act, service_id=later.id, last_day=TODAY) == []
    with pytest.raises(errors.ServiceMissing):
        service.end_service(uow, **act, service_id=later.id, last_day=TODAY)
    listed = service.list_services(uow, **act, limit=5, cursor=None)
    assert [each.id for each in listed.items] == [first.id]


def test_units_have_a_name_of_their_own_and_stay_in_their_community(ground, uow, unit):
    with pytest.raises(errors.UnitNameTaken):
        service.open_unit(uow, book=BOOK, kind=UnitKind.STATION, name="梅里物业", area_id=None)
    with pytest.raises(errors.AreaMissing):
        service.open_unit(uow, book=None, kind=UnitKind.STATION, name="区里的", area_id=None)
    lay(uow, book="other", name="新吴区", community="别处")
    with pytest.raises(errors.UnitMissing):
        service.show_unit(uow, book="other", unit_id=unit.id)
    page = service.list_units(uow, book=BOOK, kind=UnitKind.PROPERTY, limit=1, cursor=None)
    assert ([each.id for each in page.items], page.next_cursor) == ([unit.id], None)
    assert service.list_units(uow, book="other", kind=None, limit=1, cursor=None).items == []
    service.close_unit(uow, book=BOOK, unit_id=unit.id)
    with pytest.raises(errors.UnitClosed):
        plan(uow, unit)
    with pytest.raises(errors.UnitClosed):
        service.close_unit(uow, book=BOOK, unit_id=unit.id)
    service.open_unit(uow, book=BOOK, kind=UnitKind.STATION, name="梅里物业", area_id=None)


def test_what_is_closed_is_not_served(ground, uow, unit):
    estate = ground.open("estate", "旧村")
    service.close_area(uow, book=None, area_id=estate.id)
    with pytest.raises(errors.AreaClosed):
        service.serve_area(uow, book=BOOK, unit_id=unit.id, area_id=estate.id, valid_from=TODAY, valid_to=None)
    with pytest.raises(errors.AreaClosed):
        service.open_unit(uow, book=BOOK, kind=UnitKind.STATION, name="站", area_id=estate.id)


def test_somebody_is_on_duty_by_the_week(uow, unit):
    plan(uow, unit)
    plan(uow, unit, weekly(BEN, 2, "17:00-08:00"))
    assert on_duty(uow, unit, "2026-06-16T09:00") == [ANNA]
    assert on_duty(uow, unit, "2026-06-16T23:00") == on_duty(uow, unit, "2026-06-17T07:00") == [BEN]
    assert on_duty(uow, unit, "2026-06-17T09:00") == []
    assert service.list_on_duty(uow, book=BOOK, unit_id=unit.id, at=None) == []
    shifts = service.list_roster(uow, book=BOOK, unit_id=unit.id, first=TODAY, last=TODAY + timedelta(days=7))
    assert [(each.day.day, each.person_id) for each in shifts] == [(16, ANNA), (16, BEN)]
    for last in (TODAY - timedelta(days=1), TODAY + timedelta(days=31)):
        with pytest.raises(errors.SpanWrong):
            service.list_roster(uow, book=BOOK, unit_id=unit.id, first=TODAY, last=last)


def test_the_communitys_own_holiday_rests_its_units(uow, unit):
    plan(uow, unit)
    tuesday = TODAY + timedelta(days=1)
    service.set_day(uow, book=BOOK, day=tuesday, kind="holiday", as_weekday=None, name="停水")
    assert on_duty(uow, unit, "2026-06-16T09:00") == []
    assert on_duty(uow, unit, "2026-06-23T09:00") == [ANNA]


def test_weekly_shifts_do_not_overlap_nor_begin_in_the_past(uow, unit, monkeypatch):
    plan(uow, unit)
    with pytest.raises(errors.DutyOverlaps):
        plan(uow, unit, weekly(span="16:00-18:00"))
    with pytest.raises(errors.BeginPast) as refused:
        plan(uow, unit, weekly(since=TODAY - timedelta(days=1)))
    assert refused.value.field == "valid_from"
    monkeypatch.setattr("app.places.service.duty.PATTERNS_MAX", 1)
    with pytest.raises(errors.PatternsTooMany):
        plan(uow, unit, weekly(BEN))


def test_a_weekly_shift_ends_and_one_that_never_began_is_withdrawn(uow, unit):
    act = {"book": BOOK, "unit_id": unit.id}
    first, later = plan(uow, unit), plan(uow, unit, weekly(BEN, since=TODAY + timedelta(days=30)))
    [ended] = service.end_pattern(uow, **act, pattern_id=first.id, last_day=TODAY + timedelta(days=7))
    assert ended.valid_to == TODAY + timedelta(days=7)
    assert on_duty(uow, unit, "2026-06-23T09:00") == []
    assert service.end_pattern(uow, **act, pattern_id=later.id, last_day=TODAY) == []
    with pytest.raises(errors.PatternMissing):
        service.end_pattern(uow, **act, pattern_id=later.id, last_day=TODAY)
    with pytest.raises(errors.EndPast):
        service.end_pattern(uow, **act, pattern_id=first.id, last_day=TODAY - timedelta(days=1))
    assert [each.id for each in service.list_patterns(uow, **act)] == [first.id]


def add(uow, unit, person=BEN, day=TODAY, span="17:00-20:00"):
    starts, ends = (time.fromisoformat(part) for part in span.split("-"))
    return service.add_shift(
        uow, book=BOOK, unit_id=unit.id, person_id=person, day=day, starts_at=starts, ends_at=ends, reason="防汛"
    )


def test_extra_shifts_are_added_and_cancelled_ahead_of_time(uow, unit):
    shift = add(uow, unit)
    assert on_duty(uow, unit, "2026-06-15T18:00") == [BEN]
    with pytest.raises(errors.DutyOverlaps):
        add(uow, unit, span="19:00-21:00")
    with pytest.raises(errors.ShiftPast):
        add(uow, unit, span="09:00-12:00")  # it is ten
    with pytest.raises(errors.ShiftTooFar):
        add(uow, unit, day=TODAY + timedelta(days=401))
    late = replace(uow, now=uow.now + timedelta(hours=8))
    with pytest.raises(errors.ShiftPast):
        service.cancel_shift(late, book=BOOK, unit_id=unit.id, shift_id=shift.id)
    service.cancel_shift(uow, book=BOOK, unit_id=unit.id, shift_id=shift.id)
    assert on_duty(uow, unit, "2026-06-15T18:00") == []
    with pytest.raises(errors.ShiftMissing):
        service.cancel_shift(uow, book=BOOK, unit_id=unit.id, shift_id=shift.id)


def swap(uow, unit, shift_id, person=CARL, day=TODAY + timedelta(days=1)):
    return service.swap_shift(
        uow, book=BOOK, unit_id=unit.id, shift_id=shift_id, day=day, person_id=person, reason="家里有事"
    )


def test_a_shift_is_taken_over_for_one_day_and_back(uow, unit):
    pattern = plan(uow, unit)
    assert swap(uow, unit, pattern.id).person_id == CARL
    assert on_duty(uow, unit, "2026-06-16T09:00") == [CARL]
    assert on_duty(uow, unit, "2026-06-23T09:00") == [ANNA]
    with pytest.raises(errors.SwapNeedless):
        swap(uow, unit, pattern.id)
    swap(uow, unit, pattern.id, ANNA)
    assert on_duty(uow, unit, "2026-06-16T09:00") == [ANNA]
    evening = add(uow, unit)
    assert swap(uow, unit, evening.id, day=TODAY).planned_for == BEN


def test_swaps_of_no_shift_of_the_past_and_of_the_busy_are_refused(uow, unit):
    pattern = plan(uow, unit)
    with pytest.raises(errors.ShiftMissing):
        swap(uow, unit, pattern.id, day=TODAY)  # it holds on Tuesdays
    with pytest.raises(errors.ShiftMissing):
        swap(uow, unit, uuid.UUID(int=77))
    with pytest.raises(errors.ShiftPast) as refused:
        swap(replace(uow, now=uow.now + timedelta(days=1)), unit, pattern.id)
    assert "2026-06-16 08:00" in refused.value.detail("en")
    with pytest.raises(errors.ShiftTooFar):
        swap(uow, unit, pattern.id, day=TODAY + timedelta(days=1 + 7 * 60))
    plan(uow, unit, weekly(CARL, 2, "16:00-20:00"))
    with pytest.raises(errors.DutyOverlaps):
        swap(uow, unit, pattern.id)


def test_a_weekly_shift_is_not_planned_over_an_extra_one_or_one_taken_over(uow, unit):
    pattern = plan(uow, unit)
    shift = add(uow, unit)
    swap(uow, unit, pattern.id, day=TODAY + timedelta(days=8))
    for planned in (weekly(BEN, 1, "19:00-21:00"), weekly(CARL, 2, "09:00-10:00")):
        with pytest.raises(errors.DutyOverlaps):
            plan(uow, unit, planned)
    service.cancel_shift(uow, book=BOOK, unit_id=unit.id, shift_id=shift.id)
    plan(uow, unit, weekly(BEN, 1, "19:00-21:00"))
