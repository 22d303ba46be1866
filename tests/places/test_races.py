"""At once, with real commits: subtrees that are moved, names that are taken, crowds that scan."""

from datetime import time, timedelta

import sqlalchemy

from app.kernel.geo import Datum
from app.kernel.periods import local_date
from app.places import errors, service
from app.places.service.qr import DEMO_KEYS, QrSigns
from app.places.terms import AreaKind, Purpose, UnitKind
from tests.fixtures.together import alone, split, together
from tests.places.ground import lay
from tests.places.test_service_areas import PATHS

SIGNS = QrSigns(DEMO_KEYS, None)


def lay_out(uow):
    ground = lay(uow)
    far = service.open_area(uow, book=None, parent_id=ground.street.id, kind=AreaKind.COMMUNITY, name="兰溪社区")
    return ground.community.id, far.id, {name: area.id for name, area in ground.estate(buildings=2).items()}


def test_what_is_moved_while_something_is_opened_in_it_keeps_every_path_true(real_commits):
    near, far, made = alone(lay_out)

    def move(uow):
        return service.move_area(uow, book=None, area_id=made[""], parent_id=far)

    def move_back(uow):
        return service.move_area(uow, book=None, area_id=made[""], parent_id=near)

    def open_in_it(uow):
        return service.open_area(uow, book=None, parent_id=made["1号楼"], kind=AreaKind.UNIT, name="9单元")

    outcomes = together(real_commits, move, open_in_it, move_back, gate="places_areas")
    assert split(outcomes)[1] == []
    assert alone(lambda uow: uow.session.scalar(PATHS)) == 0


def test_one_of_two_gets_the_name(real_commits):
    near, _, _ = alone(lay_out)

    def name_it(uow):
        return service.open_area(uow, book=None, parent_id=near, kind=AreaKind.ESTATE, name="新村")

    made, refused = split(together(real_commits, name_it, name_it, gate="places_areas"))
    assert len(made) == 1
    assert [type(each) for each in refused] == [errors.NameTaken]


def test_a_crowd_that_scans_one_code_loses_no_scan(real_commits):
    def post(uow):
        community, _, _ = lay_out(uow)
        return service.post_code(
            uow,
            SIGNS,
            book="meilihua",
            area_id=community,
            purpose=Purpose.CHECK_IN,
            place="广场",
            position=None,
            datum=Datum.GCJ02,
        ).scene

    scene = alone(post)

    def scan(uow):
        return service.scan_code(uow, SIGNS, scene=scene, position=None)

    outcomes = together(real_commits, *[scan] * 12, gate="places_qr_scans")
    assert split(outcomes)[1] == []
    counted = sqlalchemy.text("SELECT sum(scans) FROM places_qr_scans")
    assert alone(lambda uow: uow.session.scalar(counted)) == 12


def test_two_swaps_of_one_shift_happen_one_after_the_other(real_commits):
    """Both are recorded, each with whom it took the shift from: the unit's row is held."""

    def plan(uow):
        lay_out(uow)
        unit = service.open_unit(uow, book="meilihua", kind=UnitKind.STATION, name="驿站", area_id=None)
        day = local_date(uow.now) + timedelta(days=3)
        shift = service.add_shift(
            uow,
            book="meilihua",
            unit_id=unit.id,
            person_id=uow.new_id(),
            day=day,
            starts_at=time(8),
            ends_at=time(9),
            reason="x",
        )
        return unit.id, shift

    unit_id, shift = alone(plan)

    def swap(uow):
        return service.swap_shift(
            uow,
            book="meilihua",
            unit_id=unit_id,
            shift_id=shift.id,
            day=shift.day,
            person_id=uow.new_id(),
            reason="x",
        )

    outcomes = together(real_commits, swap, swap, gate="places_units")
    assert split(outcomes)[1] == []
    rows = alone(
        lambda uow: uow.session.execute(
            sqlalchemy.text("SELECT from_person, to_person FROM places_duty_swaps ORDER BY id")
        ).all()
    )
    people = {row.from_person for row in rows}
    assert people == {shift.person_id, *({row.to_person for row in rows} & people)}
    assert len(people) == 2
