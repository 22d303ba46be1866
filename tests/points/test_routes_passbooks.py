from dataclasses import replace
from datetime import date

import pytest

from app.kernel.actor import Role
from app.points import errors
from app.points import service as points
from tests.points.api import Api, refused, statements
from tests.points.ledger import ANNA, BORIS, open_ledger

STAFF = [Role.AUDITOR, Role.COORDINATOR, Role.TREASURER]


@pytest.fixture
def api(client, bearer, ledger):
    return Api(client, bearer, ledger.book.code)


def own(api, path="", **more):
    return api.get(f"/passbook{path}", Role.RESIDENT, person_id=ANNA, **more)


# --- the passbook


def test_a_passbook_that_never_moved_is_empty(api):
    answer = own(api)
    assert answer.status_code == 200
    figures = {name: answer.json[name] for name in ("posted", "held", "expired", "available", "version")}
    assert figures == dict.fromkeys(figures, 0)
    assert (answer.json["lots"], answer.json["frozen"]) == ([], False)
    assert own(api, "/entries").json == {"items": [], "next_cursor": None}


def test_a_passbook_says_what_is_available_held_and_expired(api, acts):
    acts.opening(ANNA, 30, date(2026, 6, 15))
    acts.award(ANNA, 50)
    acts.hold(ANNA, 10)
    tomorrow = replace(api, at="2026-06-16T00:00:00+08:00")
    assert own(api).json | {"account_id": "", "lots": []} == {
        "book": api.book,
        "currency_name": "points",
        "owner_id": str(ANNA),
        "account_id": "",
        "posted": 80,
        "held": 10,
        "expired": 0,
        "available": 70,
        "owed": 0,
        "version": 2,
        "frozen": False,
        "frozen_reason": None,
        "lots": [],
        "lots_more": False,
        "as_of": "2026-06-15T10:00:00+08:00",
    }
    lapsed = own(tomorrow).json  # the hold has expired by then, and with it the lot
    assert [lapsed[name] for name in ("posted", "held", "expired", "available")] == [80, 0, 30, 50]


def test_lots_tell_what_expires_when(api, acts, ledger):
    acts.award(ANNA, 50)
    acts.opening(ANNA, 30, date(2026, 7, 31))
    acts.hold(ANNA, 10)
    soon = {"expires_on": "2026-07-31", "budget_id": str(ledger.budget_id), "points": 30, "held": 10}
    late = {"expires_on": "2028-06-30", "budget_id": str(ledger.budget_id), "points": 50, "held": 0}
    assert own(api).json["lots"] == [soon, late]
    assert api.walk("/passbook/lots", Role.RESIDENT, person_id=ANNA, limit=1) == [soon, late]
    august = replace(api, at="2026-08-01T00:00:00+08:00")
    assert own(august).json["lots"] == [late]


def test_a_passbook_shows_the_first_lots_and_says_that_there_are_more(api, acts, monkeypatch):
    monkeypatch.setattr(points.passbooks, "LOTS_SHOWN", 2)
    for day in (1, 2, 3):
        acts.opening(ANNA, day, date(2026, 7, day))
    assert [lot["points"] for lot in own(api).json["lots"]] == [1, 2]
    assert own(api).json["lots_more"] is True


@pytest.mark.parametrize("cursor", ["WyIyMDI2LTAxLTAxIiwieCJd", "WyJ4IiwieSJd", "WzFd"])
def test_a_forged_lot_cursor_is_refused(api, cursor):
    assert refused(own(api, f"/lots?cursor={cursor}")) == (422, "kernel.cursor_invalid", ["cursor"])


def test_a_passbook_takes_a_fixed_number_of_reads(api, acts):
    for amount in range(1, 8):
        acts.award(ANNA, amount)
    with statements() as run:
        own(api)
    assert len(run) == 5  # the book, the balance, what lapsed, the lots, what is owed
    for limit in (1, 5):
        with statements() as run:
            own(api, f"/entries?limit={limit}")
        assert len(run) == 4  # the book, how far the passbook goes, the page, what the awards were for


# --- entries


def test_entries_come_newest_first_by_pages(api, acts):
    for amount in range(1, 8):
        acts.award(ANNA, amount)
    acts.award(BORIS, 99)
    items = api.walk("/passbook/entries", Role.RESIDENT, person_id=ANNA, limit=3)
    assert [item["version"] for item in items] == [7, 6, 5, 4, 3, 2, 1]
    assert [item["balance_after"] for item in items] == [28, 21, 15, 10, 6, 3, 1]


def test_pages_stay_in_place_while_entries_are_added(api, acts):
    for amount in range(1, 5):
        acts.award(ANNA, amount)
    first = own(api, "/entries?limit=2").json
    acts.award(ANNA, 5)
    second = own(api, f"/entries?limit=2&cursor={first['next_cursor']}").json
    assert [item["version"] for item in first["items"] + second["items"]] == [4, 3, 2, 1]
    assert second["next_cursor"] is None


def test_an_entry_is_told_in_the_readers_language_with_its_times(api, acts):
    acts.award(ANNA, 50, evidence="shift 7")
    spent = acts.later(hours=1).redeem(ANNA, 1)
    zh, en = own(api, "/entries").json["items"], own(api, "/entries", lang="en").json["items"]
    assert zh[0] == {
        "version": 2,
        "amount": -1,
        "balance_after": 49,
        "code": "redemption",
        "summary": "商户消费",
        "sentence": "商户消费,支出 1 积分",
        "recorded_at": "2026-06-15T11:00:00+08:00",
        "effective_at": "2026-06-15T11:00:00+08:00",
        "transaction_id": str(spent.subject_id),
        "evidence": None,
    }
    assert (zh[1]["sentence"], zh[1]["evidence"]) == ("志愿服务奖励,存入 50 积分", "shift 7")
    assert [item["sentence"] for item in en] == ["Spent at a shop: 1 point out", "Earned by volunteering: 50 points in"]


@pytest.mark.parametrize("cursor", ["x", "WyJ4Il0", "Wy0xXQ", "WzEwMDAwMDAwMDAwMDAwMDAwMDAwMF0", "W3RydWVd", "WzEuMF0"])
def test_a_forged_entry_cursor_is_refused(api, cursor):
    assert refused(own(api, f"/entries?cursor={cursor}")) == (422, "kernel.cursor_invalid", ["cursor"])


@pytest.mark.parametrize("limit", ["0", "101", "1.0", "true", "x", "-1", "9" * 30])
def test_a_page_has_one_to_a_hundred_items(api, limit):
    assert refused(own(api, f"/entries?limit={limit}")) == (422, "web.invalid", ["limit"])


# --- staff


@pytest.mark.parametrize("role", STAFF)
def test_staff_read_a_passbook(api, acts, role):
    acts.award(ANNA, 50)
    assert api.get(f"/passbooks/{ANNA}", role).json["available"] == 50
    assert api.get(f"/passbooks/{ANNA}/entries", role).json["items"][0]["amount"] == 50


def test_a_passbook_nobody_opened_here_is_missing(api, acts, uow):
    other = replace(acts, ledger=open_ledger(uow))
    other.award(ANNA, 5)
    for path in ("", "/entries", "/export"):
        assert refused(api.get(f"/passbooks/{ANNA}{path}")) == (404, "points.account_missing", ["account_id"])
    thaw = api.post(f"/passbooks/{ANNA}/thaw", {"reason": "x"})
    assert refused(thaw) == (404, "points.account_missing", ["account_id"])


def test_what_is_no_id_is_nowhere(api):
    assert api.get("/passbooks/anna").status_code == 404


@pytest.mark.parametrize(
    ("role", "path"),
    [
        *((role, "/passbook") for role in sorted(set(Role) - {Role.SYSTEM, Role.RESIDENT})),
        *((role, f"/passbooks/{BORIS}") for role in (Role.RESIDENT, Role.CLERK, Role.CASHIER)),
        *((role, f"/passbooks/{BORIS}/entries") for role in (Role.RESIDENT, Role.CLERK, Role.CASHIER)),
        *(
            (role, f"/passbooks/{BORIS}/export")
            for role in sorted(set(Role) - {Role.SYSTEM, Role.AUDITOR, Role.TREASURER})
        ),
    ],
)
def test_others_do_not_read_passbooks(api, role, path):
    assert refused(api.get(path, role)) == (403, "web.role_denied", [])


# --- freezing


def test_a_frozen_passbook_earns_but_does_not_spend_until_it_is_thawed(api, acts):
    acts.award(ANNA, 50)
    frozen = api.post(f"/passbooks/{ANNA}/freeze", {"reason": "核实中"})
    assert frozen.status_code == 200
    assert frozen.json == {"owner_id": str(ANNA), "frozen": True, "reason": "核实中", "changed": True}
    assert api.post(f"/passbooks/{ANNA}/freeze", {"reason": "again"}).json["changed"] is False
    assert (own(api).json["frozen"], own(api).json["frozen_reason"]) == (True, "核实中")
    with pytest.raises(errors.AccountFrozen):
        acts.redeem(ANNA, 1)
    acts.award(ANNA, 1)
    assert api.post(f"/passbooks/{ANNA}/thaw", {"reason": "查清"}).json["changed"] is True
    assert own(api).json["frozen"] is False
    acts.redeem(ANNA, 1)


def test_somebody_is_frozen_before_they_ever_earned(api, acts):
    assert api.post(f"/passbooks/{ANNA}/freeze", {"reason": "x"}).json["changed"] is True
    assert api.get(f"/passbooks/{ANNA}").json["frozen"] is True


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, 5, None, "a\u202eb"])
@pytest.mark.parametrize("act", ["freeze", "thaw"])
def test_a_reason_is_asked_for(api, act, reason):
    assert refused(api.post(f"/passbooks/{ANNA}/{act}", {"reason": reason})) == (422, "web.invalid", ["reason"])


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM, Role.TREASURER}))
@pytest.mark.parametrize("act", ["freeze", "thaw"])
def test_only_the_treasurer_freezes_and_thaws(api, act, role):
    assert refused(api.post(f"/passbooks/{ANNA}/{act}", {"reason": "x"}, role)) == (403, "web.role_denied", [])
