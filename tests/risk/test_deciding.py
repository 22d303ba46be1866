"""What is decided on a fact, what is counted, and what stays written."""

import json
from dataclasses import replace
from functools import partial
from uuid import uuid4

import pytest
import sqlalchemy
from sqlalchemy import text

from app.kernel.actor import Actor, Role
from app.risk import service
from app.risk.models import Case, FactRow, ShadowRow
from app.risk.terms import (
    BUILT_IN,
    NO_BOOK,
    Coarse,
    EventKind,
    Outcome,
    Pivot,
    Reason,
    RuleResult,
)
from tests.points.api import statements
from tests.points.ledger import ANNA, BORIS, OTHER_SHOP, SHOP, named
from tests.risk.facts import COORDINATOR, DEVICE, ONE, rule, rules, spent


def test_an_ordinary_payment_is_approved_by_the_rules_that_come_with_linli(desk):
    decision = desk.decide()
    assert (decision.outcome, decision.score, decision.reasons) == (Outcome.APPROVE, 0, ())
    assert (decision.rule_set_version, decision.coarse) == (BUILT_IN, Coarse.OK)
    row = desk.row(decision)
    assert row.case_id is None
    assert row.features["points"] == 50
    assert row.features["device_count_1h"] is None  # no device: missing, and said so
    assert {answer["result"] for answer in row.answers} == {"no_hit"}


def test_who_spends_for_more_than_a_family_is_looked_at_and_goes_on(desk):
    """Two parents, two more by marriage and one of the neighbours: five. The shop hears nothing of either."""
    told = [desk.decide(facts={"helper_residents_30d": helped}) for helped in (5, 6)]
    assert [each.outcome for each in told] == [Outcome.APPROVE, Outcome.REVIEW]
    assert told[1].reasons == (Reason.HELPER_MANY,)
    assert [each.coarse for each in told] == [Coarse.OK, Coarse.OK]


def test_a_fact_is_decided_once(desk):
    event = spent(book_id=desk.book.id, facts={"is_shop_staff": True})
    first = service.decide(desk.uow, event)
    desk.publish(rule("all", "points > 0", 100))
    assert service.decide(desk.later(hours=1).uow, event) == first
    assert first.outcome is Outcome.BLOCK_AND_REVIEW
    assert Reason.SELF_DEAL in first.reasons


def test_the_published_rules_decide_and_the_strictest_stands(desk):
    desk.publish(
        rule("large", "points > 100", 30, reason=Reason.ROUND_AMOUNT),
        rule("own", "is_shop_staff", 1, at_least=Outcome.DECLINE, defaults={"is_shop_staff": False}),
    )
    assert desk.decide(points=100).outcome is Outcome.APPROVE
    large = desk.decide(points=101)
    assert (large.outcome, large.reasons, large.rule_set_version) == (Outcome.REVIEW, (Reason.ROUND_AMOUNT,), 1)
    own = desk.decide(points=1, facts={"is_shop_staff": True})
    assert (own.outcome, own.score, own.coarse) == (Outcome.DECLINE, 1, Coarse.REFUSED)


@pytest.mark.parametrize(
    ("score", "outcome", "coarse"),
    [
        (29, Outcome.APPROVE, Coarse.OK),
        (30, Outcome.REVIEW, Coarse.OK),
        (60, Outcome.BLOCK_AND_REVIEW, Coarse.CONFIRM),
        (100, Outcome.DECLINE, Coarse.REFUSED),
    ],
)
def test_scores_reach_thresholds(desk, score, outcome, coarse):
    desk.publish(rule("any", "points > 0", score))
    decision = desk.decide()
    assert (decision.outcome, decision.coarse) == (outcome, coarse)


def test_splitting_under_a_limit_is_seen_on_the_edge(desk):
    """Attack 7: the windows count what was decided before, and the edge of a day is exact."""
    desk.publish(rule("day", "resident_points_1d + points > 200", 30, defaults={"resident_points_1d": 0}))
    for _ in range(4):
        assert desk.decide(points=50).outcome is Outcome.APPROVE
    assert desk.decide(points=1).outcome is Outcome.REVIEW
    assert desk.decide(points=1, resident_id=BORIS).outcome is Outcome.APPROVE
    assert desk.later(hours=23, minutes=59).decide(points=50).outcome is Outcome.REVIEW
    assert desk.later(hours=24, seconds=1).decide(points=50).outcome is Outcome.APPROVE


def test_windows_count_by_resident_pair_device_coordinator_and_household(desk):
    home = named("home")
    for shop in (SHOP, SHOP, OTHER_SHOP):
        desk.decide(shop_id=shop, device_id=DEVICE, household_id=home, points=100)
    desk.decide(resident_id=BORIS, device_id=DEVICE, household_id=home, points=7)
    seen = desk.row(desk.decide(device_id=DEVICE, household_id=home, points=100)).features
    assert (seen["resident_count_1h"], seen["resident_points_1h"]) == (3, 300)
    assert (seen["pair_count_1d"], seen["pair_points_30d"]) == (2, 200)
    assert (seen["device_count_1d"], seen["device_points_1d"], seen["device_residents_30d"]) == (4, 307, 2)
    assert (seen["household_count_1d"], seen["household_points_1d"]) == (4, 307)
    assert seen["resident_share_at_shop"] == 75
    assert seen["minutes_since_award"] is None
    service.decide(
        desk.uow,
        spent(kind=EventKind.AWARD, book_id=desk.book.id, shop_id=None, coordinator_id=COORDINATOR, points=40),
    )
    award = spent(kind=EventKind.AWARD, book_id=desk.book.id, shop_id=None, coordinator_id=COORDINATOR, points=5)
    given = desk.row(service.decide(desk.later(minutes=5).uow, award)).features
    assert (given["coordinator_count_1h"], given["coordinator_points_1h"], given["pair_count_30d"]) == (1, 40, 1)
    assert desk.row(desk.later(minutes=9).decide()).features["minutes_since_award"] == 4


def test_what_moved_in_the_end_is_what_windows_count(desk):
    event = spent(book_id=desk.book.id, points=500)
    service.decide(desk.uow, event)
    settle = partial(service.settle_decision, desk.uow, event.book_id, EventKind.REDEEM)
    settle(event.subject_id, points=120)
    seen = desk.row(desk.decide(points=1)).features
    assert (seen["resident_count_1d"], seen["resident_points_1d"], seen["resident_returned_30d"]) == (1, 120, 380)
    settle(event.subject_id, points=900)  # never more than was asked for
    assert desk.row(desk.decide(points=1)).features["resident_points_1d"] == 501
    settle(uuid4(), points=3)  # never decided: nothing happens
    with pytest.raises(ValueError, match="not negative"):
        settle(event.subject_id, points=-1)


def test_what_was_declined_moved_nothing(desk):
    desk.publish(rule("any", "points > 100", 100))
    desk.decide(points=500)
    seen = desk.row(desk.decide(points=1)).features
    assert (seen["resident_count_1d"], seen["resident_points_1d"]) == (1, 0)


def test_a_shops_windows_are_counted_beside_and_missing_without_redis(desk, make_app, uow):
    shop, terminal = uuid4(), uuid4()
    for _ in range(3):
        desk.decide(shop_id=shop, terminal_id=terminal, points=20)
    seen = desk.row(desk.decide(shop_id=shop, terminal_id=terminal)).features
    assert (seen["shop_count_10m"], seen["shop_count_1h"], seen["shop_points_1h"]) == (3, 3, 60)
    assert seen["terminal_count_1h"] == 3
    later = desk.later(minutes=20)
    assert later.row(later.decide(shop_id=shop)).features["shop_count_10m"] == 0
    assert later.row(later.decide(shop_id=shop)).features["shop_count_1h"] == 5
    desk.publish(
        rule("burst", "shop_count_1h > 100", 30, defaults={"shop_count_1h": 0}),
        rule("unseen", "terminal_count_1h > 100", 30, defaults={"terminal_count_1h": 101}),
    )
    away = make_app(redis_url="redis://127.0.0.1:1/0", redis_timeout_ms=50)
    with away.app_context():
        decision = desk.decide(shop_id=shop, terminal_id=terminal)
    assert decision.outcome is Outcome.REVIEW
    row = desk.row(decision)
    assert row.features["shop_count_1h"] is None
    assert [(each["rule"], each["result"]) for each in row.answers] == [("burst", "no_hit"), ("unseen", "hit")]


def test_it_takes_two_statements(desk):
    desk.publish(rule("any", "points > 100", 30))
    desk.decide()
    with statements(every=True) as seen:
        desk.decide()
    assert len(seen) == 2, seen
    with statements(every=True) as seen:
        desk.decide(points=500)
    assert len(seen) == 2, seen
    assert not any("procrastinate" in each or "NOTIFY" in each.upper() for each in seen)


def test_what_is_not_let_through_has_a_case_about_whom_the_weightiest_rule_is_about(desk):
    desk.publish(rule("resident", "points > 100", 30), rule("shop", "points > 200", 40, pivot=Pivot.SHOP))
    first, again, shop = desk.decide(points=150), desk.decide(points=160), desk.decide(points=300)
    assert desk.case_of(first) == desk.case_of(again)
    session = desk.uow.session
    about = session.get(Case, (desk.book.id, desk.case_of(first)))
    assert (about.about, about.about_id, about.state) == ("resident", ANNA, "pending")
    about = session.get(Case, (desk.book.id, desk.case_of(shop)))
    assert (about.about, about.about_id) == ("shop", SHOP)


def test_a_fact_without_anybody_in_it_has_a_case_about_who_asked(desk):
    desk.publish(rule("any", "points > 0", 30))
    who = Actor(id=named("somebody"), roles=frozenset({Role.CASHIER}))
    event = spent(book_id=desk.book.id, resident_id=None, shop_id=None)
    decision = service.decide(replace(desk.uow, actor=who), event)
    case = desk.uow.session.get(Case, (desk.book.id, desk.case_of(decision)))
    assert (case.about, case.about_id) == ("person", who.id)


def test_signing_in_belongs_to_no_book(desk):
    person = uuid4()

    def sign_in():
        return service.decide(
            desk.uow,
            spent(
                kind=EventKind.LOGIN,
                book_id=None,
                resident_id=None,
                shop_id=None,
                person_id=person,
                points=0,
                device_id=DEVICE,
            ),
        )

    found = [sign_in().outcome for _ in range(11)]
    assert found == [Outcome.APPROVE] * 10 + [Outcome.REVIEW]
    desk.uow.session.flush()
    assert desk.uow.session.get(FactRow, (NO_BOOK, "login", uuid4())) is None


BROKEN = {
    "a version that cannot be read": {"title": "x"},
    "a rule that cannot be read": rules(rule("any", "points > 0")).plain() | {"rules": [{"id": "x"}]},
    "a condition that was never checked": rules(rule("any", 'mode =~ "a+"')).plain(),
    "a feature that is gone": rules(rule("any", "gone > 0")).plain(),
    "a default that is not there": rules(rule("any", "device_count_1d > 0")).plain(),
}


@pytest.mark.parametrize("case", list(BROKEN))
@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (EventKind.REDEEM, Outcome.BLOCK_AND_REVIEW),
        (EventKind.AWARD, Outcome.REVIEW),
        (EventKind.LOGIN, Outcome.REVIEW),
    ],
)
def test_rules_that_cannot_be_asked_never_say_yes(desk, case, kind, outcome):
    plain = BROKEN[case]
    for each in plain.get("rules", ()):
        if "kinds" in each:
            each["kinds"] = list(EventKind)
    made = desk.save(rule("any", "points > 1000"))
    session = desk.uow.session
    session.execute(
        text(
            "INSERT INTO risk_rule_sets (book_id, version, id, definition, state, proposed_by, proposed_at,"
            " published_by, published_at) SELECT book_id, 7, :id, CAST(:plain AS jsonb), 'active', proposed_by,"
            " proposed_at, :id, proposed_at FROM risk_rule_sets WHERE book_id = :book"
        ),
        {"id": uuid4(), "plain": json.dumps(plain), "book": made.book_id},
    )
    decision = service.decide(
        desk.uow, spent(kind=kind, book_id=desk.book.id, person_id=named("p"), coordinator_id=COORDINATOR)
    )
    assert (decision.outcome, decision.rule_set_version) == (outcome, 7)
    assert decision.reasons == (Reason.ENGINE_FAILED,)
    assert desk.row(decision).failure


def test_a_failure_is_counted_for_the_alarm(desk, client):
    before = client.get("/metrics").text.count('linli_risk_failures_total{kind="redeem"}')
    test_rules_that_cannot_be_asked_never_say_yes(
        desk, "a version that cannot be read", EventKind.REDEEM, Outcome.BLOCK_AND_REVIEW
    )
    found = client.get("/metrics").text
    assert 'linli_risk_failures_total{kind="redeem"}' in found
    assert before <= 1
    assert 'linli_risk_decisions_total{kind="redeem",outcome="block_and_review"}' in found


def test_a_caller_who_gives_what_is_not_declared_is_wrong(desk):
    for facts in ({"colour": "red"}, {"is_shop_staff": 1}, {"risk_rank": True}, {"points": 5}, {"minutes": 5}):
        with pytest.raises(ValueError, match="risk:"):
            desk.decide(facts=facts)
    with pytest.raises(ValueError, match="not negative"):
        desk.decide(points=-1)


def test_lists_are_asked(desk):
    uow = desk.as_(ONE)
    service.create_list(uow, book=desk.code, code="vip_shops", title="x")
    service.add_item(uow, book=desk.code, code="vip_shops", value=OTHER_SHOP, reason="x", expires_at=None)
    desk.publish(rule("listed", "shop in list_vip_shops", 30, reason=Reason.LISTED))
    assert desk.decide().outcome is Outcome.APPROVE
    listed = desk.decide(shop_id=OTHER_SHOP)
    assert listed.reasons == (Reason.LISTED,)
    assert desk.row(listed).features["list_vip_shops"] == [str(OTHER_SHOP)]


def test_a_shadow_decides_nothing_and_is_summed_up(desk):
    desk.publish(rule("any", "points > 1000", 30))
    version = desk.save(rule("strict", "points > 10", 60)).version
    service.start_shadow(desk.as_(ONE), book=desk.code, version=version, days=3)
    assert desk.decide(points=50).outcome is Outcome.APPROVE
    assert desk.decide(points=5).outcome is Outcome.APPROVE
    assert desk.decide(points=5000).outcome is Outcome.REVIEW
    after = desk.later(days=3, seconds=1)
    after.decide(points=50)
    report = service.sum_shadow(desk.as_(ONE), book=desk.code, version=version)
    assert [tuple(row) for row in report.sums] == [
        ("approve", "approve", 1, 5),
        ("approve", "block_and_review", 1, 50),
        ("review", "block_and_review", 1, 5000),
    ]
    hits = desk.uow.session.scalars(sqlalchemy.select(ShadowRow.rules).where(ShadowRow.points == 50)).all()
    assert hits == [["strict"]]


def test_a_snoozed_rule_is_silent_about_one_until_a_day(desk):
    desk.publish(rule("any", "points > 10", 30))
    decision = desk.decide()
    service.snooze_rule(desk.as_(ONE), book=desk.code, decision_id=decision.id, rule="any", days=2, reason="看过了")
    quiet = desk.later(hours=1).decide()
    assert quiet.outcome is Outcome.APPROVE
    assert desk.row(quiet).answers[0]["result"] == RuleResult.SNOOZED
    assert desk.decide(resident_id=BORIS).outcome is Outcome.REVIEW
    assert desk.later(days=2, seconds=1).decide().outcome is Outcome.REVIEW


def test_a_fact_that_began_later_and_was_committed_before_counts(desk):
    """Whoever waited for the lock of a resident has an earlier time than who held it."""
    desk.later(seconds=3).decide(points=70)
    assert desk.row(desk.decide()).features["resident_points_1h"] == 70
