"""The tree on a real database: opening, changing, moving, closing, and who covers what."""

import uuid

import pytest
import sqlalchemy

from app.kernel.geo import Datum, Source, locate
from app.places import errors, queries, service
from app.places.models import Area
from app.places.rules import tree
from app.places.terms import AreaKind, Clearable
from tests.places.ground import ids, lay

PATHS = sqlalchemy.text("""
    SELECT count(*) FROM places_areas a LEFT JOIN places_areas p ON p.id = a.parent_id
     WHERE a.path <> coalesce(p.path, '') || replace(a.id::text, '-', '') || '/'
""")


def test_a_path_says_where_an_area_stands(ground, session):
    made = ground.estate()
    stair = made["2号楼/1单元"]
    expected = [ground.district, ground.street, ground.community, made[""], made["2号楼"], stair]
    assert queries.list_ancestor_ids(session, stair.id) == ids(expected)
    assert queries.list_ancestor_ids(session, uuid.UUID(int=9)) == []
    assert queries.get_area_of_book(session, "meilihua").id == ground.community.id
    with pytest.raises(errors.BookUnplaced):
        queries.get_area_of_book(session, "nowhere")
    assert session.scalar(PATHS) == 0
    assert (stair.code, made["2号楼"].code) == ("1", "2")


def test_what_lies_below_is_listed_page_by_page_in_the_order_of_the_tree(ground, uow):
    made = ground.estate(buildings=3)
    closed = ground.open("estate", "旧村")
    service.close_area(uow, book=None, area_id=closed.id)
    seen, cursor = [], None
    while True:
        page = service.list_areas(
            uow, book="meilihua", within=None, kind=None, closed=False, datum=Datum.GCJ02, limit=4, cursor=cursor
        )
        seen += [view.area.path for view in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == sorted(seen)
    assert len(seen) == 1 + len(made)
    buildings = service.list_areas(
        uow,
        book=None,
        within=made[""].id,
        kind=AreaKind.BUILDING,
        closed=False,
        datum=Datum.GCJ02,
        limit=50,
        cursor=None,
    )
    assert {view.area.name for view in buildings.items} == {"1号楼", "2号楼", "3号楼"}
    assert buildings.items[0].ancestors[-1].name == "梅里新村"


def test_in_or_below_is_one_question(ground, session):
    made = ground.estate()
    grid = ground.open("grid", "第一网格")
    service.change_area(ground.uow, book=None, area_id=made["1号楼"].id, grid_id=grid.id)
    other = lay(ground.uow, book="other", name="新吴区", community="别处")
    assert queries.covers(session, ground.district.id, made["1号楼/1单元"].id)
    assert queries.covers(session, made[""].id, made[""].id)
    assert not queries.covers(session, made["1号楼"].id, made[""].id)
    assert not queries.covers(session, other.district.id, made[""].id)
    assert queries.covers(session, grid.id, made["1号楼"].id)
    assert queries.covers(session, grid.id, made["1号楼/2单元"].id)
    assert not queries.covers(session, grid.id, made["2号楼"].id)
    assert not queries.covers(session, grid.id, made[""].id)
    assert not queries.covers(session, uuid.UUID(int=1), made[""].id)
    nearest = queries.list_covering_ids(session, made["1号楼/1单元"].id)
    assert nearest == ids(
        [made["1号楼/1单元"], made["1号楼"], grid, made[""], ground.community, ground.street, ground.district]
    )


def test_the_question_is_answered_by_indexes(ground, session):
    session.execute(sqlalchemy.text("SET LOCAL enable_seqscan = off"))
    made = ground.estate()
    statement = sqlalchemy.select(Area.id).where(queries.below(made[""].path))
    compiled = statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    plan = "\n".join(session.scalars(sqlalchemy.text(f"EXPLAIN {compiled}")))
    assert "uq_places_areas_path" in plan, plan
    assert "Index Cond: (((path" in plan or "Index Cond: ((path" in plan, plan


def test_a_move_takes_everything_below_along(ground, session, uow):
    made = ground.estate()
    grid = ground.open("grid", "第一网格")
    service.change_area(uow, book=None, area_id=made["1号楼"].id, grid_id=grid.id)
    far = service.open_area(
        uow, book=None, parent_id=ground.street.id, kind=AreaKind.COMMUNITY, name="兰溪社区", points_book="lanxi"
    )
    moved = service.move_area(uow, book=None, area_id=made[""].id, parent_id=far.id)
    assert moved.parent_id == far.id
    assert session.scalar(PATHS) == 0
    assert queries.covers(session, far.id, made["2号楼/2单元"].id)
    assert not queries.covers(session, ground.community.id, made["2号楼/2单元"].id)
    assert queries.get_area(session, made["1号楼"].id).grid_id is None  # the grid stayed behind
    again = service.move_area(uow, book=None, area_id=made[""].id, parent_id=far.id)
    assert again.path == moved.path


def test_a_move_within_the_community_keeps_the_grid(ground, session, uow):
    made = ground.estate()
    grid = ground.open("grid", "第一网格")
    service.change_area(uow, book=None, area_id=made["1号楼"].id, grid_id=grid.id)
    service.move_area(uow, book="meilihua", area_id=made["1号楼"].id, parent_id=ground.community.id)
    assert queries.get_area(session, made["1号楼"].id).grid_id == grid.id
    with pytest.raises(errors.ParentWrong):
        service.move_area(uow, book="meilihua", area_id=made["1号楼"].id, parent_id=made["2号楼"].id)


def test_neighbours_differ_in_name_and_code(ground, uow):
    ground.estate()
    with pytest.raises(errors.NameTaken) as name:
        ground.open("estate", "梅里新村")
    assert (name.value.field, name.value.params["name"]) == ("name", "梅里新村")
    with pytest.raises(errors.CodeTaken):
        ground.open("estate", "另一个", code="梅里新村")
    with pytest.raises(errors.CodeForm):
        ground.open("estate", "再一个", code="a b")
    second = ground.open("estate", "兰溪新村")
    with pytest.raises(errors.NameTaken):
        service.change_area(uow, book=None, area_id=second.id, name="梅里新村")
    ground.open("building", "1号楼", second)  # the same name elsewhere is another building
    assert service.change_area(uow, book=None, area_id=second.id, name="兰溪花园").name == "兰溪花园"


def test_a_move_minds_the_names_where_it_goes(ground, uow):
    made = ground.estate()
    second = ground.open("estate", "兰溪新村")
    ground.open("building", "1号楼", second)
    with pytest.raises(errors.NameTaken):
        service.move_area(uow, book=None, area_id=made["1号楼"].id, parent_id=second.id)
    ground.open("building", "二栋", second)
    with pytest.raises(errors.CodeTaken):
        service.move_area(uow, book=None, area_id=made["2号楼"].id, parent_id=second.id)


def test_a_book_belongs_to_one_community(ground, uow):
    with pytest.raises(errors.BookTaken):
        service.open_area(
            uow, book=None, parent_id=ground.street.id, kind=AreaKind.COMMUNITY, name="又一", points_book="meilihua"
        )
    with pytest.raises(errors.BookOnlyOfCommunity):
        ground.open("estate", "梅里新村", points_book="other")
    service.change_area(uow, book=None, area_id=ground.community.id, points_book="meilihua")


def test_a_grid_covers_buildings_of_its_own_community_only(ground, uow):
    made = ground.estate()
    grid = ground.open("grid", "第一网格")
    far = service.open_area(uow, book=None, parent_id=ground.street.id, kind=AreaKind.COMMUNITY, name="兰溪社区")
    foreign = ground.open("grid", "外网格", far)
    for area, wrong in ((made[""], grid), (made["1号楼"], foreign), (made["1号楼"], made["2号楼"])):
        with pytest.raises(errors.GridWrong):
            service.change_area(uow, book=None, area_id=area.id, grid_id=wrong.id)


def test_what_is_in_use_is_not_closed_and_what_is_closed_frees_its_name(ground, uow):
    made = ground.estate(buildings=1, units=1)
    grid = ground.open("grid", "第一网格")
    service.change_area(uow, book=None, area_id=made["1号楼"].id, grid_id=grid.id)
    for busy in (made[""], made["1号楼"], grid):
        with pytest.raises(errors.AreaNotEmpty):
            service.close_area(uow, book="meilihua", area_id=busy.id)
    for name in ("1号楼/1单元", "1号楼", ""):
        service.close_area(uow, book="meilihua", area_id=made[name].id)
    assert service.close_area(uow, book="meilihua", area_id=grid.id).closed_at == uow.now
    with pytest.raises(errors.AreaClosed):
        service.close_area(uow, book="meilihua", area_id=grid.id)
    with pytest.raises(errors.AreaClosed):
        ground.open("building", "2号楼", made[""])
    ground.open("estate", "梅里新村")


def test_whoever_acts_for_a_book_sees_nothing_outside_its_community(ground, uow):
    other = lay(uow, book="other", name="新吴区", community="别处")
    theirs = ground.open("estate", "别处新村", other.community)
    with pytest.raises(errors.AreaMissing):
        service.show_area(uow, book="meilihua", area_id=theirs.id, datum=Datum.GCJ02)
    with pytest.raises(errors.AreaMissing):
        service.change_area(uow, book="meilihua", area_id=ground.street.id, name="x")
    with pytest.raises(errors.AreaMissing) as refused:
        service.open_area(uow, book="meilihua", parent_id=theirs.id, kind=AreaKind.BUILDING, name="1号楼")
    assert refused.value.field == "parent_id"
    with pytest.raises(errors.BookUnplaced):
        service.show_area(uow, book="unplaced", area_id=theirs.id, datum=Datum.GCJ02)
    mine = ground.estate()
    with pytest.raises(errors.AreaMissing):
        service.move_area(uow, book="meilihua", area_id=mine[""].id, parent_id=other.community.id)


def test_buildings_are_found_as_people_call_them(ground, session):
    made = ground.estate()
    inside = ground.community.id
    for name in ("2号楼", "2栋", "二幢", "02", "2"):
        assert queries.find_building(session, inside, name).id == made["2号楼"].id
    assert queries.find_building(session, made[""].id, "2", unit="1").id == made["2号楼/1单元"].id
    assert queries.find_building(session, inside, "2", unit="7") is None
    assert queries.find_building(session, inside, "9") is None
    assert queries.find_building(session, uuid.UUID(int=1), "2") is None
    second = ground.open("estate", "兰溪新村")
    ground.open("building", "2号楼", second)
    assert queries.find_building(session, inside, "2") is None  # two are called so
    assert queries.find_building(session, second.id, "2").parent_id == second.id


def test_a_position_is_kept_as_given_and_in_wgs84(ground, uow):
    position = locate(31.4912, 120.3119, Datum.GCJ02, source=Source.MAP, accuracy_m=15)
    estate = ground.open("estate", "梅里新村", position=position)
    shown = {datum: service.show_area(uow, book=None, area_id=estate.id, datum=datum).position for datum in Datum}
    assert (shown[Datum.GCJ02].lat, shown[Datum.GCJ02].lng) == (31.4912, 120.3119)
    assert shown[Datum.WGS84].lng == pytest.approx(120.3119 - 0.0045, abs=0.001)
    assert (estate.lat, estate.datum, estate.accuracy_m) == (shown[Datum.WGS84].lat, "gcj02", 15)
    moved = locate(31.5, 120.3, Datum.WGS84, source=Source.SURVEY)
    changed = service.change_area(uow, book=None, area_id=estate.id, position=moved)
    assert (changed.position, changed.accuracy_m) == (moved, None)


def test_the_database_itself_refuses_a_path_that_lies(ground, session):
    made = ground.estate()
    for path in (tree.path_of(made[""].id), ground.district.path, ""):
        with pytest.raises(sqlalchemy.exc.IntegrityError), session.begin_nested():
            session.execute(sqlalchemy.update(Area).where(Area.id == made["1号楼"].id).values(path=path))


def test_a_grid_and_a_position_are_taken_away_again(ground, uow):
    grid = ground.open("grid", "第一网格")
    here = locate(31.4912, 120.3119, Datum.GCJ02, source=Source.MAP)
    building = ground.open("building", "9号楼", grid_id=grid.id, position=here)

    def change(*clear, **more):
        return service.change_area(uow, book=None, area_id=building.id, clear=clear, **more)

    assert (change(Clearable.POSITION).position, building.grid_id) == (None, grid.id)
    assert change(Clearable.GRID).grid_id is None
    service.close_area(uow, book=None, area_id=grid.id)
    with pytest.raises(errors.ClearedAndGiven, match="position"):
        change(Clearable.POSITION, position=here)


def test_a_closed_area_is_opened_again_as_it_was(ground, uow):
    def close(area):
        return service.close_area(uow, book=None, area_id=area.id)

    def reopen(area, book="meilihua"):
        return service.reopen_area(uow, book=book, area_id=area.id)

    grid, estate = ground.open("grid", "第一网格"), ground.open("estate", "新村")
    building = ground.open("building", "9号楼", estate, grid_id=grid.id)
    with pytest.raises(errors.AreaNotClosed):
        reopen(building)
    for area in (building, estate, grid):
        close(area)
    with pytest.raises(errors.AreaClosed):  # what it stands under is closed
        reopen(building)
    with pytest.raises(errors.AreaMissing):
        reopen(lay(uow, book="other", name="滨湖区").community)
    assert reopen(estate).closed_at is None
    assert reopen(building).grid_id is None  # the grid is not there any more
    assert (building.closed_by, building.name, building.path) == (None, "9号楼", building.path)
    close(building)
    ground.open("building", "9号楼", estate, code="x")
    with pytest.raises(errors.NameTaken):
        reopen(building)
    other = ground.open("building", "10号楼", estate)
    close(other)
    ground.open("building", "第十幢", estate, code="10")
    with pytest.raises(errors.CodeTaken):
        reopen(other)
