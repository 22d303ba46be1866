"""Closings, figures, balances as of an instant, statements by days, and the check of a chain, over HTTP."""

import csv
import dataclasses
import io
from datetime import date
from urllib.parse import quote

import pytest

from app.kernel.actor import Role
from app.points.rules.figures import MonthFigures
from app.points.schemas.figure_words import TITLES, title
from app.points.schemas.sheets import BOM
from app.points.service import verifying
from tests.points.api import Api, refused, statements
from tests.points.ledger import ANNA, BORIS, SHOP

READERS = [Role.AUDITOR, Role.TREASURER]
JUNE_NOON = "2026-06-15T12:00:00+08:00"


@pytest.fixture
def api(client, bearer, ledger):
    return Api(client, bearer, ledger.book.code, at="2026-09-05T04:00:00+00:00")


@pytest.fixture
def summer(acts):
    """Something in June and July, nothing in August, something in September."""
    acts.award(ANNA, 50)
    acts.redeem(ANNA, 8)
    july = acts.on(date(2026, 7, 20))
    july.award(BORIS, 20)
    july.redeem(ANNA, 2)
    acts.on(date(2026, 9, 4)).award(ANNA, 7)
    return acts


def close(api, month, role=Role.TREASURER, **more):
    return api.post("/month-closings", {"month": month}, role, **more)


def passbook(acts, who=ANNA):
    return f"/accounts/{acts.ledger.passbook(who)}"


def folded(api, kind):
    return f"/accounts/{api.walk(f'/accounts?kind={kind}', limit=100)[0]['id']}"


# --- closings


def test_a_month_is_closed_once_over_http(api, summer):
    answer = close(api, "2026-06", key="june")
    assert answer.status_code == 201
    assert (answer.json["month"], answer.json["ends_at"]) == ("2026-06", "2026-07-01T00:00:00+08:00")
    assert answer.json["figures"]["outstanding"] == 42
    assert {row["kind"]: row["title"] for row in answer.json["balances"]}["resident"] == "居民存折"
    assert close(api, "2026-06", key="june").json == answer.json
    assert refused(close(api, "2026-06")) == (409, "points.month_closed", ["month"])
    assert refused(close(api, "2026-08")) == (409, "points.month_not_next", ["month"])
    assert [close(api, month).status_code for month in ("2026-07", "2026-08")] == [201, 201]
    assert refused(close(api, "2026-09")) == (409, "points.month_not_over", ["month"])
    listed = api.walk("/month-closings", Role.AUDITOR, limit=2)
    assert [line["month"] for line in listed] == ["2026-08", "2026-07", "2026-06"]
    assert listed[-1] == answer.json


def test_a_clock_set_back_into_a_closed_month_posts_nothing_and_is_told_why(api, summer, client, bearer):
    close(api, "2026-06")
    june = Api(client, bearer, api.book, at=JUNE_NOON)
    before = june.get("/trial-balance").json
    sponsor = summer.ledger.sponsor_id
    answer = june.post(f"/sponsors/{sponsor}/funding", {"amount_fen": 100, "bank_reference": "late"}, lang="en")
    assert refused(answer) == (409, "points.posting_month_closed", [])
    assert answer.json["detail"].startswith("2026-06 is closed")
    assert june.get("/trial-balance").json == before


@pytest.mark.parametrize("month", ["2026-13", "2026-6", "2026-06-01", "", "２０２６-06", "1999-01", 202606, None, True])
def test_a_month_that_is_none_is_refused_by_name(api, summer, month):
    assert refused(close(api, month)) == (422, "web.invalid", ["month"])


def test_a_closing_needs_its_month(api, summer):
    assert refused(api.post("/month-closings", {})) == (422, "web.invalid", ["month"])
    assert refused(api.get("/month-closings?cursor=x")) == (422, "kernel.cursor_invalid", ["cursor"])
    forged = "WyJub3QgYSBkYXkiXQ"
    assert refused(api.get(f"/month-closings?cursor={forged}")) == (422, "kernel.cursor_invalid", ["cursor"])


def test_an_auditor_reads_and_does_not_close(api, summer):
    assert refused(close(api, "2026-06", Role.AUDITOR))[:2] == (403, "web.role_denied")


# --- figures


def test_figures_are_told_month_by_month_open_or_closed(api, summer):
    close(api, "2026-06")
    answer = api.get("/figures?from=2026-05&to=2026-12", Role.AUDITOR)
    assert answer.status_code == 200
    months = {row["month"]: (row["closed"], row["figures"]) for row in answer.json["months"]}
    assert list(months) == ["2026-05", "2026-06", "2026-07", "2026-08", "2026-09"]
    assert [closed for closed, _ in months.values()] == [False, True, False, False, False]
    assert set(months["2026-05"][1].values()) == {0}
    told = [(f["awarded_award"], f["redeemed"], f["outstanding"], f["active_people"]) for _, f in months.values()]
    assert told == [(0, 0, 0, 0), (50, 8, 42, 1), (20, 2, 60, 2), (0, 0, 60, 0), (7, 0, 67, 1)]
    assert [f["new_passbooks"] for _, f in months.values()] == [0, 1, 1, 0, 0]
    assert [f["owed_to_shops_fen"] for _, f in months.values()] == [0, 80, 100, 100, 100]


def test_a_closed_month_says_the_same_as_when_it_was_open(api, summer):
    path = "/figures?from=2026-06&to=2026-09"
    before = [row["figures"] for row in api.get(path).json["months"]]
    for month in ("2026-06", "2026-07", "2026-08"):
        close(api, month)
        assert [row["figures"] for row in api.get(path).json["months"]] == before


@pytest.mark.parametrize(
    ("accepted", "lang", "head"),
    [
        ("zh-CN", "zh", ["月份", "已结账", "发行", "纸质存折转入"]),
        ("", "zh", ["月份", "已结账", "发行", "纸质存折转入"]),
        ("en", "en", ["Month", "Closed", "Points made", "Taken over from paper"]),
    ],
)
def test_the_table_says_what_the_json_says_in_the_language_asked_for(api, summer, accepted, lang, head):
    close(api, "2026-06")
    answer = api.get("/figures.csv?from=2026-06&to=2026-09", Role.AUDITOR, lang=accepted)
    assert answer.content_type == "text/csv; charset=utf-8"
    assert "figures-" in answer.headers["Content-Disposition"]
    text = answer.get_data(as_text=True)
    assert text.startswith(BOM)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix(BOM))))
    assert list(rows[0])[:4] == head
    months = api.get("/figures?from=2026-06&to=2026-09").json["months"]
    told = [
        {title("month", lang): row["month"], title("closed", lang): title("yes" if row["closed"] else "no", lang)}
        | {title(name, lang): str(value) for name, value in row["figures"].items()}
        for row in months
    ]
    assert rows == told


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_two_figures_have_one_title(lang):
    named = {"month", "closed", "yes", "no", *(field.name for field in dataclasses.fields(MonthFigures))}
    assert set(TITLES) == named
    assert len({title(name, lang) for name in named}) == len(named)


@pytest.mark.parametrize("path", ["/figures", "/figures.csv"])
def test_months_that_cannot_be_told_are_refused_by_name(api, summer, path):
    assert refused(api.get(f"{path}?from=2026-06&to=2026-05")) == (422, "points.months_reversed", ["to"])
    assert refused(api.get(f"{path}?from=2025-01&to=2027-01")) == (422, "points.months_too_many", ["to"])
    assert api.get(f"{path}?from=2025-01&to=2026-12").status_code == 200
    assert refused(api.get(path)) == (422, "web.invalid", ["from", "to"])
    assert refused(api.get(f"{path}?from=june&to=2026-1")) == (422, "web.invalid", ["from", "to"])
    assert api.get(f"{path}?from=2027-01&to=2027-02").status_code == 200


def test_figures_take_a_fixed_number_of_reads(api, summer):
    close(api, "2026-06")
    for path, count in (("/figures?from=2026-06&to=2026-06", 3), ("/figures?from=2025-06&to=2026-09", 5)):
        with statements() as run:
            api.get(path)
        assert len(run) == count, run


# --- the trial balance, and one account, as of an instant


def as_of(path, instant):
    return f"{path}?as_of={quote(instant)}"


def test_a_trial_balance_of_an_instant(api, summer):
    def resident(instant):
        rows = api.get(as_of("/trial-balance", instant), Role.AUDITOR).json["rows"]
        return {row["kind"]: row["balance"] for row in rows}.get("resident")

    instants = {
        "2026-06-15T09:59:59+08:00": None,
        "2026-06-15T10:00:00+08:00": 42,
        "2026-06-15T02:00:00Z": 42,
        "2026-07-20T11:59:59.999999+08:00": 42,
        "2026-07-20T12:00:00+08:00": 60,
        "2026-09-05T12:00:00+08:00": 67,
    }
    assert {instant: resident(instant) for instant in instants} == instants
    close(api, "2026-06")
    close(api, "2026-07")
    assert {instant: resident(instant) for instant in instants} == instants


def test_a_trial_balance_says_when_and_that_it_balances(api, summer):
    answer = api.get(as_of("/trial-balance", "2026-07-01T00:00:00Z")).json
    assert (answer["as_of"], answer["balanced"]) == ("2026-07-01T08:00:00+08:00", True)
    assert answer["sums"] == {"points": 0, "fen": 0}


@pytest.mark.parametrize("path", ["/trial-balance", "{passbook}/balance"])
def test_what_is_still_to_come_is_not_told(api, summer, path):
    path = path.format(passbook=passbook(summer))
    assert refused(api.get(as_of(path, "2026-09-05T12:00:01+08:00"))) == (422, "points.instant_ahead", ["as_of"])
    for wrong in ("2026-09-05", "2026-09-05T12:00:00", "now", ""):
        assert refused(api.get(as_of(path, wrong))) == (422, "web.invalid", ["as_of"])


@pytest.mark.parametrize("wrong", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59Z"])
def test_an_instant_beyond_the_calendar_is_refused_and_not_failed_on(api, wrong):
    assert refused(api.get(as_of("/trial-balance", wrong))) == (422, "web.invalid", ["as_of"])


def test_the_balance_of_an_account_as_of_an_instant(api, summer):
    def told(account, instant=None):
        answer = api.get(as_of(f"{account}/balance", instant) if instant else f"{account}/balance", Role.AUDITOR)
        return answer.json["balance"], answer.json["version"]

    anna, shop = passbook(summer), folded(api, "merchant_payable")
    assert told(anna, "2026-06-01T00:00:00Z") == (0, 0)
    assert told(anna, JUNE_NOON) == (42, 2)
    assert told(anna, "2026-07-20T12:00:00+08:00") == (40, 3)
    assert told(anna) == (47, 4)
    for step in (0, 2, 100):
        summer.fold(limit=step or 1)
        assert told(shop, "2026-06-01T00:00:00Z") == (0, None)
        assert told(shop, JUNE_NOON) == (80, None)
        assert told(shop) == (100, None)
    assert api.get(f"{anna}/balance").json["kind"] == "resident"


# --- statements by days


def test_a_statement_of_some_days_begins_and_ends_with_its_balances(api, summer):
    july = "/entries?from=2026-07-01&to=2026-07-31"
    answer = api.get(f"{passbook(summer)}{july}", Role.AUDITOR).json
    assert [item["amount"] for item in answer["items"]] == [-2]
    assert (answer["opening_balance"], answer["closing_balance"]) == (42, 40)
    whole = api.get(f"{passbook(summer)}/entries").json
    assert [item["amount"] for item in whole["items"]] == [7, -2, -8, 50]
    assert (whole["opening_balance"], whole["closing_balance"]) == (0, 47)
    since = api.get(f"{passbook(summer)}/entries?from=2026-07-20&limit=1").json
    assert (since["opening_balance"], since["closing_balance"]) == (42, 47)
    assert [i["amount"] for i in api.walk(f"{passbook(summer)}/entries?from=2026-07-20", limit=1)] == [7, -2]
    assert [i["amount"] for i in api.walk(f"{passbook(summer)}/entries?to=2026-07-19", limit=1)] == [-8, 50]
    none = api.get(f"{passbook(summer)}/entries?from=2026-08-01&to=2026-08-31").json
    assert (none["items"], none["opening_balance"], none["closing_balance"]) == ([], 40, 40)
    before = api.get(f"{passbook(summer)}/entries?to=2026-06-14").json
    assert (before["items"], before["opening_balance"], before["closing_balance"]) == ([], 0, 0)


def test_a_statement_of_a_folded_account_of_some_days(api, summer):
    shop = folded(api, "merchant_points")
    answer = api.get(f"{shop}/entries?from=2026-06-15&to=2026-06-15").json
    assert [item["amount"] for item in answer["items"]] == [8]
    assert (answer["opening_balance"], answer["closing_balance"]) == (None, None)
    assert [i["amount"] for i in api.walk(f"{shop}/entries?from=2026-06-01", limit=1)] == [2, 8]
    assert [i["amount"] for i in api.walk(f"{shop}/entries?to=2026-07-19", limit=1)] == [8]


def test_days_that_cannot_be_are_refused_by_name(api, summer):
    path = f"{passbook(summer)}/entries"
    assert refused(api.get(f"{path}?from=2026-07-02&to=2026-07-01")) == (422, "points.days_reversed", ["to"])
    assert refused(api.get(f"{path}?from=July&to=2026-02-30")) == (422, "web.invalid", ["from", "to"])


# --- chains


def check(api, account, after=None):
    return api.get(f"{account}/chain" + ("" if after is None else f"?after_version={after}"), Role.AUDITOR)


def test_a_chain_is_checked_some_entries_at_a_time(api, summer, monkeypatch):
    monkeypatch.setattr(verifying, "ENTRIES_MAX", 3)
    first = check(api, passbook(summer)).json
    assert (first["checked_from"], first["checked_to"], first["ok"], first["next_after_version"]) == (1, 3, True, 3)
    second = check(api, passbook(summer), 3).json
    assert (second["checked_from"], second["checked_to"], second["ok"]) == (4, 4, True)
    assert (second["next_after_version"], second["head_version"], second["wrong"]) == (None, 4, None)
    for after in (4, 5, 2**63 - 1):
        end = check(api, passbook(summer), after).json
        assert (end["checked_from"], end["ok"], end["next_after_version"]) == (None, True, None)


def test_a_folded_account_has_no_chain(api, summer):
    shop = folded(api, "merchant_points")
    assert refused(check(api, shop)) == (409, "points.account_not_chained", ["account_id"])
    assert refused(check(api, f"/accounts/{SHOP}")) == (404, "points.account_missing", ["account_id"])


@pytest.mark.parametrize("after", ["-1", "x", "1.0", "9" * 30, "9223372036854775808", "", "１"])
def test_a_version_that_cannot_be_is_refused_by_name(api, summer, after):
    assert refused(check(api, passbook(summer), after)) == (422, "web.invalid", ["after_version"])


# --- who may


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM, *READERS}))
def test_all_of_it_is_for_auditors_and_treasurers(api, summer, role):
    account = passbook(summer)
    paths = ["/month-closings", "/figures?from=2026-06&to=2026-06", "/figures.csv?from=2026-06&to=2026-06"]
    for path in (*paths, f"{account}/balance", f"{account}/chain"):
        assert refused(api.get(path, role))[:2] == (403, "web.role_denied")
    assert refused(close(api, "2026-06", role))[:2] == (403, "web.role_denied")


def test_an_auditor_may_do_nothing_but_read(app):
    writing = {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"GET", "HEAD", "OPTIONS"}
        if "<book>" in rule.rule
        and Role.AUDITOR in getattr(app.view_functions[rule.endpoint], "roles", ())
        and getattr(app.view_functions[rule.endpoint], "roles", frozenset()) != frozenset(Role) - {Role.SYSTEM}
    }
    assert writing == set()
