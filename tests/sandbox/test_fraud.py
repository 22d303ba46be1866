"""The month of honest and dishonest traffic: the same for one seed, blind to the rules, and honestly scored."""

import ast
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.identity.models import Device, Person
from app.identity.queries import AccountFacts
from app.risk.rules.features import FEATURES, Source, check_facts
from app.risk.service import start_defaults
from app.risk.terms import EventKind
from sandbox.fraud import dishonest
from sandbox.fraud.__main__ import FIRST
from sandbox.fraud.acts import DAYS
from sandbox.fraud.joined import OF_ACCOUNTS, TOLD, Accounts, Books, account_of, facts_of
from sandbox.fraud.play import Judged, make_month, play, town_of
from sandbox.fraud.score import render, score
from tests.fixtures.servers import ROOT
from tests.points.conftest import acts, ledger
from tests.points.ledger import named, open_ledger
from tests.points.programme import publish as publish_award_rule
from tests.risk.facts import Desk, rule
from tests.volunteers.test_gatherings import Site

__all__ = ["acts", "ledger"]

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


def test_what_was_declined_is_not_given_back_and_what_was_given_back_is_counted(uow):
    book = open_ledger(uow).book
    uow.session.flush()
    bought = next(act for act in MONTH if act.kind == "redeem" and not act.scheme)
    other = replace(bought, subject=uuid4(), at=bought.at + timedelta(minutes=1))
    refunds = [
        replace(each, kind="refund", subject=uuid4(), refunds=each.subject, at=each.at + timedelta(hours=1))
        for each in (bought, other)
    ]
    when = f'terminal == "{bought.terminal}" and points > 0 and resident_count_1h == 1'
    publish(uow, book, rule("second", when, 100, defaults={"resident_count_1h": 0}))
    told = play(
        [bought, other, *refunds], book=book.code, book_id=book.id, do=lambda work, at: work(replace(uow, now=at))
    )
    assert [(each.act.kind, each.outcome) for each in told] == [
        ("redeem", "approve"),
        ("redeem", "decline"),
        ("refund", "approve"),
    ]
    moved = uow.session.execute(text("SELECT kind, asked, points FROM risk_facts ORDER BY decided_at")).all()
    assert [tuple(each) for each in moved] == [
        ("redeem", bought.points, 0),
        ("redeem", bought.points, 0),
        ("refund", bought.points, bought.points),
    ]


def publish(uow, book, *made):
    Desk(uow, book).publish(*made)
    uow.session.flush()


def test_what_the_till_does_not_know_is_not_told():
    redeemed = [act for act in MONTH if act.kind == "redeem"]
    assert any("distance_metres" in act.facts for act in redeemed)
    told = {name for act in redeemed for name in facts_of(act, Books())}
    assert told == {
        "account_age_days",
        "device_age_hours",
        "is_first_seen_address",
        "is_related_to_staff",
        "is_step_up_passed",
        "points_share_percent",
    }
    scanned = [act for act in redeemed if act.mode == "shop_code" and act.points > 200]
    assert scanned
    assert all(facts_of(act, Books())["is_step_up_passed"] for act in scanned)


def test_a_check_in_is_told_what_a_scan_tells(acts):
    publish_award_rule(acts.uow, acts.ledger, "hours", "minutes // 30 * 5")
    who, telephone, seen = named("account"), named("telephone"), acts.uow.now
    acts.uow.session.add(Person(id=who, name="", registered_at=seen))
    acts.uow.session.flush()
    details = {"install_index": bytes(32), "model": "", "first_seen_at": seen, "last_seen_at": seen}
    acts.uow.session.add(Device(id=telephone, person_id=who, **details))
    acts.uow.session.flush()
    Site(acts).stay(person_id=who, device_id=telephone)
    stored = acts.uow.session.scalars(text("SELECT features FROM risk_decisions WHERE kind = 'check_in'")).all()
    caller = {name for name, each in FEATURES.items() if each.source is Source.CALLER}
    told = {name for features in stored for name in caller & set(features) if features[name] is not None}
    assert len(stored) == 2
    of_account = {"account_age_days", "device_age_hours", "device_new_accounts_7d"}
    assert told | {"travel_kmh"} == TOLD["check_in"] | of_account  # that of who was somewhere else just before
    assert "check_in" in OF_ACCOUNTS


TOWN = town_of(7, first=FIRST, residents=RESIDENTS)


def signed_in(who, device, *, day, age_days):
    act = next(act for act in MONTH if act.kind == "login")
    at = FIRST + timedelta(days=day)
    return replace(act, person=who, device=device, at=at, facts={"account_age_days": age_days})


def test_accounts_and_telephones_are_told_of_honest_people_and_cheats_by_one_register():
    accounts = Accounts.of(TOWN)
    neighbour = next(who for who in TOWN.neighbours if who.account_days >= 30)
    known = accounts.facts_of(neighbour.resident, None, FIRST)
    assert (known.installation, known.device_newcomers) == (neighbour.device, None)
    assert known.told(FIRST)["account_age_days"] == neighbour.account_days
    farm, telephone = [uuid4() for _ in range(3)], uuid4()
    for day, who in enumerate(farm):
        accounts.note(signed_in(who, telephone, day=day, age_days=0))
    told = [accounts.facts_of(who, None, FIRST + timedelta(days=3)).told(FIRST + timedelta(days=3)) for who in farm]
    assert [each["device_new_accounts_7d"] for each in told] == [3, 3, 3]
    assert [each["account_age_days"] for each in told] == [3, 2, 1]
    later = FIRST + timedelta(days=8)
    assert [accounts.facts_of(who, None, later).device_newcomers for who in farm] == [None, None, 1]
    stranger = uuid4()
    assert accounts.facts_of(stranger, None, FIRST) == AccountFacts(person_id=stranger)


def test_what_a_recipient_awarded_the_coordinator_is_counted_for_thirty_days():
    books = Books(Accounts.of(TOWN))
    award = next(act for act in MONTH if act.kind == "award" and not act.scheme)
    one, other = TOWN.coordinators[:2]
    there = replace(award, person=one, coordinator=other)
    for days in (29, 31):
        books.keep(replace(there, person=other, coordinator=one, at=award.at - timedelta(days=days)))
    books.keep(replace(there, person=other, coordinator=TOWN.coordinators[2]))
    assert facts_of(there, books)["returned_awards_30d"] == 1


def test_an_award_goes_to_the_telephone_its_recipient_used_last_and_not_to_one_the_generator_names():
    books = Books(Accounts.of(TOWN))
    award = next(act for act in MONTH if act.kind == "award" and not act.scheme)
    invented = replace(award, device=uuid4())
    books.accounts.note(invented)
    who = next(each for each in TOWN.neighbours if each.resident == award.person)
    assert account_of(invented, books).installation == who.device
    assert facts_of(invented, books)["account_age_days"] == who.account_days + (award.at - FIRST).days
    assert "account_age_days" not in facts_of(replace(award, person=uuid4()), books)


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


def test_what_came_back_as_points_is_told_beside_and_changes_no_target():
    wash = judged("approve", scheme="refunds", points=300)
    kept = replace(judged("review", scheme="ring", points=700), act=replace(wash.act, subject=uuid4(), at_risk=700))
    back = replace(wash, act=replace(wash.act, kind="refund", subject=uuid4(), refunds=wash.act.subject, at_risk=0))
    back = replace(back, act=replace(back.act, points=300))
    told = score([wash, kept, back])
    assert (told.recall, told.left) == (0.7, 1.0)
    refused = score([wash, kept, replace(back, outcome="block_and_review")])
    assert (refused.recall, refused.left) == (0.7, 0.7)
    assert not told.is_met


def test_of_nothing_nothing_is_claimed():
    assert not score([]).is_met
