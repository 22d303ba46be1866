"""Real commits from real threads: overspending, retry storms, deadlocks, last points."""

import random
import threading

import pytest

from app.points import errors, queries
from app.points.service import Award, post
from tests.fixtures.work import NOW
from tests.points.committed import commit
from tests.points.ledger import ANNA, BORIS, named
from tests.points.test_service_posting import gift, spend
from tests.races.contest import deadlocks, finish, meet_at, names, start, together


def available(ledger, who=ANNA) -> int:
    return commit(ledger, lambda a: a.available(who))


@pytest.mark.parametrize("rival", ["redeem", "hold", "capture"])
def test_two_first_time_spenders_each_under_the_limit_cannot_overspend_together(place, sound, rival):
    """The overspend shape of peers: a statement that inserts-or-skips, locks and reads at once sees the balance of
    before its lock wait. Both spenders have begun with 300 before them and wait at the lock; only one may have 200.
    """
    ledger = sound()
    # the shop's accounts are there, so that nobody waits for who opens them and reads only after that
    commit(ledger, lambda a: (a.award(BORIS, 1), a.redeem(BORIS, 1), a.award(ANNA, 300)))
    works = [lambda a: a.redeem(ANNA, 200)]
    if rival == "capture":  # of 100 held: 200 are free beside it, and 250 are not
        held = commit(ledger, lambda a: a.hold(ANNA, 100)).hold_id
        works = [lambda a: a.capture(held, ANNA), lambda a: a.redeem(ANNA, 250)]
    else:
        works.append(lambda a: getattr(a, rival)(ANNA, 200))
    answers = meet_at(place, ledger, ledger.passbook(ANNA), works)
    assert names(answers).count("PointsInsufficient") == 1, answers
    assert available(ledger) == (200 if rival == "capture" else 100)


def test_two_first_time_spenders_from_nothing_cannot_overspend(place, sound):
    """Neither account nor balance row exist; each batch earns 300 and spends 200, and tries 500 more."""
    ledger = sound()
    for n in range(10):
        who = named(f"newcomer {n}")

        def batch(acts, who=who, mark=n):
            made = threading.get_ident()
            causes = [f"{mark} {made} {step}" for step in range(3)]
            rows = [gift(acts, who, 300, causes[0]), spend(who, 200, causes[1]), spend(who, 301, causes[2])]
            return post(acts.uow, acts.ledger.id, rows)

        answers = together(place, ledger, [batch, batch])
        declines = [outcome.decline for outcomes in answers for outcome in outcomes]
        assert len([d for d in declines if d]) == 2
        assert available(ledger, who) == 200


@pytest.mark.parametrize("act", ["award", "redeem", "hold", "declined"])
def test_a_retry_storm_under_one_cause_is_one_act_with_one_answer(place, sound, act):
    ledger = sound()
    commit(ledger, lambda a: a.award(ANNA, 100))
    works = {
        "award": lambda a: a.award(ANNA, 5, cause="storm"),
        "redeem": lambda a: a.redeem(ANNA, 5, cause="storm"),
        "hold": lambda a: a.hold(ANNA, 5, cause="storm"),
        "declined": lambda a: a.redeem(ANNA, 101, cause="storm"),
    }
    answers = together(place, ledger, [works[act]] * 32)
    if act == "declined":
        assert {(type(a).__name__, str(a.params)) for a in answers} == {("PointsInsufficient", str(answers[0].params))}
        commit(ledger, lambda a: a.award(ANNA, 100))  # too late: the answer was kept
        assert names(together(place, ledger, [works[act]])) == ["PointsInsufficient"]
        return
    assert len({getattr(a, "subject_id", None) or a.hold_id for a in answers}) == 1
    assert sorted(a.replayed for a in answers) == [False] + [True] * 31
    if act != "hold":
        assert len({(a.points, a.cost_fen, a.balance_after) for a in answers}) == 1
    assert available(ledger) == {"award": 105, "redeem": 95, "hold": 95}[act]


def test_a_storm_of_one_cause_with_other_amounts_is_one_act_and_refusals(place, sound):
    ledger = sound()
    commit(ledger, lambda a: a.award(ANNA, 1000))
    works = [lambda a, n=n: a.redeem(ANNA, n, cause="storm") for n in range(1, 33)]
    answers = together(place, ledger, works)
    assert sorted(names(answers)) == ["CauseReused"] * 31 + ["Outcome"]
    won = next(answer for answer in answers if type(answer).__name__ == "Outcome")
    assert available(ledger) == 1000 - won.points


def test_a_storm_of_corrections_corrects_once(place, sound):
    ledger = sound()
    award = commit(ledger, lambda a: a.award(ANNA, 100)).subject_id
    bought = commit(ledger, lambda a: a.redeem(ANNA, 20)).subject_id
    answers = together(place, ledger, [lambda a: a.refund(bought, ANNA, 5)] * 16)
    assert sorted(names(answers)) == ["AmountOver"] * 12 + ["Outcome"] * 4
    works = [lambda a: a.reverse(award), lambda a: a.claw_back(award)] * 8
    assert sorted(names(together(place, ledger, works))) == ["AlreadyReversed"] * 15 + ["Outcome"]
    funded = commit(ledger, lambda a: a.pay(5)).subject_id  # no strict account that could be locked
    assert sorted(names(together(place, ledger, [lambda a: a.reverse(funded)] * 12)))[:-1] == ["AlreadyReversed"] * 11


def test_one_expired_hold_is_released_once_whoever_comes(place, sound):
    ledger = sound()
    for n in range(6):
        who = named(f"holder {n}")
        commit(ledger, lambda a, w=who: (a.award(w, 100), a.hold(w, 80, seconds=1), a.hold(w, 20, seconds=1)))
        works = [lambda a, w=who: a.redeem(w, 30), lambda a, w=who: a.hold(w, 30), lambda a: a.sweep()] * 2
        later = NOW.replace(hour=3)
        answers = meet_at(place, ledger, ledger.passbook(who), works, now=later)
        assert sorted(names(answers)).count("PointsInsufficient") == 1
        assert commit(ledger, lambda a, w=who: a.figures(w), now=later).available == 10


def test_batches_over_the_same_accounts_in_any_order_never_deadlock(place, sound):
    ledger = sound(minted=10**6)
    people = [named(f"p{n}") for n in range(16)]
    commit(ledger, lambda a: a.awards(*(Award(f"first {n}", who, 1000) for n, who in enumerate(people))))
    chance = random.Random(5)
    before = deadlocks(place)
    for lap in range(3):
        orders = [chance.sample(people, len(people)) for _ in range(8)]

        def work(acts, order, lap=lap):
            mark = threading.get_ident()
            rows = []
            for n, who in enumerate(order):
                cause = f"{lap} {mark} {n}"
                rows.append(gift(acts, who, 3, cause) if n % 2 else spend(who, 3, cause))
            return post(acts.uow, acts.ledger.id, rows)

        answers = together(place, ledger, [lambda a, o=order, w=work: w(a, o) for order in orders])
        assert all(outcome.decline is None for outcomes in answers for outcome in outcomes)
    assert deadlocks(place) == before


def test_coordinators_racing_for_the_last_points_of_a_striped_budget_get_each_point_once(place, sound):
    ledger = sound(minted=200)
    works = [lambda a, n=n: a.award(named(f"c{n}"), 7) for n in range(50)]
    answers = together(place, ledger, works)
    assert sorted(set(names(answers))) == ["Outcome", "PointsInsufficient"], names(answers)
    assert names(answers).count("Outcome") == 200 // 7
    last = together(place, ledger, [lambda a, n=n: a.award(named(f"d{n}"), 4) for n in range(20)])
    assert names(last).count("Outcome") == 1
    assert commit(ledger, lambda a: a.trial())["sponsor_budget"] == 0


def test_coordinators_racing_for_the_last_points_of_an_allotment_get_each_point_once(place, sound):
    ledger = sound(minted=200, value_fen=0)
    station = commit(ledger, lambda a: a.allot(BORIS, 100))
    answers = together(place, ledger, [lambda a, n=n: a.award_allotted(station, named(f"e{n}"), 3) for n in range(50)])
    assert (names(answers).count("Outcome"), names(answers).count("PointsInsufficient")) == (33, 17)
    last = together(place, ledger, [lambda a, n=n: a.award_allotted(station, named(f"f{n}"), 1) for n in range(10)])
    assert names(last).count("Outcome") == 1
    assert commit(ledger, lambda a: a.trial())["allotment"] == 0


def assert_all_balanced(seen: list[dict[str, int]]) -> None:
    """Every trial balance that was read is whole, and no later one is older."""
    taken = [trial.get("merchant_points", 0) for trial in seen]
    assert taken == sorted(taken)
    for trial, points in zip(seen, taken, strict=True):
        assert trial["resident"] == 1000 - points
        assert trial.get("merchant_payable", 0) == points * 10
        assert sum(trial.values()) == 0


def test_whoever_reads_while_others_post_and_fold_sees_balanced_books(place, sound):
    ledger = sound()
    commit(ledger, lambda a: a.award(ANNA, 1000))
    stop = threading.Event()

    def buy(acts):
        return acts.redeem(ANNA, 1)

    def write(_):
        for _step in range(25):
            commit(ledger, buy)

    def fold(_):
        folded = 0
        while not stop.is_set():
            folded += commit(ledger, lambda a: a.fold(limit=3))
        return folded

    def read(_):
        seen = []
        while not stop.is_set():
            rows = commit(ledger, lambda a: queries.list_trial_balance(a.uow.session, a.ledger.id))
            seen.append({kind: balance for kind, _, balance, _ in rows})
        return seen

    runners = start(place, ledger, [write, write, write, fold, fold, read])
    finish(runners[:3])
    stop.set()
    folded_one, folded_other, seen = finish(runners)[3:]
    assert len(seen) > 3
    assert folded_one + folded_other > 3
    assert_all_balanced(seen)
    assert commit(ledger, lambda a: a.fold(limit=10_000)) >= 0
    assert commit(ledger, lambda a: a.trial())["merchant_points"] == 75


def test_a_frozen_passbook_spends_nothing_from_the_moment_it_is_frozen(place, sound):
    ledger = sound()
    commit(ledger, lambda a: a.award(ANNA, 1000))
    works = [lambda a: a.redeem(ANNA, 10)] * 8 + [lambda a: a.freeze(ANNA)] + [lambda a: a.redeem(ANNA, 10)] * 8
    answers = meet_at(place, ledger, ledger.passbook(ANNA), works)
    assert set(names(answers)) <= {"Outcome", "AccountFrozen", "bool"}
    with pytest.raises(errors.AccountFrozen):
        commit(ledger, lambda a: a.redeem(ANNA, 1))
