"""The month of honest and dishonest traffic: the same for one seed, blind to the rules, and honestly scored."""

import ast
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from app.risk.rules.features import check_facts
from app.risk.service import start_defaults
from app.risk.terms import EventKind
from sandbox.fraud import dishonest
from sandbox.fraud.__main__ import FIRST
from sandbox.fraud.acts import DAYS
from sandbox.fraud.play import Judged, make_month, play
from sandbox.fraud.score import render, score
from tests.fixtures.servers import ROOT
from tests.points.ledger import open_ledger

RESIDENTS = 80
MONTH = make_month(7, first=FIRST, residents=RESIDENTS)
SCHEMES = {"ring", "friend", "splitting", "takeover", "farm", "relay", "mutual", "refunds", "photo"}


def imported(module):
    tree = ast.parse((ROOT / module).read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


@pytest.mark.parametrize("name", ["acts", "honest", "dishonest"])
def test_generators_know_nothing_of_the_rules_nor_of_each_other(name):
    names = set(imported(f"sandbox/fraud/{name}.py"))
    assert {each for each in names if each.startswith(("app", "sandbox"))} <= {"sandbox.fraud.acts"}


def test_a_seed_is_a_month():
    assert make_month(7, first=FIRST, residents=RESIDENTS) == MONTH
    assert make_month(8, first=FIRST, residents=RESIDENTS) != MONTH
    assert [act.at for act in MONTH] == sorted(act.at for act in MONTH)
    assert all(FIRST <= act.at < FIRST + timedelta(days=DAYS) for act in MONTH)
    assert len({(act.kind, act.subject) for act in MONTH}) == len(MONTH)


def test_all_sorts_of_attacks_are_mixed_in_and_every_kind_of_act_happens():
    schemes = Counter(act.scheme.split(":")[0] for act in MONTH)
    assert set(schemes) >= {"", "place", *SCHEMES}
    assert {act.kind for act in MONTH} == set(EventKind)
    for act in MONTH:
        check_facts(EventKind(act.kind), act.facts)
        assert act.at_risk in {0, act.points}
        assert act.at_risk == 0 or act.scheme


def test_other_attacks_leave_honest_life_as_it_is(monkeypatch):
    honest = [act for act in MONTH if not act.scheme]
    monkeypatch.setattr(dishonest, "attack", lambda chance, town: iter(()))
    assert make_month(7, first=FIRST, residents=RESIDENTS) == honest


def test_some_days_go_through_decide_and_are_scored(uow):
    book = open_ledger(uow).book
    uow.session.flush()
    start_defaults(uow, book=book.code)
    acts = [act for act in MONTH if act.at < FIRST + timedelta(days=4)][:400]
    judged = play(acts, book=book.code, book_id=book.id, do=lambda work, at: work(replace(uow, now=at)))
    assert [each.act for each in judged] == acts
    outcomes = Counter((bool(each.act.scheme), each.outcome == "approve") for each in judged)
    assert outcomes[False, True] > 0.8 * sum(not act.scheme for act in acts)
    assert outcomes[True, False] > 0


def judged(outcome, *, scheme="", resident=1, points=100, is_victims=False):
    act = next(act for act in MONTH if act.kind == "redeem" and not act.scheme)
    at_risk = points if scheme else 0
    who = MONTH[0].subject.__class__(int=resident)
    changes = {"scheme": scheme, "resident": who, "person": who, "at_risk": at_risk, "is_victims": is_victims}
    return Judged(replace(act, **changes), outcome, [])


def test_the_score_is_by_points_and_of_honest_people_alone():
    told = score(
        [
            *(judged("approve", resident=number) for number in range(10, 17)),
            judged("review", resident=20),
            judged("block_and_review", resident=21),
            judged("decline", resident=22),
            judged("decline", scheme="ring", resident=1, points=300),
            judged("approve", scheme="ring", resident=1, points=100),
            judged("block_and_review", resident=1),  # the ordinary life of a cheat: nobody's complaint
            judged("block_and_review", scheme="takeover", resident=10, points=400, is_victims=True),
        ]
    )
    assert (told.recall, told.held) == (700 / 800, 700 / 800)
    assert (told.stopped, told.confirm, told.looked_at) == (0.1, 0.1, 0.1)
    assert (told.honest_redemptions, told.precision) == (10, 2 / 5)
    assert not told.is_met
    assert render(told).count("MISS") == 3
    best = score([judged("approve", resident=9), judged("review", scheme="ring")])
    assert best.is_met
    assert "MISS" not in render(best)


def test_of_nothing_nothing_is_claimed():
    assert not score([]).is_met
