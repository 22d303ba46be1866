"""Near-duplicates that no telephone number shows, numbers of passbooks spelt in two ways, and rows with errors."""

from uuid import UUID

import pytest

from app.kernel.papers import paper_key, paper_number
from tests.enrolment.desk import HEADER, LI, as_csv
from tests.enrolment.test_service_checking import person, warned
from tests.points.api import refused


@pytest.mark.parametrize("number", ["hh-1", "HH-1", " ＨＨ－1 ", "hh–1", "ｈｈ — 1", "HH\u22121"])
def test_a_number_is_kept_in_one_way(number):
    assert paper_number(number) == "HH-1"


@pytest.mark.parametrize("number", ["HH-1", "HH1", "HH_1", "HH/01", "HH-0001", "HH.1"])
def test_numbers_that_a_person_takes_for_the_same_have_one_key(number):
    assert paper_key(number) == "HH1"


def test_numbers_that_nobody_takes_for_the_same_have_two():
    assert len({paper_key(number) for number in ("1-11", "11-1", "111", "A10", "A1", "存1", "折1", "B-1-11")}) == 8


def test_one_passbook_spelt_in_two_ways_is_doubtful(desk):
    rows = [
        person(number="HH-1"),
        person("王", "13900000001", number="hh001"),
        person("陈", "13900000002", number="HH2"),
    ]
    assert warned(desk, *rows) == [(3, "passbook_near")]


def test_a_passbook_that_is_enrolled_and_spelt_otherwise_is_doubtful(desk):
    rows = [person("王", "13900000001", number="hh1", room="7")]
    assert warned(desk, *rows, taken=[person(number="HH-1")]) == [(2, "passbook_near_enrolled")]


def test_one_name_in_one_home_without_a_telephone_is_doubtful(desk):
    rows = [person(), person(phone="", number="A2"), person(phone="", number="A3", room="502")]
    assert warned(desk, *rows) == [(3, "person_near"), (3, "phone_missing"), (4, "phone_missing")]


def test_nearly_one_name_in_one_home_without_a_telephone_is_doubtful_and_a_family_is_not(desk):
    rows = [person("李桂芳", ""), person("李桂方", "", number="A2"), person("李明", "", number="A3")]
    rows.append(person("李强", "", number="A4"))
    assert [code for code in warned(desk, *rows) if code[1] != "phone_missing"] == [(3, "person_near")]


def test_one_name_and_nothing_else_is_doubtful(desk):
    rows = [person(phone="", room=""), person(phone="", room="", number="A2")]
    assert (3, "person_bare") in warned(desk, *rows)


def test_somebody_enrolled_without_a_telephone_is_recognised_by_name_and_home(desk):
    rows = [person(number="B1"), person("李桂方", "13900000001", number="B2")]
    assert warned(desk, *rows, taken=[person(phone="")]) == [(2, "person_near_enrolled"), (3, "person_near_enrolled")]


def test_rows_with_errors_are_compared_with_the_others(desk):
    bad = person("王", "13900000001", number="a1", balance="12O")
    found = desk.check(as_csv(HEADER, person(), bad, person(number="A3", balance="x")))
    assert desk.codes(found) == [("F3", "passbook_repeated"), ("G3", "points_form"), ("G4", "points_form")]
    assert ("A4", "person_repeated") in desk.codes(found, "warning")


def test_a_row_without_a_name_has_no_number_that_is_nearly_anothers(desk):
    rows = [person(""), person("", "13812345679", number="A2"), person(number="A3", balance="x")]
    rows.append(person(phone="13812345679", number="A4"))
    found = desk.check(as_csv(HEADER, *rows))
    assert desk.codes(found, "warning") == [("B5", "phone_near")]


def opened_by_hand(desk, number, points=3, **more):
    body = {"budget_id": str(desk.ledger.budget_id), "rows": []}
    body["rows"] = [
        {"resident_id": str(UUID(int=5)), "points": points, "expires_on": "2027-01-31", "passbook_no": number}
    ]
    return desk.api.post("/opening-balances", body, **more)


@pytest.mark.parametrize("number", ["hh-x", "ＨＨ－Ｘ", "HH–X"])
def test_a_passbook_opened_by_hand_is_known_however_it_was_typed(desk, number):
    assert opened_by_hand(desk, number).json["taken_over"] == 1
    assert desk.codes(desk.check(as_csv(HEADER, [*LI[:5], "HH-X", 45, "2026-12-31"]))) == [("F2", "passbook_taken")]
    again = opened_by_hand(desk, "HH-X").json["rows"][0]
    assert (again["passbook_no"], again["replayed"]) == ("HH-X", True)


def test_a_passbook_of_a_file_is_known_however_it_is_typed_by_hand(desk):
    desk.take_in(as_csv(HEADER, [*LI[:5], "HH-X", 45, "2026-12-31"]))
    assert refused(opened_by_hand(desk, "hh-x")) == (409, "points.passbook_taken_over", ["passbook_no"])


def test_a_list_by_hand_holds_a_passbook_once_however_it_is_typed(desk):
    row = {"resident_id": str(UUID(int=5)), "points": 3, "expires_on": "2027-01-31"}
    rows = [row | {"passbook_no": "hh-x"}, row | {"passbook_no": "ＨＨ-X"}]
    answer = desk.api.post("/opening-balances", {"budget_id": str(desk.ledger.budget_id), "rows": rows})
    assert refused(answer)[0] == 422
