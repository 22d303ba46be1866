"""Alerts: 70, 90 and 100 % of a budget or an allotment were given out."""

from dataclasses import replace

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from app.kernel.actor import Role
from app.points import queries
from app.points import service as points
from app.points.models import Alert
from app.points.terms import OwnerKind
from tests.points.api import Api, statements
from tests.points.ledger import ANNA, BORIS, Acts, named, open_ledger

STATION = named("station")
ZHANG, LI = named("zhang"), named("li")  # coordinators


@pytest.fixture
def small(uow):
    """A book with a budget of 1,000 points, its acts."""
    return Acts(uow, open_ledger(uow, minted=1000))


def raised(acts):
    """(subject, percent, of points, given) of the alerts that a look raises, the smallest first."""
    before = {alert.id for alert in everything(acts)}
    points.raise_alerts_step(acts.uow, acts.book.code, None)
    new = [alert for alert in everything(acts) if alert.id not in before]
    return sorted((alert.subject, alert.percent, alert.points, alert.given_points) for alert in new)


def everything(acts):
    return queries.list_alerts(acts.uow.session, acts.ledger.id, spender_id=None, before=None, limit=1000)


def test_each_threshold_is_raised_once_when_it_is_reached(small):
    small.award(ANNA, 699)
    assert raised(small) == []
    small.award(ANNA, 1)
    assert raised(small) == [("budget", 70, 1000, 700)]
    small.award(ANNA, 199)
    assert raised(small) == []
    small.award(ANNA, 1)
    assert raised(small) == [("budget", 90, 1000, 900)]
    small.award(ANNA, 100)
    assert raised(small) == [("budget", 100, 1000, 1000)]
    assert raised(small) == []


def test_a_leap_raises_all_that_it_passed(small):
    small.award(ANNA, 950)
    assert raised(small) == [("budget", 70, 1000, 950), ("budget", 90, 1000, 950)]


def test_points_that_were_spent_or_expired_stay_given_out(small):
    small.award(ANNA, 700)
    small.redeem(ANNA, 300)
    later = small.later(days=1000)
    later.expire()
    assert raised(later) == [("budget", 70, 1000, 700)]


def test_an_award_that_was_undone_was_not_given_out(small):
    wrong = small.award(ANNA, 700)
    small.reverse(wrong.subject_id)
    assert raised(small) == []
    spent = small.award(ANNA, 750)
    small.redeem(ANNA, 100)
    small.claw_back(spent.subject_id)  # 650 are back in the budget, 100 are owed
    assert raised(small) == []


def test_what_was_minted_since_lets_each_be_raised_again(small):
    small.award(ANNA, 900)
    assert [percent for _, percent, *_ in raised(small)] == [70, 90]
    small.fund(10_000)
    small.mint(1000)
    assert raised(small) == []
    small.award(ANNA, 500)
    assert raised(small) == [("budget", 70, 2000, 1400)]


def test_a_minting_that_was_undone_does_not_count(small):
    small.fund(10_000)
    made = small.mint(1000)
    small.award(ANNA, 700)
    assert raised(small) == []
    small.reverse(made.subject_id)
    assert raised(small) == [("budget", 70, 1000, 700)]


def test_points_in_an_open_allotment_are_not_given_out_yet(small):
    allotment = small.allot(STATION, 1000)
    assert raised(small) == []
    small.award_allotted(allotment, ANNA, 699)
    assert raised(small) == []
    small.award_allotted(allotment, ANNA, 1)
    assert raised(small) == [("allotment", 70, 1000, 700), ("budget", 70, 1000, 700)]
    small.close_allotment(allotment)
    small.award(ANNA, 200)
    assert raised(small) == [("budget", 90, 1000, 900)]


def test_an_allotment_that_got_more_can_raise_again(small):
    allotment = small.allot(STATION, 10)
    small.award_allotted(allotment, ANNA, 10)
    assert [percent for _, percent, *_ in raised(small)] == [70, 90, 100]
    points.add_allotment_points(small.uow, book=small.book.code, allotment_id=allotment, points=10)
    assert raised(small) == []
    small.award_allotted(allotment, ANNA, 4)
    assert raised(small) == [("allotment", 70, 20, 14)]
    small.award_allotted(allotment, ANNA, 6)
    small.close_allotment(allotment)
    assert raised(small) == []  # nobody can do anything about it any more


def test_budgets_do_not_mix_and_one_without_points_is_silent(small):
    for name in ("empty", "free"):
        points.create_budget(
            small.uow, small.ledger.id, sponsor_id=STATION, name=name, point_value_fen=0, budget_id=named(name)
        )
    points.mint_points(small.uow, small.ledger.id, cause="m", budget_id=named("free"), points=3)
    free = Acts(small.uow, replace(small.ledger, budget_id=named("free")))
    free.award(ANNA, 3)
    small.award(BORIS, 5)
    assert raised(small) == [("budget", percent, 3, 3) for percent in (70, 90, 100)]
    assert {alert.subject_id for alert in everything(small)} == {named("free")}


def test_another_book_is_not_looked_at(small, uow):
    other = Acts(uow, open_ledger(uow, minted=10))
    other.award(ANNA, 10)
    assert raised(small) == []
    assert len(raised(other)) == 3
    assert everything(small) == []


def test_a_look_that_finds_too_much_goes_on_in_the_next_step(small, monkeypatch):
    monkeypatch.setattr(points.alerts, "RAISED_PER_STEP", 2)
    for n in range(3):
        small.award_allotted(small.allot(named(f"s{n}"), 5), ANNA, 5)
    steps = 0
    while points.raise_alerts_step(small.uow, small.book.code, None):
        steps += 1
    assert steps == 4
    assert len(everything(small)) == 9


def test_a_look_reads_no_award_however_many_there_are(small):
    """One statement; of the transactions it reads the mintings, of the entries theirs."""
    for n in range(30):
        small.award(named(f"r{n}"), 1)
    session = small.uow.session
    session.execute(text("SET LOCAL enable_seqscan = off"))
    [plan] = session.scalars(
        text("EXPLAIN (FORMAT JSON, ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) " + queries.alerts._REACHED.text),
        {"book_id": small.ledger.id, "percents": [70, 90, 100], "limit": 10},
    )
    scans = list(_scans(plan[0]["Plan"]))
    transactions = [scan for scan in scans if scan["Relation Name"] == "points_transactions"]
    assert "ix_points_transactions_minted" in {scan.get("Index Name") for scan in transactions}
    entries = [scan for scan in scans if scan["Relation Name"] == "points_entries"]
    assert [(scan["Index Name"], scan["Actual Loops"]) for scan in entries] == [("points_entries_pkey", 1)]


def _scans(node):
    if "Relation Name" in node:
        yield node
    for inner in node.get("Plans", ()):
        yield from _scans(inner)


# --- over HTTP


@pytest.fixture
def api(client, bearer, small):
    return Api(client, bearer, small.book.code)


def test_overseers_see_all_alerts_and_coordinators_those_of_their_allotments(api, small):
    points.name_owner(small.uow, small.ledger.id, owner_id=STATION, kind=OwnerKind.STATION, name="Station")
    mine = small.allot(STATION, 10, spender_ids=(ZHANG,))
    other = small.allot(STATION, 10, spender_ids=(LI,))
    small.award_allotted(mine, ANNA, 7)
    small.award_allotted(other, ANNA, 9)
    small.award(BORIS, 700)
    raised(small)
    everyone = [api.get("/alerts", role).json["items"] for role in (Role.TREASURER, Role.AUDITOR)]
    assert everyone[0] == everyone[1]
    assert {(each["subject"], each["percent"]) for each in everyone[0]} == {
        ("budget", 70),
        ("allotment", 70),
        ("allotment", 90),
    }
    assert len(everyone[0]) == 4
    [own] = api.get("/alerts", Role.COORDINATOR, person_id=ZHANG, lang="en").json["items"]
    assert own | {"id": ""} == {
        "id": "",
        "subject": "allotment",
        "subject_id": str(mine),
        "budget_id": str(small.ledger.budget_id),
        "percent": 70,
        "points": 10,
        "given_points": 7,
        "raised_at": "2026-06-15T10:00:00+08:00",
        "text": 'Of the 10 points allotted to "Station" from the budget "Budget", 7 were given out: 70 % is reached.',
    }
    assert api.get("/alerts", Role.COORDINATOR, person_id=BORIS).json["items"] == []


def test_an_alert_is_a_sentence_in_both_languages(api, small):
    small.award(ANNA, 905)
    raised(small)
    zh, en = (api.get("/alerts?limit=1", lang=lang).json["items"][0]["text"] for lang in ("zh-CN", "en"))
    assert zh == "预算“Budget”发行的 1000 积分已发出 905 积分,达到 90%。"
    assert en == 'Of the 1000 points minted for the budget "Budget", 905 were given out: 90 % is reached.'


def test_alerts_are_paged_in_a_fixed_number_of_reads(api, small):
    for n in range(3):
        small.award_allotted(small.allot(named(f"s{n}"), 5), ANNA, 5)
    raised(small)
    walked = [each["id"] for each in api.walk("/alerts", limit=3)]
    assert walked == sorted(walked, reverse=True)
    assert len(walked) == 9
    for limit in (1, 9):
        with statements() as run:
            api.get(f"/alerts?limit={limit}")
        assert len(run) == 4  # the book, the alerts, the budgets' names, the holders'


@pytest.mark.parametrize("statement", ["UPDATE points_alerts SET percent = 90", "DELETE FROM points_alerts"])
def test_an_alert_never_changes(small, statement):
    small.award(ANNA, 700)
    raised(small)
    with pytest.raises(DBAPIError, match="permission denied"), small.uow.session.begin_nested():
        small.uow.session.execute(text(statement))


@pytest.mark.parametrize("wrong", [{"percent": 80}, {"given_points": 699}, {"points": 0}, {"subject": "x"}])
def test_the_database_refuses_an_alert_that_is_none(small, wrong):
    right = {
        "book_id": small.ledger.id,
        "id": small.uow.new_id(),
        "subject": "budget",
        "subject_id": small.ledger.budget_id,
        "budget_id": small.ledger.budget_id,
        "percent": 70,
        "points": 1000,
        "given_points": 700,
        "raised_at": small.uow.now,
    }
    with pytest.raises(DBAPIError, match="ck_points_alerts"), small.uow.session.begin_nested():
        small.uow.session.execute(insert(Alert).values(right | wrong))
