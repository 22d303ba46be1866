"""The report on a file: wrong rows, doubtful rows, and what was read of the good ones."""

from datetime import date

import pytest
from sqlalchemy import text

from app.enrolment.rules import words
from app.enrolment.service.phones import open_phone
from app.enrolment.terms import XLSX, Field, ProblemCode
from app.infra.vault import vault
from tests.enrolment.desk import HEADER, LI, WANG, as_csv, as_xlsx


def person(name="李桂芳", phone="13812345678", *, room="501", building="3", number="A1", balance=1, day="2027-01-01"):
    return [name, phone, building, "2", room, number, balance, day]


def warned(desk, *rows, taken=()):
    if taken:
        desk.take_in(as_csv(HEADER, *taken))
    found = desk.check(as_csv(HEADER, *rows))
    assert found["state"] == "checked", desk.problems(found)
    return [(item["line"], item["code"]) for item in desk.problems(found) if item["severity"] == "warning"]


def test_every_wrong_cell_is_named_with_what_would_be_right(desk):
    found = desk.check(
        as_xlsx(
            ["某社区积分名单"],
            HEADER,
            LI,
            [None, 1381234567, "3", "2", "501", "B1", 12.5, date(2020, 1, 1)],
            ["王", "13812345678", "x" * 50, "", "", None, "=G3", "明年"],
        )
    )
    assert (found["state"], found["errors"]) == ("refused", 8)
    assert desk.codes(found) == [
        ("H4", "day_past"),
        ("A4", "missing"),
        ("B4", "phone_form"),
        ("G4", "points_fraction"),
        ("C5", "too_long"),
        ("H5", "day_form"),
        ("F5", "missing"),
        ("G5", "formula"),
    ]
    said = {item["cell"]: item["detail"] for item in desk.problems(found)}
    assert said["B4"] == "电话 B4须为 11 位手机号(如 13812345678)或带区号的座机(如 010-12345678)"
    assert "2026-06-15" in said["H4"]
    english = {item["cell"]: item["detail"] for item in desk.problems(found, lang="en")}
    assert english["G5"] == "balance G5 is a formula; copy it and paste it as a value"


def test_what_cannot_be_seen_is_not_dropped_but_named(desk):
    found = desk.check(as_csv(HEADER, person(name="李\x00桂芳"), person(number="A\x072")))
    assert desk.codes(found) == [("A2", "unprintable"), ("F3", "unprintable")]


def test_a_balance_needs_a_day_and_an_empty_passbook_does_not(desk):
    found = desk.check(as_csv(HEADER, person(day=""), person(number="A2", balance=0, day="", phone="13812345679")))
    assert desk.codes(found) == [("H2", "missing")]


def test_the_habits_of_excel_are_met(desk, session):
    def shape(sheet):
        sheet.merge_cells("C2:C3")

    found = desk.check(
        as_xlsx(
            HEADER,
            [" 李桂芳\u3000", 13812345678.0, "3栋", "２单元", "501室", 17, "1,200", date(2026, 12, 31)],
            ["王 建国", "1.3912345678E+10", None, "2", "０502", "a 18", "45分", 46387],
            change=shape,
        )
    )
    assert found["state"] == "checked", desk.problems(found)
    columns = (
        "name, building, unit, room, passbook_no, points, expires_on::text, resident_id, phone_sealed, phone_index"
    )
    rows = session.execute(text(f"SELECT {columns} FROM enrolment_lines ORDER BY line")).all()
    opened = [open_phone(row.resident_id, row.phone_sealed) for row in rows]
    assert [vault().index(phone, kind="phone") for phone in opened] == [row.phone_index for row in rows]
    assert [(row[0], phone, *row[1:7]) for row, phone in zip(rows, opened, strict=True)] == [
        ("李桂芳", "13812345678", "3", "2", "501", "17", 1200, "2026-12-31"),
        ("王建国", "13912345678", "3", "2", "502", "A18", 45, "2026-12-31"),
    ]


def test_text_that_copy_would_stumble_over_is_kept_as_it_is(desk, session):
    desk.take_in(as_csv(HEADER, person(name="O'Neil\\N", building="a\\tb", number='Q"\\1')))
    found = session.execute(text("SELECT name, building, passbook_no FROM enrolment_residents")).one()
    assert tuple(found) == ("O'Neil\\N", "A\\TB", 'Q"\\1')


def test_hidden_rows_missing_phones_and_homes_are_doubtful(desk):
    def hide(sheet):
        sheet.row_dimensions[2].hidden = True

    found = desk.check(as_xlsx(HEADER, person(phone="", room=""), WANG, change=hide))
    assert found["state"] == "checked"
    assert desk.codes(found, "warning") == [("", "hidden_row"), ("B2", "phone_missing"), ("E2", "place_missing")]


def test_one_passbook_in_two_rows_is_an_error_and_says_where_the_other_is(desk):
    found = desk.check(as_csv(HEADER, person(), person("王", "13912345678", number=" a1 ")))
    assert desk.codes(found) == [("F3", "passbook_repeated")]
    assert "第 2 行" in desk.problems(found)[0]["detail"]


def test_one_person_twice_is_doubtful(desk):
    assert warned(desk, person(), person(number="A2")) == [(3, "person_repeated")]


def test_one_digit_of_the_phone_in_one_home_is_doubtful(desk):
    rows = [person(), person(phone="13812345679", number="A2"), person(phone="13812345600", number="A3")]
    assert warned(desk, *rows) == [(3, "phone_near")]


def test_near_numbers_are_written_in_parts_and_none_is_lost(desk, monkeypatch):
    monkeypatch.setattr("app.enrolment.service.comparing.NOTED_AT_ONCE", 2)
    rows = [person(phone=f"1381234567{n}", number=f"A{n}") for n in range(6)]
    assert warned(desk, *rows) == [(line, "phone_near") for line in range(3, 8)]


def test_names_that_look_alike_with_one_phone_are_doubtful(desk):
    rows = [person("王小明"), person("王晓明", number="A2"), person("李大海", number="A3")]
    assert warned(desk, *rows) == [(3, "name_near")]


def test_residents_who_are_enrolled_are_recognised(desk):
    rows = [person(number="B1"), person(phone="13812345670", number="B2"), person("李桂方", number="B3")]
    rows.append(person("陈静", "13600000000", number="B4"))
    assert warned(desk, *rows, taken=[person()]) == [
        (2, "person_enrolled"),
        (3, "phone_near"),
        (3, "phone_near_enrolled"),
        (4, "name_near"),
        (4, "name_near_enrolled"),
    ]


def test_a_thousand_equal_rows_are_not_compared_pair_by_pair(desk):
    found = desk.check(as_csv(HEADER, *[person(phone=f"138{n:08}", number=f"N{n}") for n in range(1000)]))
    assert (found["state"], found["warnings"]) == ("checked", 0)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04junk", "kernel.file_unreadable"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 50, "kernel.file_old_or_locked"),
        (as_csv(["姓名", "余额"], ["李", 1]), "enrolment.header_missing"),
        (as_csv(HEADER), "enrolment.rows_missing"),
    ],
)
def test_a_file_that_is_not_read_says_why(desk, session, content, code):
    kind = XLSX if content.startswith(b"\xd0") else None
    found = desk.check(content, kind)
    assert (found["state"], found["failure"]["code"]) == ("refused", code)
    assert session.scalar(text("SELECT count(*) FROM enrolment_files")) == 0
    again = desk.check(content, kind)
    assert again["id"] != found["id"]  # it may be sent again, mended or not


def test_a_file_that_breaks_in_its_middle_leaves_no_rows(desk, session):
    wide = as_csv(HEADER, *[person(number=f"N{n}", phone=f"138{n:08}") for n in range(5000)]) + b"x" * 50_000
    found = desk.check(wide)
    assert (found["state"], found["failure"]["code"]) == ("refused", "kernel.columns_too_many")
    for table in ("enrolment_pieces", "enrolment_lines", "enrolment_problems"):
        assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0


def test_checking_goes_by_steps_and_shows_how_far_it_is(desk):
    rows = [person(number=f"N{n}", phone=f"138{n:08}", room=str(n)) for n in range(12_000)]
    found = desk.upload(as_csv(HEADER, *rows)).json
    assert (found["rows_total"], found["rows_done"]) == (None, 0)
    seen = []
    while (job := desk._next()) is not None:
        desk.run(job)
        shown = desk.show(found["id"])
        seen.append((shown["rows_done"], shown["rows_total"]))
    assert seen == [(0, 12_000), (10_000, 12_000), (12_000, 12_000), (12_000, 12_000)]
    assert desk.show(found["id"])["state"] == "checked"


def test_every_problem_has_a_sentence_in_both_languages():
    names = ("found", "length_max", "points_max", "today", "latest", "other", "january", "october")
    details = dict.fromkeys(names, "7")
    for code in ProblemCode:
        for lang in ("zh", "en"):
            assert words.sentence(code, Field.PHONE, "C1", details, lang).startswith(words.LABELS[Field.PHONE][lang])
    assert set(words.SENTENCES) == set(ProblemCode)
    assert set(words.LABELS) == {*Field, ""}
