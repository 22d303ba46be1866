"""Workbooks with several sheets, merged cells and two rows of headings."""

import pytest
from sqlalchemy import text

from app.enrolment.service.phones import INDEX_KIND
from app.infra.vault import vault
from tests.enrolment.desk import HEADER, LI, WANG, ZHAO, as_csv, as_workbook, as_xlsx


def sheets(found):
    return {sheet["name"]: sheet["skipped"] for sheet in found["sheets"]}


def test_every_sheet_that_is_seen_and_has_the_headings_is_read(desk):
    def change(book):
        book["旧表"].sheet_state = "hidden"

    other = [HEADER[::-1], WANG[::-1]]  # another order of columns
    content = as_workbook(
        {
            "3栋": [HEADER, LI],
            "5栋": [["5栋居民"], *other],
            "6栋": [HEADER],
            "空": [],
            "旧表": [HEADER, ZHAO],
            "说明": [["请按表头填写"]],
        },
        change,
    )
    found = desk.take_in(content)
    assert (found["state"], found["rows_total"]) == ("committed", 2)
    assert sheets(found) == {
        "3栋": None,
        "5栋": None,
        "6栋": "no_rows",
        "空": "empty",
        "旧表": "hidden",
        "说明": "hints",
    }
    assert [person["name"] for person in desk.residents()] == ["李桂芳", "王建国"]


def test_a_problem_says_on_which_sheet_it_is(desk):
    wrong = [*WANG[:6], "12O", WANG[7]]
    found = desk.check(as_workbook({"3栋": [HEADER, LI], "5栋": [["标题"], HEADER, wrong, [*ZHAO[:5], "a001", 0, ""]]}))
    assert found["state"] == "refused"
    [repeated, balance] = [each for each in desk.problems(found) if each["severity"] == "error"][::-1]
    assert (balance["sheet"], balance["line"], balance["cell"]) == ("5栋", 3, "G3")
    assert (repeated["sheet"], repeated["line"], repeated["cell"]) == ("5栋", 4, "F4")
    assert "第 3栋!2 行" in repeated["detail"]
    english = {item["code"]: item["detail"] for item in desk.problems(found, lang="en")}
    assert "row 3栋!2 as well" in english["passbook_repeated"]


def test_nearly_one_number_on_another_sheet_is_doubtful_and_says_where_the_other_is(desk):
    near = [LI[0], "13812345679", *LI[2:5], "A009", 1, "2026-12-31"]
    found = desk.check(as_workbook({"3栋": [HEADER, LI], "5栋": [["标题"], HEADER[::-1], near[::-1]]}))
    [doubt] = desk.problems(found)
    assert [doubt[name] for name in ("sheet", "line", "cell", "code")] == ["5栋", 3, "G3", "phone_near"]
    assert "3栋!2" in doubt["detail"]
    desk.take_in(as_csv(HEADER, LI))
    found = desk.check(as_workbook({"3栋": [HEADER, WANG], "5栋": [HEADER, near]}))
    [doubt] = desk.problems(found)
    assert [doubt[name] for name in ("sheet", "line", "cell", "code")] == ["5栋", 2, "B2", "phone_near_enrolled"]
    assert "A001" in doubt["detail"]


def test_a_sheet_that_holds_something_else_is_refused_by_its_name(desk):
    found = desk.check(as_workbook({"3栋": [HEADER, LI], "统计": [["楼栋", "人数"], ["3", 1]]}))
    assert (found["state"], found["failure"]["code"]) == ("refused", "enrolment.sheet_header_missing")
    assert "“统计”" in found["failure"]["detail"]


def test_rows_of_all_sheets_together_are_counted(desk, monkeypatch):
    monkeypatch.setattr("app.enrolment.rules.tables.ROWS_MAX", 1)
    found = desk.check(as_workbook({"3栋": [HEADER, LI], "5栋": [HEADER, WANG]}))
    assert found["failure"]["code"] == "enrolment.rows_too_many"


def test_a_day_and_a_telephone_merged_over_rows_are_those_of_each(desk, session):
    def merge(sheet):
        sheet.merge_cells("B2:B3")
        sheet.merge_cells("H2:H3")

    found = desk.check(as_xlsx(HEADER, LI, [*WANG[:1], None, *WANG[2:7], None], change=merge))
    assert found["state"] == "checked", desk.problems(found)
    query = "SELECT DISTINCT phone_index, expires_on::text FROM enrolment_lines"
    number = vault().index("13812345678", kind=INDEX_KIND)
    assert list(map(tuple, session.execute(text(query)))) == [(number, "2026-12-31")]


@pytest.mark.parametrize(("column", "at"), [("A", 0), ("F", 5), ("G", 6)])
def test_a_name_a_passbook_or_a_balance_merged_over_rows_is_refused_as_merged(desk, column, at):
    second = list(WANG)
    second[at] = None
    found = desk.check(as_xlsx(HEADER, LI, second, change=lambda sheet: sheet.merge_cells(f"{column}2:{column}3")))
    assert desk.codes(found) == [(f"{column}3", "merged")]
    assert "合并" in desk.problems(found)[0]["detail"]


UPPER = ["姓名", "电话", "住址", None, None, "存折", None, None]
LOWER = [None, None, "楼栋", "单元", "室", "存折号", "余额", "到期日"]


def test_two_rows_of_headings_are_read_where_merged_cells_say_what_belongs_together(desk):
    def merge(sheet):
        for cells in ("A1:A2", "B1:B2", "C1:E1", "F1:H1"):
            sheet.merge_cells(cells)

    found = desk.take_in(as_xlsx(UPPER, LOWER, LI, WANG, change=merge))
    assert found["state"] == "committed"
    assert [person["room"] for person in desk.residents()] == ["501", "502"]


def test_a_whole_header_over_a_merged_home_is_read_with_the_row_below(desk):
    upper = ["姓名", "电话", "住址", None, None, "存折号", "余额", "到期日"]
    lower = [None, None, "楼栋", "单元", "室", None, None, None]

    def merge(sheet):
        for cells in ("A1:A2", "B1:B2", "C1:E1", "F1:F2", "G1:G2", "H1:H2"):
            sheet.merge_cells(cells)

    found = desk.take_in(as_xlsx(upper, lower, LI, change=merge))
    assert (found["state"], found["rows_total"]) == ("committed", 1)
    assert [person["unit"] for person in desk.residents()] == ["2"]


@pytest.mark.parametrize("first", [UPPER, HEADER])
def test_two_rows_of_headings_without_merged_cells_are_refused_plainly(desk, first):
    second = LOWER if first is UPPER else ["name", "phone", "building", "unit", "room", "passbook", "balance", "expiry"]
    found = desk.check(as_csv(["社区名单"], first, second, LI))
    assert (found["state"], found["failure"]["code"]) == ("refused", "enrolment.header_two_rows")
    assert "第 2 行和第 3 行" in found["failure"]["detail"]


def test_a_tall_header_is_one_row_of_headings(desk):
    def merge(sheet):
        for column in "ABCDEFGH":
            sheet.merge_cells(f"{column}1:{column}2")

    assert desk.check(as_xlsx(HEADER, [], LI, change=merge))["rows_total"] == 1
