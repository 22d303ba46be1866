"""Policies, runs, notices and transfers over HTTP."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from app.kernel.actor import Role
from app.points.service import give_notices
from tests.points.api import NOT_WHOLE, Api, refused, statements
from tests.points.ledger import ANNA, BORIS, Acts, named, open_ledger

JULY = "2026-07-01T00:00:00+08:00"
LAST = date(2026, 7, 10)


@pytest.fixture
def api(client, bearer, ledger):
    return Api(client, bearer, ledger.book.code)


def own(api, path="", who=ANNA, **more):
    return api.get(f"/passbook{path}", Role.RESIDENT, person_id=who, **more)


# --- policies

YEARLY = {"expiry_policy": "yearly", "expiry_month": 12, "expiry_day": 31, "validity_months": 6, "reason": "as decided"}


def test_a_policy_is_changed_shown_and_kept(api, acts):
    changed = api.post("/expiry-policy", YEARLY)
    assert (changed.status_code, changed.json["expiry_policy"], changed.json["validity_months"]) == (200, "yearly", 6)
    acts.uow.session.expire_all()
    book = api.get("", Role.RESIDENT).json
    assert (book["expiry_policy"], book["expiry_month"], book["expiry_day"]) == ("yearly", 12, 31)
    back = api.post("/expiry-policy", {"expiry_policy": "rolling", "reason": "back again"})
    assert (back.json["expiry_policy"], back.json["expiry_day"], back.json["validity_months"]) == ("rolling", None, 6)
    for role in (Role.AUDITOR, Role.TREASURER):
        kept = api.walk("/expiry-policies", role, limit=1)
        assert [(row["expiry_policy"], row["expiry_day"], row["reason"]) for row in kept] == [
            ("rolling", None, "back again"),
            ("yearly", 31, "as decided"),
        ]


def test_the_same_request_changes_the_policy_once(api):
    for _ in range(2):
        assert api.post("/expiry-policy", YEARLY, key="once").status_code == 200
    assert len(api.get("/expiry-policies").json["items"]) == 1


@pytest.mark.parametrize(
    ("change", "code", "fields"),
    [
        ({"expiry_day": None}, "points.fixed_day_missing", ["expiry_day"]),
        ({"expiry_month": None}, "points.fixed_day_missing", ["expiry_day"]),
        ({"expiry_month": 4}, "points.fixed_day_invalid", ["expiry_day"]),
        ({"expiry_policy": "rolling"}, "points.fixed_day_needless", ["expiry_day"]),
        ({"expiry_policy": "weekly"}, "web.invalid", ["expiry_policy"]),
        ({"expiry_month": 13}, "web.invalid", ["expiry_month"]),
        ({"expiry_day": 32}, "web.invalid", ["expiry_day"]),
        ({"validity_months": 0}, "web.invalid", ["validity_months"]),
        ({"validity_months": 121}, "web.invalid", ["validity_months"]),
        ({"reason": " "}, "web.invalid", ["reason"]),
        ({"reason": "x" * 201}, "web.invalid", ["reason"]),
        ({"currency_name": "x"}, "web.invalid", ["currency_name"]),
    ],
)
def test_a_wrong_policy_is_refused_by_its_field(api, change, code, fields):
    assert refused(api.post("/expiry-policy", YEARLY | change)) == (422, code, fields)
    assert api.get("/expiry-policies").json["items"] == []


@pytest.mark.parametrize("value", [raw for raw in NOT_WHOLE if raw != "null"])
def test_a_day_is_a_whole_number(api, value):
    raw = f'{{"expiry_policy": "yearly", "expiry_month": 12, "expiry_day": {value}, "reason": "x"}}'
    assert api.post("/expiry-policy", raw).status_code in {400, 422}
    assert api.get("/expiry-policies").json["items"] == []


# --- runs


def test_past_runs_are_listed(api, acts, monkeypatch):
    for who in (ANNA, BORIS):
        acts.opening(who, 30, date(2026, 6, 15))
    acts.expire()
    july = replace(api, at=JULY)
    assert july.post("/expiry-runs", {}).json["points"] == 60
    acts.uow.session.expire_all()
    for role in (Role.AUDITOR, Role.TREASURER):
        newest, oldest = july.walk("/expiry-runs", role, limit=1)
        assert (newest["day"], newest["accounts"], newest["points"], newest["fen"]) == ("2026-07-01", 2, 60, 600)
        assert newest["finished_at"] == JULY
        assert (oldest["day"], oldest["points"]) == ("2026-06-15", 0)


def test_a_run_that_is_under_way_has_no_end(api, acts, monkeypatch):
    for who in (ANNA, BORIS):
        acts.opening(who, 30, date(2026, 6, 15))
    monkeypatch.setattr("app.points.service.budgets.EXPIRY_LOTS", 1)
    july = replace(api, at=JULY)
    assert july.post("/expiry-runs", {}).json == {"accounts": 1, "points": 30, "fen": 300, "more": True}
    (run,) = july.get("/expiry-runs").json["items"]
    assert (run["points"], run["finished_at"]) == (30, None)


# --- notices


@pytest.fixture
def told(api, acts):
    """Anna is told of two days, and of the nearer one twice."""
    acts.opening(ANNA, 30, LAST)
    acts.opening(ANNA, 7, date(2026, 7, 20))
    acts.opening(BORIS, 5, LAST)
    for day in (date(2026, 6, 20), date(2026, 7, 5)):
        acts.on(day).give_notices()
    return replace(api, at="2026-07-05T12:00:00+08:00")


def test_a_resident_reads_what_lapses_newest_day_first(told, acts):
    acts.redeem(ANNA, 10)
    listed = told.walk("/passbook/notices", Role.RESIDENT, limit=1, person_id=ANNA)
    shown = [
        (row["expires_on"], row["days_ahead"], row["points"], row["points_left"], row["read_at"]) for row in listed
    ]
    assert shown == [
        ("2026-07-20", 30, 7, 7, None),
        ("2026-07-10", 7, 30, 20, None),
        ("2026-07-10", 30, 30, 20, None),
    ]
    assert listed[0]["sentence"] == "您有 7 积分将于 2026-07-20 到期,当天仍可使用"
    assert listed[0]["given_at"] == "2026-06-20T12:00:00+08:00"
    english = own(told, "/notices", lang="en").json["items"][0]["sentence"]
    assert english == "7 points can be spent until 2026-07-20, that day included, and lapse then"


def test_a_page_of_notices_takes_a_fixed_number_of_reads(told):
    with statements() as run:
        own(told, "/notices")
    assert len(run) == 3  # the book, the notices, what is left


def test_a_notice_is_marked_as_read_by_its_owner_alone(told):
    body = {"expires_on": "2026-07-10", "days_ahead": 7}
    read = told.post("/passbook/notices/read", body, Role.RESIDENT, person_id=ANNA)
    assert (read.status_code, read.json["read_at"], read.json["points"]) == (200, "2026-07-05T12:00:00+08:00", 30)
    later = replace(told, at="2026-07-06T12:00:00+08:00")
    again = later.post("/passbook/notices/read", body, Role.RESIDENT, person_id=ANNA)
    assert again.json["read_at"] == read.json["read_at"]
    marked = [row["read_at"] is not None for row in own(told, "/notices").json["items"]]
    assert marked == [False, True, False]
    assert own(told, "/notices", BORIS).json["items"][0]["read_at"] is None


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"expires_on": "2026-07-11", "days_ahead": 7}, (404, "points.notice_missing", ["expires_on"])),
        ({"expires_on": "2026-07-20", "days_ahead": 7}, (404, "points.notice_missing", ["expires_on"])),
        ({"expires_on": "2026-07-10", "days_ahead": 8}, (404, "points.notice_missing", ["expires_on"])),
        ({"expires_on": "2026-07-10", "days_ahead": 31}, (422, "web.invalid", ["days_ahead"])),
        ({"expires_on": "10.7.2026", "days_ahead": 7}, (422, "web.invalid", ["expires_on"])),
        ({"days_ahead": 7}, (422, "web.invalid", ["expires_on"])),
        ({"expires_on": "2026-07-10"}, (422, "web.invalid", ["days_ahead"])),
    ],
)
def test_a_notice_that_is_not_there_is_not_read(told, body, answer):
    assert refused(told.post("/passbook/notices/read", body, Role.RESIDENT, person_id=ANNA)) == answer


@pytest.mark.parametrize("cursor", ["x", "WyJhIiw3XQ", "WyIyMDI2LTA3LTEwIiwtMV0", "WyIyMDI2LTA3LTEwIiw5OTk5OV0", "W10"])
def test_a_cursor_of_nobodys_making_is_refused(told, cursor):
    assert refused(own(told, f"/notices?cursor={cursor}")) == (422, "kernel.cursor_invalid", ["cursor"])


# --- transfers


def transfer(api, owner=ANNA, **body):
    asked = {"successor_id": str(BORIS), "kind": "move", "reason": "搬到外地"} | body
    return api.post(f"/passbooks/{owner}/transfer", asked, Role.COORDINATOR)


def test_a_passbook_goes_into_another_by_two_people(api, acts):
    acts.award(ANNA, 30)
    proposed = transfer(api)
    assert (proposed.status_code, proposed.json["kind"], proposed.json["title"]) == (201, "transfer", "存折转移")
    assert proposed.json["payload"] == {"owner_id": str(ANNA), "successor_id": str(BORIS), "kind": "move"}
    assert own(api).json["available"] == 30
    approved = api.post(f"/proposals/{proposed.json['id']}/approve", {})
    assert (approved.status_code, approved.json["state"]) == (200, "approved")
    mine = own(api).json
    assert (mine["available"], mine["frozen"], mine["frozen_reason"]) == (0, True, "搬到外地")
    taken = own(api, who=BORIS).json
    assert (taken["available"], taken["lots"][0]["expires_on"], taken["owed"]) == (30, "2028-06-30", 0)
    line = own(api, "/entries", BORIS, lang="en").json["items"][0]
    assert (line["code"], line["sentence"]) == ("transfer", "Moved in from another passbook (move): 30 points in")
    shown = api.get(f"/transactions/{approved.json['result_id']}", Role.AUDITOR).json
    assert shown["evidence"] == f"proposal:{proposed.json['id']}"
    thawed = api.post(f"/passbooks/{ANNA}/thaw", {"reason": "please"})
    assert refused(thawed) == (409, "points.passbook_closed", ["owner_id"])


def test_what_is_owed_is_shown_and_goes_over_at_a_merge(api, acts):
    wrong = acts.award(ANNA, 20)
    acts.redeem(ANNA, 12)
    acts.claw_back(wrong.subject_id)
    assert own(api).json["owed"] == 12
    proposed = transfer(api, kind="merge")
    assert api.post(f"/proposals/{proposed.json['id']}/approve", {}).status_code == 200
    assert (own(api).json["owed"], own(api, who=BORIS).json["owed"]) == (0, 12)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"successor_id": "boris"}, "successor_id"),
        ({"kind": "gift"}, "kind"),
        ({"kind": 1}, "kind"),
        ({"reason": ""}, "reason"),
        ({"points": 5}, "points"),
    ],
)
def test_a_wrong_field_of_a_transfer_is_named(api, acts, body, field):
    acts.award(ANNA, 30)
    assert refused(transfer(api, **body)) == (422, "web.invalid", [field])


def test_transfers_that_cannot_be_are_refused_with_the_field(api, acts, uow):
    acts.award(ANNA, 30)
    assert refused(transfer(api, successor_id=str(ANNA))) == (422, "points.transfer_to_self", ["successor_id"])
    assert refused(transfer(api, owner=uuid4())) == (404, "points.account_missing", ["account_id"])
    acts.transfer(BORIS if acts.award(BORIS, 1) else ANNA, named("heir"))
    assert refused(transfer(api)) == (409, "points.successor_closed", ["successor_id"])
    assert refused(transfer(api, owner=BORIS, successor_id=str(ANNA))) == (409, "points.passbook_closed", ["owner_id"])
    acts.hold(ANNA, 5)
    assert refused(transfer(api, successor_id=str(named("heir")))) == (409, "points.passbook_held", ["owner_id"])


def test_a_passbook_of_another_book_is_not_there(api, uow):
    other = Acts(uow, open_ledger(uow))
    other.award(ANNA, 30)
    uow.session.flush()
    assert refused(transfer(api)) == (404, "points.account_missing", ["account_id"])
    give_notices(uow, other.book)
    assert own(api, "/notices").json["items"] == []
