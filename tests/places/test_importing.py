"""Files of areas: every bad row named with what would be right, all or nothing, twice the same is nothing."""

import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy
from openpyxl import Workbook

from app.kernel.geo import Datum
from app.kernel.sheets.errors import EncodingUnknown, FileUnreadable
from app.kernel.sheets.xlsx_files import Sheet as Tab
from app.places import errors, queries, service
from app.places.models import Area, Problem
from app.places.rules.area_files import read_workbook
from app.places.schemas.words import LABELS, SENTENCES, sentence
from app.places.service.templates import make_template
from app.places.terms import CSV, XLSX, Column, ProblemCode
from tests.places.ground import lay

HEADER = ["街道", "社区", "小区", "楼栋", "单元", "网格", "编码", "账本", "纬度", "经度", "坐标系"]
NEW = [
    ["江海街道", "兰溪社区", "", "", "", "", "LX", "lanxi", "", "", ""],
    ["江海街道", "兰溪社区", "兰溪新村", "", "", "", "", "", "31.4912", "120.3119", "gcj02"],
    ["江海街道", "兰溪社区", "兰溪新村", "1", "1", "东网格", "", "", "", "", ""],
    ["江海街道", "兰溪社区", "兰溪新村", "1号楼", "2单元", "东网格", "", "", "", "", ""],
    ["江海街道", "兰溪社区", "", "散楼", "", "", "", "", "", "", ""],
    ["江海街道", "兰溪社区", "", "", "", "西网格", "W", "", "", "", ""],
]


def as_csv(*rows, header=HEADER, encoding="utf-8-sig"):
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode(encoding)


def check(uow, content, book=None, media_type=CSV):
    return service.check_import(uow, book=book, content=content, media_type=media_type)


def commit(uow, found, book=None):
    return service.commit_import(uow, book=book, tree_import_id=found.id)


def problems(uow, found, book=None):
    page = service.list_problems(uow, book=book, tree_import_id=found.id, limit=100, cursor=None)
    return [(each.line, each.cell, each.code) for each in page.items]


def counts(found):
    return found.opened, found.changed, found.unchanged


def areas(session):
    session.expire_all()
    rows = session.scalars(sqlalchemy.select(Area).order_by(Area.path))
    return [(row.id, row.path, row.name, row.code, row.book, row.grid_id, row.lat, row.closed_at) for row in rows]


def test_a_file_opens_what_it_names_and_twice_is_nothing(ground, uow, session):
    found = check(uow, as_csv(*NEW))
    assert (found.errors, problems(uow, found)) == (0, [])
    assert counts(found) == (9, 0, 0)  # a street, a community, an estate, two buildings, two stairs, two grids
    before = areas(session)
    done = commit(uow, found)
    assert (done.state, done.rows, counts(done)) == ("committed", None, (9, 0, 0))
    after = areas(session)
    assert len(after) == len(before) + 9
    community = queries.get_area_of_book(session, "lanxi")
    assert (community.code, community.name) == ("LX", "兰溪社区")
    house = queries.find_building(session, community.id, "1")
    east = queries.get_area(session, house.grid_id)
    assert (house.name, east.name, east.parent_id) == ("1号楼", "东网格", community.id)
    assert queries.find_building(session, community.id, "1", unit="2").name == "2单元"
    assert queries.find_building(session, community.id, "散楼").parent_id == community.id
    estate = queries.get_area(session, house.parent_id)
    assert estate.position.seen_in(Datum.GCJ02).lat == 31.4912
    again = check(uow, as_csv(*NEW))
    assert (again.errors, counts(again)) == (0, (0, 0, 9))
    commit(uow, again)
    assert areas(session) == after
    assert commit(uow, again).state == "committed"  # a repeated request
    assert session.scalar(sqlalchemy.select(sqlalchemy.func.count()).select_from(Problem)) == 0


def test_it_may_be_xlsx_with_titles_merged_cells_and_other_words(ground, uow):
    book = Workbook()
    sheet = book.active
    sheet.append(["梅里社区楼栋一览表"])
    sheet.append(["小区名称", "楼 栋 号", "单元号", "所属网格"])
    sheet.append(["梅里新村", 3, 1, "第一网格"])
    sheet.append(["", "", 2, ""])
    sheet.append(["", "4幢", "", "第二网格"])
    sheet.merge_cells("A3:A5")
    sheet.merge_cells("B3:B4")
    sheet.row_dimensions[5].hidden = True
    made = io.BytesIO()
    book.save(made)
    found = check(uow, made.getvalue(), book="meilihua", media_type=XLSX)
    assert problems(uow, found, "meilihua") == [(5, "", "hidden_row")]
    assert (found.errors, found.warnings, counts(found)) == (0, 1, (7, 0, 0))
    commit(uow, found, "meilihua")
    assert queries.find_building(uow.session, ground.community.id, "4号楼").name == "4幢"
    assert queries.find_building(uow.session, ground.community.id, "3", unit="2").name == "2单元"


def test_rows_of_a_second_sheet_are_not_left_out_unsaid(ground, uow):
    def saved(**changes):
        book = Workbook()
        book.active.title = "梅里"
        book.active.append(["小区", "楼栋"])
        book.active.append(["梅里新村", 3])
        book.create_sheet("空")
        second = book.create_sheet("兰溪")
        second.append([])
        second.append([changes.get("cell", "兰溪新村"), 4])
        second.sheet_state = changes.get("state", "visible")
        made = io.BytesIO()
        book.save(made)
        return made.getvalue()

    with pytest.raises(errors.AreaSheetsMany) as refused:
        check(uow, saved(), book="meilihua", media_type=XLSX)
    assert [refused.value.params[name] for name in ("first", "others")] == ["梅里", "兰溪"]
    assert all("兰溪" in refused.value.detail(lang) for lang in ("zh", "en"))
    assert check(uow, saved(state="hidden"), book="meilihua", media_type=XLSX).rows_total == 1
    assert check(uow, saved(cell="填写说明"), book="meilihua", media_type=XLSX).rows_total == 1


BAD = {
    "unit without building": (["中山街道", "梅里社区", "梅里新村", "", "1"], "D2", "parent_needed"),
    "no community": (["中山街道", "", "梅里新村"], "B2", "parent_needed"),
    "no street": (["", "新社区"], "A2", "parent_needed"),
    "grid of an estate": (["中山街道", "梅里社区", "梅里新村", "", "", "东"], "D2", "grid_needs_building"),
    "book of an estate": (["中山街道", "梅里社区", "新村", "", "", "", "", "x"], "H2", "book_wrong"),
    "a book of others": (["中山街道", "别的社区", "", "", "", "", "", "meilihua"], "H2", "book_taken"),
    "no book": (["中山街道", "别的社区", "", "", "", "", "", "积分"], "H2", "book_form"),
    "half a pair": (["中山街道", "梅里社区", "新村", "", "", "", "", "", "31.4"], "J2", "pair_broken"),
    "no number": (["中山街道", "梅里社区", "新村", "", "", "", "", "", "北纬31", "120", "gcj02"], "I2", "number_form"),
    "no datum": (["中山街道", "梅里社区", "新村", "", "", "", "", "", "31.4", "120.3"], "K2", "datum_wrong"),
    "swapped": (["中山街道", "梅里社区", "新村", "", "", "", "", "", "120.3", "31.4", "gps"], "I2", "out_of_bounds"),
    "too long": (["中山街道", "梅里社区", "村" * 51], "C2", "too_long"),
    "only signs": (["中山街道", "梅里社区", "///"], "C2", "name_form"),
    "code form": (["中山街道", "梅里社区", "新村", "", "", "", "a b"], "G2", "code_form"),
    "code taken": (["中山街道", "梅里社区", "新村", "", "", "", "梅里新村"], "G2", "code_taken"),
    "name of another kind": (["中山街道", "梅里社区", "", "", "", "梅里新村"], "F2", "name_taken"),
    "control character": (["中山街道", "梅里社区", "新\x07村"], "C2", "unprintable"),
    "nothing": (["", "", "", "", "", "", "X"], "", "nothing_named"),
}


@pytest.mark.parametrize("case", list(BAD))
def test_each_bad_row_is_named_by_its_cell(ground, uow, case):
    ground.estate()
    row, cell, code = BAD[case]
    found = check(uow, as_csv(row))
    assert problems(uow, found) == [(2, cell, code)]
    with pytest.raises(errors.ImportHasErrors):
        commit(uow, found)


def test_rows_that_contradict_or_repeat_each_other_name_the_first(ground, uow):
    place = ["中山街道", "梅里社区", "新村", "1"]
    found = check(
        uow,
        as_csv(
            [*place, "1", "东"],
            [*place, "2", "西"],
            [*place, "1单元", ""],
            [*place, "", "", "A"],
            [*place, "", "", "B"],
        ),
    )
    assert problems(uow, found) == [
        (3, "F3", "conflict"),
        (4, "", "repeated"),
        (6, "", "repeated"),
        (6, "G6", "conflict"),
    ]
    said = service.list_problems(uow, book=None, tree_import_id=found.id, limit=1, cursor=None)
    first = said.items[0]
    assert sentence(first.code, first.field, first.cell, first.detail, "zh").startswith("F3 网格与第 2 行")
    following = service.list_problems(uow, book=None, tree_import_id=found.id, limit=1, cursor=said.next_cursor)
    assert following.items[0].line == 4


def test_formulas_and_complaints_of_excel_are_named(ground, uow):
    book = Workbook()
    sheet = book.active
    sheet.append(HEADER)
    sheet.append(["中山街道", "梅里社区", '=A1&"x"'])
    sheet.append(["中山街道", "梅里社区", "#REF!"])
    sheet["C3"].data_type = "e"
    made = io.BytesIO()
    book.save(made)
    found = check(uow, made.getvalue(), media_type=XLSX)
    assert [code for _, _, code in problems(uow, found)] == ["formula", "cell_error"]


def test_a_file_changes_what_it_says_and_leaves_what_it_does_not(ground, uow, session):
    made = ground.estate()
    grid = ground.open("grid", "东网格")
    service.change_area(uow, book=None, area_id=made["1号楼"].id, grid_id=grid.id)
    rows = [["梅里新村", "1号楼", "", "A1", ""], ["梅里新村", "2", "", "", "西网格"], ["梅里新村", "1", "1", "", ""]]
    content = as_csv(*rows, header=["小区", "楼栋", "单元", "编码", "网格"])
    found = check(uow, content, "meilihua")
    assert counts(found) == (1, 2, 2), problems(uow, found, "meilihua")
    commit(uow, found, "meilihua")
    first = queries.get_area(session, made["1号楼"].id)
    assert (first.code, first.grid_id) == ("A1", grid.id)
    second = queries.get_area(session, made["2号楼"].id)
    assert queries.get_area(session, second.grid_id).name == "西网格"


def test_a_communitys_file_stays_in_the_community(ground, uow):
    header = ["街道", "社区", "小区"]
    found = check(uow, as_csv(["中山街道", "梅里社区", "新村"], ["", "", "旧村"], header=header), "meilihua")
    assert (found.errors, found.opened) == (0, 2)
    foreign = check(uow, as_csv(["别的街道", "别的社区", "新村"], header=header), "meilihua")
    assert problems(uow, foreign, "meilihua") == [(2, "B2", "outside"), (2, "A2", "outside")]
    only = check(uow, as_csv(["", "梅里社区", ""], header=header), "meilihua")
    assert problems(uow, only, "meilihua") == [(2, "", "nothing_named")]
    lay(uow, book="other", name="新吴区", community="别处")
    for book in ("other", None):
        with pytest.raises(errors.ImportMissing):
            service.show_import(uow, book=book, tree_import_id=found.id)
    listed = service.list_imports(uow, book="meilihua", limit=2, cursor=None)
    assert [each.id for each in listed.items] == [only.id, foreign.id]
    assert listed.next_cursor


def test_where_there_are_several_districts_a_file_names_its_own(ground, uow):
    lay(uow, book="other", name="新吴区", community="别处")
    found = check(uow, as_csv(["江海街道", "兰溪社区"]))
    assert problems(uow, found) == [(2, "", "parent_needed")]
    header = ["区", "街道", "社区"]
    whole = check(uow, as_csv(["新吴区", "江海街道"], ["滨湖区", "太湖街道"], header=header))
    assert (whole.errors, whole.opened) == (0, 3)


def test_what_changed_since_the_check_is_found_at_the_commit(ground, uow, session):
    found = check(uow, as_csv(["中山街道", "梅里社区", "新村", "", "", "", "N1"]))
    ground.open("estate", "旧村", code="N1")
    before = areas(session)
    with pytest.raises(errors.TreeChanged) as refused:
        commit(uow, found)
    assert refused.value.params["line"] == 2
    assert areas(session) == before


def test_files_that_are_none_are_refused(ground, uow, monkeypatch):
    with pytest.raises(errors.AreaHeaderMissing):
        check(uow, as_csv(["李桂芳", "13812345678"], header=["姓名", "电话"]))
    with pytest.raises(errors.AreaHeaderRepeated) as refused:
        check(uow, as_csv(["a", "b"], header=["小区", "住宅区"]))
    assert "A, B" in refused.value.detail("en")
    with pytest.raises(errors.AreaRowsMissing):
        check(uow, as_csv())
    with pytest.raises(FileUnreadable):
        check(uow, b"PK\x03\x04junk", media_type=XLSX)
    with pytest.raises(FileUnreadable):
        read_workbook(iter([Tab("梅里", hidden=True, rows=iter([]))]))
    with pytest.raises(EncodingUnknown):
        check(uow, b"\xff\xff\xff\x80")
    monkeypatch.setattr("app.places.rules.area_files.IMPORT_ROWS_MAX", 1)
    with pytest.raises(errors.AreaRowsTooMany):
        check(uow, as_csv(["中山街道", "梅里社区", "a"], ["中山街道", "梅里社区", "b"]))


def test_the_template_is_taken_as_it_is_and_brings_nothing_of_its_own(ground, uow):
    with pytest.raises(errors.AreaRowsMissing):
        check(uow, make_template(uow), media_type=XLSX)


def test_gbk_and_semicolons_are_read_as_well(ground, uow):
    found = check(uow, "小区;楼栋\n梅里新村;3\n".encode("gb18030"), "meilihua")
    assert (found.errors, found.opened) == (0, 2)


def test_a_file_nobody_took_in_is_forgotten_after_a_week(ground, uow, session):
    found = check(uow, as_csv(["", "", "x"]))
    assert found.errors
    assert service.purge_imports(uow) == 0
    later = replace(uow, now=uow.now + timedelta(days=8))
    assert (service.purge_imports(later), service.purge_imports(later)) == (1, 0)
    session.expire_all()
    with pytest.raises(errors.ImportMissing):
        service.show_import(uow, book=None, tree_import_id=found.id)


def test_every_problem_has_its_sentence_in_both_languages():
    assert set(SENTENCES) == set(ProblemCode)
    assert set(LABELS) == {*Column, ""}
    assert all({"zh", "en"} == set(texts) for texts in (*SENTENCES.values(), *LABELS.values()))
