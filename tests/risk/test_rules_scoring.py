"""Scores, floors, budgets."""

import json
from itertools import count
from random import Random

import pytest

from app.risk.rules.features import Type, features_of
from app.risk.rules.scoring import _holds, judge, reached, stricter
from app.risk.service import shelf
from app.risk.terms import EventKind, Outcome, Pivot, Reason, RuleResult
from tests.risk.facts import STEPS, rule, rules

VALUES = {"points": 10, "mode": "code", "device_count_1d": None}


def still() -> float:
    return 0.0


def test_scores_add_up_and_each_reason_is_told_once():
    made = rules(rule("a", "points > 1", 20), rule("b", "points > 2", 20), rule("c", "points > 99", 90))
    found = judge(made, EventKind.REDEEM, VALUES, clock=still)
    assert (found.score, found.outcome, found.reasons) == (40, Outcome.REVIEW, (Reason.OTHER,))
    assert [answer.score for answer in found.answers] == [20, 20, 0]


def test_rules_of_other_kinds_are_not_asked():
    made = rules(rule("a", "points > 1", 100, kinds=frozenset({EventKind.AWARD})))
    assert judge(made, EventKind.REDEEM, VALUES, clock=still).answers == ()


def test_a_rule_can_only_make_it_stricter():
    made = rules(rule("a", "points > 1", 100), rule("b", "points > 1", 0, at_least=Outcome.APPROVE))
    assert judge(made, EventKind.REDEEM, VALUES, clock=still).outcome is Outcome.DECLINE
    assert stricter(Outcome.REVIEW, Outcome.APPROVE) is Outcome.REVIEW
    assert [reached(STEPS, score) for score in (0, 29, 30, 59, 60, 99, 100)] == [
        *[Outcome.APPROVE] * 2,
        *[Outcome.REVIEW] * 2,
        *[Outcome.BLOCK_AND_REVIEW] * 2,
        Outcome.DECLINE,
    ]


def test_a_missing_feature_counts_as_the_rule_says():
    for default, result in ((0, RuleResult.NO_HIT), (9, RuleResult.HIT)):
        made = rules(rule("a", "device_count_1d > 5", defaults={"device_count_1d": default}))
        assert judge(made, EventKind.REDEEM, VALUES, clock=still).answers[0].result is result
    made = rules(rule("a", "device_count_1d > 5", defaults={"device_count_1d": 9}))
    assert (
        judge(made, EventKind.REDEEM, VALUES | {"device_count_1d": 1}, clock=still).answers[0].result
        is RuleResult.NO_HIT
    )


def test_rules_that_take_different_values_for_the_same_are_asked_alone():
    made = rules(
        rule("a", "device_count_1d > 5", defaults={"device_count_1d": 0}),
        rule("b", "device_count_1d > 5", defaults={"device_count_1d": 9}),
        rule("c", "device_count_1d > 5 or points > 99", defaults={"device_count_1d": 0}),
    )
    found = judge(made, EventKind.REDEEM, VALUES, clock=still)
    assert [answer.result for answer in found.answers] == [RuleResult.NO_HIT, RuleResult.HIT, RuleResult.NO_HIT]
    found = judge(made, EventKind.REDEEM, VALUES | {"device_count_1d": 6}, clock=still)
    assert {answer.result for answer in found.answers} == {RuleResult.HIT}


def test_what_is_never_missing_and_is_after_all_makes_who_asks_for_it_fail():
    """Even where the rest of the condition would say it alone."""
    made = rules(rule("a", "points > 1 or order_fen > 1"), rule("b", "points > 1"))
    found = judge(made, EventKind.REDEEM, VALUES, clock=still)
    assert [answer.result for answer in found.answers] == [RuleResult.ERROR, RuleResult.HIT]


SEVERAL = {Type.INTEGER: (0, 1, 7, 200, 5000), Type.BOOLEAN: (False, True), Type.TEXT: ("", "code", "gift")}


@pytest.mark.parametrize("kind", EventKind)
def test_asked_together_the_rules_that_come_with_linli_say_what_each_says_alone(kind):
    chance, made = Random(f"{kind}"), shelf.defaults()
    seen = set()
    for _ in range(300):
        values = {
            name: chance.choice(SEVERAL[each.type]) if each.always or chance.random() < 0.7 else None
            for name, each in features_of([kind]).items()
        }
        lists = {name: ["code"] for name in ("list_watched", "list_blocked") if chance.random() < 0.3}
        found = judge(made, kind, values | lists, clock=still)
        alone = [(each.id, _holds(each, values | lists)) for each in made.rules_for(kind)]
        assert [(answer.rule, answer.result is RuleResult.HIT) for answer in found.answers] == alone
        assert [json.loads(answer.json)["result"] for answer in found.answers] == [str(a.result) for a in found.answers]
        seen |= {hit for _, hit in alone}
    assert seen == {True, False}


def test_time_that_runs_out_is_never_a_yes():
    ticks = count()
    made = rules(*(rule(f"r{n}", "points > 99") for n in range(10)))
    found = judge(made, EventKind.REDEEM, VALUES, clock=lambda: next(ticks) * 0.005)
    assert (found.outcome, found.failure) == (Outcome.BLOCK_AND_REVIEW, "budget")
    assert 0 < len(found.answers) < 10
    assert judge(made, EventKind.REDEEM, VALUES, clock=still).outcome is Outcome.APPROVE


def test_one_broken_rule_does_not_silence_the_others_nor_soften_them():
    made = rules(rule("broken", "gone > 1"), rule("b", "points > 1", 100))
    found = judge(made, EventKind.REDEEM, VALUES, clock=still)
    assert [answer.result for answer in found.answers] == [RuleResult.ERROR, RuleResult.HIT]
    assert (found.outcome, found.failure) == (Outcome.DECLINE, "rule broken")
    assert Reason.ENGINE_FAILED in found.reasons


def test_a_snooze_is_about_one_rule_and_one_pivot():
    made = rules(rule("a", "points > 1", 40), rule("b", "points > 1", 40, pivot=Pivot.SHOP))
    snoozed = {("a", Pivot.RESIDENT), ("b", Pivot.RESIDENT)}
    found = judge(made, EventKind.REDEEM, VALUES, snoozed=snoozed, clock=still)
    assert [answer.result for answer in found.answers] == [RuleResult.SNOOZED, RuleResult.HIT]
    assert found.score == 40
