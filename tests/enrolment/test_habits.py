"""What Excel makes of cells behind people's backs, over the whole way of a file."""

from datetime import date

import pytest
from sqlalchemy import text

from app.enrolment.rules import cells
from app.enrolment.rules.cells import Wrong
from app.enrolment.terms import CSV, EXCEL, XLSX, ProblemCode
from tests.enrolment.desk import HEADER, LI, as_csv, as_xlsx
from tests.enrolment.test_service_checking import person

TODAY = date(2026, 6, 15)


@pytest.mark.parametrize("cell", [["n", "2027.1"], "2027.1"])
def test_a_month_whose_zero_excel_may_have_dropped_is_refused_with_both_that_it_may_mean(cell):
    with pytest.raises(Wrong) as refused:
        cells.read_day(cell, TODAY)
    assert refused.value.code is ProblemCode.DAY_UNCLEAR
    assert refused.value.detail == {"january": "2027-01", "october": "2027-10"}


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2027.10", date(2027, 10, 31)),
        (["n", "2027.11"], date(2027, 11, 30)),
        (["n", "2027.2"], date(2027, 2, 28)),
        ("2027.01", date(2027, 1, 31)),
        ("2027-1", date(2027, 1, 31)),
        ("2027年1月", date(2027, 1, 31)),
    ],
)
def test_months_that_mean_one_thing_are_read(cell, day):
    assert cells.read_day(cell, TODAY) == day


def test_the_report_says_how_to_write_such_a_month(desk):
    found = desk.check(as_xlsx(HEADER, [*LI[:7], 2027.10]))
    assert desk.codes(found) == [("H2", "day_unclear")]
    assert "2027-01 或 2027-10" in desk.problems(found)[0]["detail"]


@pytest.mark.parametrize(
    "cell",
    ["5,0", "5,00", "50,", ",50", "1,20", "1,2000", "12,00", "1,200,00", "1'20", "1 20", "1,200'000", ["n", "5,0"]],
)
def test_separators_that_stand_wrong_are_refused(cell):
    with pytest.raises(Wrong) as refused:
        cells.read_points(cell)
    assert refused.value.code is ProblemCode.POINTS_FORM


@pytest.mark.parametrize("cell", ["1,200", "1，200", "1'200", "1 200", "1,200分", "1,200 points", "1,200.00"])
def test_separators_of_thousands_are_read(cell):
    assert cells.read_points(cell) == 1200
    assert cells.read_points("100,000") == 100_000


@pytest.mark.parametrize(
    ("column", "at", "example"),
    [
        ("A", 0, "李桂芳"),
        ("B", 1, "13812345678"),
        ("C", 2, "3栋"),
        ("D", 3, "1单元"),
        ("E", 4, "502"),
        ("F", 5, "MLH-0001"),
        ("G", 6, "45"),
    ],
)
def test_a_cell_that_excel_turned_into_a_day_is_refused_with_how_to_type_it(desk, column, at, example):
    row = list(LI)
    row[at] = date(2003, 1, 5)
    found = desk.check(as_xlsx(HEADER, row))
    assert desk.codes(found) == [(f"{column}2", "made_a_day")]
    said = desk.problems(found)[0]["detail"]
    assert "2003-01-05" in said
    assert f"如 {example}" in said
    assert "format to text" in desk.problems(found, lang="en")[0]["detail"]


@pytest.mark.parametrize("address", ["3月1日", "1-Mar", "Mar-01", "2003/1/5", "2003-1-5"])
def test_an_address_that_became_a_day_in_a_csv_is_refused(desk, address):
    found = desk.check(as_csv(["姓名", "地址", "存折号", "余额", "到期日"], ["李", address, "A1", 5, "2027-01-01"]))
    assert desk.codes(found) == [("B2", "made_a_day")]


def test_a_passbook_that_became_a_day_in_a_csv_is_refused_and_one_with_a_year_is_not(desk):
    found = desk.check(as_csv(HEADER, person(number="3月1日"), person("王", "13900000001", number="2024-1-5")))
    assert desk.codes(found) == [("F2", "made_a_day")]


def test_doubts_about_what_is_missing_name_the_cell_to_fill_in(desk):
    found = desk.check(as_csv(HEADER, person(phone="", building="")))
    assert desk.codes(found, "warning") == [("B2", "phone_missing"), ("C2", "place_missing")]
    address = as_csv(["姓名", "地址", "存折号", "余额", "到期日"], ["李", "大院", "A1", 5, "2027-01-01"])
    found = desk.check(address)
    assert desk.codes(found, "warning") == [("phone", "phone_missing"), ("B2", "place_missing")]


@pytest.mark.parametrize("kind", [EXCEL, CSV])
def test_a_file_is_what_it_holds_whatever_the_browser_calls_it(desk, session, kind):
    for content, real in ((as_csv(HEADER, LI), CSV), (as_xlsx(HEADER, LI), XLSX)):
        found = desk.check(content, kind)
        assert (found["state"], found["media_type"]) == ("checked", real)
        session.execute(text("UPDATE enrolment_imports SET state = 'discarded'"))


def test_an_old_workbook_is_told_as_such_also_by_its_own_type(desk):
    found = desk.check(bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 50, EXCEL)
    assert found["failure"]["code"] == "kernel.file_old_or_locked"
