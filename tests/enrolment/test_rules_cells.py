"""Cells as people and Excel write them."""

from datetime import date

import pytest

from app.enrolment.rules import cells
from app.enrolment.rules.cells import Wrong
from app.enrolment.rules.checking import _name, _passbook_no
from app.enrolment.rules.masking import mask_phone
from app.enrolment.rules.places import Place, place_from, place_of
from app.enrolment.terms import ProblemCode
from app.kernel.sheets.rows import CELL_LENGTH_MAX

TODAY = date(2026, 6, 15)


def wrong(read, *arguments):
    with pytest.raises(Wrong) as refused:
        read(*arguments)
    return refused.value.code


@pytest.mark.parametrize(
    "cell",
    [
        "13812345678",
        " 13812345678\u3000",
        "１３８１２３４５６７８",
        "138 1234 5678",
        "138-1234-5678",
        "+86 13812345678",
        "8613812345678",
        "008613812345678",
        "13812345678.0",
        "1.3812345678E+10",
        "1.3812345678e10",
        ["n", "13812345678"],
        ["n", "13812345678.0"],
        ["n", "1.3812345678E10"],
        "13812345678\u200b",
    ],
)
def test_a_mobile_number_is_read_however_it_is_written(cell):
    assert cells.read_phone(cell) == "13812345678"


def test_a_stored_number_is_whole_and_a_shown_one_has_lost_its_digits():
    assert cells.read_phone(["n", "1.38E10"]) == "13800000000"
    assert wrong(cells.read_phone, "1.38E+10") is ProblemCode.PHONE_DIGITS_LOST


@pytest.mark.parametrize("cell", ["010-12345678", "(0755) 8765-4321", "02112345678"])
def test_landlines_are_numbers_too(cell):
    assert cells.read_phone(cell).startswith("0")


@pytest.mark.parametrize("cell", ["1381234567", "12812345678", "138123456789", "无", "13812345678/139", "-", "１３８"])
def test_what_is_no_telephone_number(cell):
    assert wrong(cells.read_phone, cell) is ProblemCode.PHONE_FORM


def test_no_telephone_number_is_none():
    assert cells.read_phone("") is None
    assert cells.read_phone(" \u3000") is None


@pytest.mark.parametrize(
    ("cell", "points"),
    [
        ("45", 45),
        ("0", 0),
        ("1,200", 1200),
        ("1，200", 1200),
        ("１２００", 1200),
        ("45.00", 45),
        ("45分", 45),
        ("45 积分", 45),
        ("45 points", 45),
        (["n", "45"], 45),
        (["n", "45.0"], 45),
        (["n", "1E3"], 1000),
        ("1000000", 1_000_000),
    ],
)
def test_a_balance_is_read_however_it_is_written(cell, points):
    assert cells.read_points(cell) == points


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", ProblemCode.MISSING),
        ("分", ProblemCode.MISSING),
        ("45.5", ProblemCode.POINTS_FRACTION),
        (["n", "0.5"], ProblemCode.POINTS_FRACTION),
        ("-1", ProblemCode.POINTS_RANGE),
        ("1000001", ProblemCode.POINTS_RANGE),
        ("9" * 15, ProblemCode.POINTS_RANGE),
        ("9" * 30, ProblemCode.POINTS_FORM),
        ("四十五", ProblemCode.POINTS_FORM),
        ("NaN", ProblemCode.POINTS_FORM),
        ("0x10", ProblemCode.POINTS_FORM),
        (["n", "NaN"], ProblemCode.POINTS_FORM),
        (["n", "1E400"], ProblemCode.POINTS_FORM),
        (["f", ""], ProblemCode.FORMULA),
        (["e", "#REF!"], ProblemCode.CELL_ERROR),
    ],
)
def test_what_is_no_balance(cell, code):
    assert wrong(cells.read_points, cell) is code


@pytest.mark.parametrize(
    "cell",
    [
        "2026-12-31",
        "2026/12/31",
        "2026.12.31",
        "2026年12月31日",
        "２０２６年１２月３１日",
        "20261231",
        "2026-12-31 00:00:00",
        "2026/12/31 0:00",
        "2026年12月",
        "2026-12",
        "46387",
        ["n", "46387"],
        ["n", "46387.5"],
        ["n", "20261231"],
        ["d", "2026-12-31"],
    ],
)
def test_a_day_is_read_however_it_is_written(cell):
    assert cells.read_day(cell, TODAY) == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("31/12/2026", ProblemCode.DAY_FORM),
        ("12/31/2026", ProblemCode.DAY_FORM),
        ("2026-13-01", ProblemCode.DAY_FORM),
        ("2026-02-30", ProblemCode.DAY_FORM),
        ("明年", ProblemCode.DAY_FORM),
        ("2026", ProblemCode.DAY_FORM),
        ("0000-00-00", ProblemCode.DAY_FORM),
        ("20269999", ProblemCode.DAY_FORM),
        ("2026-06-14", ProblemCode.DAY_PAST),
        ("2046-06-16", ProblemCode.DAY_FAR),
        ("9999-12-31", ProblemCode.DAY_FAR),
        (["f", ""], ProblemCode.FORMULA),
    ],
)
def test_what_is_no_expiry_day(cell, code):
    assert wrong(cells.read_day, cell, TODAY) is code


def test_the_last_day_that_can_be_read_is_today():
    assert cells.read_day("2026-06-15", TODAY) == TODAY
    assert cells.read_day("", TODAY) is None


def test_days_of_the_other_calendar_of_excel():
    assert cells.serial_day(46387 - 1462, since_1904=True) == date(2026, 12, 31)


def test_what_a_workbook_calls_a_number_is_read_as_carefully_as_text():
    assert wrong(_name, ["n", "张\x07三"]) is ProblemCode.UNPRINTABLE
    assert _name(["n", "张\t三\n"]) == "张三"
    assert wrong(_name, ["n", "x" * (CELL_LENGTH_MAX + 1)]) is ProblemCode.TOO_LONG


def test_names_and_passbook_numbers():
    assert _name("  张 三\u3000") == "张三"
    assert _name("Anna  Müller") == "AnnaMüller"
    assert _name("Anna Miller") == "Anna Miller"
    assert wrong(_name, "12") is ProblemCode.NAME_FORM
    assert wrong(_name, "张" * 51) is ProblemCode.TOO_LONG
    assert wrong(_name, "张\x07三") is ProblemCode.UNPRINTABLE
    assert wrong(_name, "x" * (CELL_LENGTH_MAX + 1)) is ProblemCode.TOO_LONG
    assert _passbook_no(" ａ 001 ") == "A001"
    assert _passbook_no(["n", "17.0"]) == "17"
    assert wrong(_passbook_no, "---") is ProblemCode.PASSBOOK_FORM
    assert wrong(_passbook_no, "") is ProblemCode.MISSING


@pytest.mark.parametrize(
    "address", ["3栋2单元501室", "3号楼2单元501", "3-2-501", "03/02/501", "3#2#501", "3幢 2单元 501房"]
)
def test_one_home_is_one_place_however_it_is_written(address):
    assert place_of(address) == place_from("3栋", "2单元", "501室") == Place("3", "2", "501")


def test_places_without_a_unit_or_without_a_form():
    assert place_of("3栋501") == place_of("3-501") == place_from("3", "", "501")
    assert place_of("幸福里大院") == Place("幸福里大院")
    assert place_of("") == Place()
    assert place_of("幸福里大院").household_id(1) is None
    assert Place("3", None, "501").household_id(1) != Place("3", None, "501").household_id(2)
    assert Place("3", "2", "501").household_id(1) == place_of("3-2-501").household_id(1)


def test_shown_telephone_numbers_cannot_be_called():
    assert mask_phone("13812345678") == "138****5678"
    assert mask_phone("01012345678") == "010****5678"
    assert mask_phone(None) is None
