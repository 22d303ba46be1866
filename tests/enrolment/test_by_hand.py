"""Somebody enrolled without a file, and the way from a passbook to the row it came from and back."""

import pytest
from sqlalchemy import event

from app.enrolment import errors
from app.kernel.actor import Role
from app.kernel.paging import Cursor
from tests.enrolment.desk import HEADER, LI, WANG, ZHAO, as_csv, as_workbook, counts
from tests.points.api import refused

CHEN = {
    "name": " 陈 静 ",
    "phone": "138 1234 0000",
    "building": "7栋",
    "unit": "1单元",
    "room": "０301",
    "passbook_no": "mlh–7",
    "points": 45,
    "expires_on": "2026年12月",
}


def enrol(desk, role=Role.TREASURER, *, accept=False, budget=True, **more):
    resident = {name: value for name, value in (CHEN | more).items() if value is not None}
    body = {"resident": resident, "accept_doubts": accept}
    if budget:
        body["budget_id"] = str(desk.ledger.budget_id)
    return desk.api.post("/residents", body, role=role)


def test_somebody_is_enrolled_without_a_file_by_the_rules_of_a_row(desk, acts):
    answer = enrol(desk)
    assert answer.status_code == 201, answer.text
    shown = [answer.json[name] for name in ("name", "phone", "building", "unit", "room", "passbook_no")]
    assert shown == ["陈静", "138****0000", "7", "1", "301", "MLH-7"]
    assert acts.trial()["resident"] == 45
    assert desk.residents() == [answer.json]
    found = desk.show(answer.json["import_id"])
    assert (found["state"], found["media_type"], found["rows_total"]) == ("committed", "application/json", 1)
    assert desk.codes(desk.check(as_csv(HEADER, [*LI[:5], "MLH-7", 1, "2027-01-01"]))) == [("F2", "passbook_taken")]


def test_the_same_once_more_changes_nothing(desk, session, ledger):
    first = enrol(desk).json
    before = counts(session, ledger)
    again = enrol(desk)
    assert (again.status_code, again.json) == (201, first)
    assert counts(session, ledger) == before


@pytest.mark.parametrize(
    ("more", "field", "said"),
    [
        ({"phone": "1381234"}, "phone", "11 位手机号"),
        ({"expires_on": "31/12/2026"}, "expires_on", "年在前"),
        ({"expires_on": ""}, "expires_on", "不能为空"),
        ({"name": "12"}, "name", "须是人名"),
        ({"passbook_no": "--"}, "passbook_no", "须含数字或字母"),
        ({"room": "3月1日"}, "room", "变成了日期"),
    ],
)
def test_what_is_wrong_is_refused_by_its_field_and_leaves_nothing(desk, session, ledger, more, field, said):
    before = counts(session, ledger)
    answer = enrol(desk, **more)
    assert refused(answer) == (422, errors.RowRefused.code, [field])
    assert said in answer.json["detail"]
    assert counts(session, ledger) == before
    assert desk.api.get("/imports").json["items"] == []


def test_a_passbook_that_is_enrolled_is_refused(desk):
    desk.take_in(as_csv(HEADER, [*LI[:5], "MLH-7", 1, "2027-01-01"]))
    answer = enrol(desk)
    assert refused(answer)[:2] == (422, errors.RowRefused.code)
    assert "已经转入过" in answer.json["detail"]


def test_likenesses_are_to_be_looked_at_first(desk):
    desk.take_in(as_csv(HEADER, LI))
    alike = {"name": LI[0], "phone": LI[1], "passbook_no": "a-001"}
    answer = enrol(desk, **alike)
    assert refused(answer)[:2] == (409, errors.ResidentDoubtful.code)
    assert "A001" in answer.json["detail"]
    assert enrol(desk, accept=True, **alike).status_code == 201
    assert len(desk.residents()) == 2


def test_what_is_left_out_is_no_likeness(desk):
    answer = enrol(desk, phone="", building="", unit="", room="")
    assert (answer.status_code, answer.json["household_id"]) == (201, None)


def test_claims_that_wait_are_looked_up_again_for_somebody_enrolled_by_hand(desk):
    enrol(desk)
    assert desk._next().task_name == "enrolment.match_waiting"
    enrol(desk)  # the same once more
    assert desk._next() is None


def test_a_clerk_enrols_an_empty_passbook_and_no_other(desk):
    assert refused(enrol(desk, Role.CLERK)) == (403, errors.BalanceDenied.code, ["points"])
    answer = enrol(desk, Role.CLERK, points=0, budget=False)
    assert answer.status_code == 201, answer.text
    assert desk.show(answer.json["import_id"])["budget_id"] is None


def test_a_balance_needs_the_budget_that_pays_it(desk):
    assert refused(enrol(desk, budget=False)) == (422, errors.BalanceUnpaid.code, ["budget_id"])
    assert refused(enrol(desk, points=200_000))[:2] == (409, "points.budget_too_small")


def test_it_is_undone_like_a_file_and_may_come_again(desk, acts):
    made = enrol(desk).json
    assert desk.undo(made["import_id"]).status_code == 202
    assert refused(enrol(desk)) == (409, "enrolment.import_not_ready", [])
    desk.work()
    assert (desk.residents(), acts.trial()["resident"]) == ([], 0)
    assert enrol(desk).json["import_id"] != made["import_id"]


# --- from a passbook to its row, and back


def statements_of(session, act):
    seen = []

    def note(_connection, _cursor, statement, *_more):
        if "enrolment_residents" in statement:
            seen.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", note)
    return len(seen)


def test_an_opening_leads_to_its_row_and_the_row_to_its_opening(desk, session):
    found = desk.take_in(as_workbook({"3栋": [["名单"], HEADER, LI], "5栋": [["名单"], HEADER, WANG, ZHAO]}))
    li, wang, zhao = desk.residents()
    origin = desk.api.get(f"/residents/{wang['id']}/origin").json
    where = [origin[name] for name in ("import_id", "sheet", "line", "passbook_no", "points", "expires_on")]
    assert where == [found["id"], "5栋", 3, "A002", 1200, "2027-06-30"]
    entry = desk.api.get(f"/passbooks/{wang['id']}/entries").json["items"][0]
    assert origin["transaction_id"] == entry["transaction_id"]
    trace = desk.api.get(f"/transactions/{origin['transaction_id']}/trace").json
    assert trace["evidence"] == f"import:{found['id']}"

    rows = desk.api.walk(f"/imports/{found['id']}/rows", limit=2)
    assert [row["resident_id"] for row in rows] == [li["id"], wang["id"], zhao["id"]]
    assert rows[1] == origin
    assert rows[2]["transaction_id"] is None  # nothing was in it
    third = desk.api.get(f"/imports/{found['id']}/rows?line=3").json["items"]
    assert [(row["sheet"], row["name"]) for row in third] == [("3栋", "李桂芳"), ("5栋", "王建国")]
    assert desk.api.get(f"/imports/{found['id']}/rows?line=9").json["items"] == []
    for wrong in ("x", *(Cursor((number, wang["id"])).encode() for number in (-1, 2**31, 10**30))):
        assert refused(desk.api.get(f"/imports/{found['id']}/rows?cursor={wrong}"))[2] == ["cursor"]

    assert statements_of(session, lambda: desk.api.get(f"/residents/{wang['id']}/origin")) == 1
    assert statements_of(session, lambda: desk.api.get(f"/imports/{found['id']}/rows?line=3")) == 1


def test_the_origin_of_somebody_unknown_is_missing(desk):
    answer = desk.api.get(f"/residents/{desk.ledger.budget_id}/origin")
    assert refused(answer) == (404, errors.ResidentMissing.code, ["listed_id"])
