"""Awards by rule at the same moment, with real commits: twins, caps, last points, a passbook that moves meanwhile."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import psycopg
from sqlalchemy import text

from app.kernel.actor import Actor, Role
from app.points import service as points
from app.points.service import AwardOutcome
from tests.fixtures.work import NOW
from tests.points.committed import commit
from tests.points.ledger import ANNA, BORIS, named
from tests.points.programme import Door, fact, publish, said
from tests.races.contest import PATIENCE, WAITING, finish, gate, start, together


def door(acts, actor=None) -> Door:
    return Door(replace(acts.uow, actor=actor or acts.uow.actor), acts.ledger)


def award(**changes):
    return lambda acts: door(acts).one(**changes)


def paid(ledger, who=ANNA) -> int:
    return commit(ledger, lambda acts: acts.available(who))


def register(ledger) -> int:
    return commit(ledger, lambda acts: door(acts).count())


def test_twins_of_one_fact_are_one_award_and_replays(place, sound):
    ledger = sound()
    commit(ledger, lambda acts: publish(acts.uow, ledger))
    for lap in range(3):
        answers = together(place, ledger, [award(subject=f"twin {lap}")] * 12)
        assert all(isinstance(answer, AwardOutcome) for answer in answers), answers
        assert sorted(answer.replayed for answer in answers) == [False] + [True] * 11
        assert len({answer.record.id for answer in answers}) == 1
        assert {answer.balance_after for answer in answers} == {15 * (lap + 1)}
    assert (paid(ledger), register(ledger)) == (45, 3)


def test_twins_with_other_content_are_one_award_and_refusals(place, sound):
    ledger = sound()
    commit(ledger, lambda acts: publish(acts.uow, ledger))
    works = [award(minutes=30 * n) for n in range(1, 9)]
    answers = together(place, ledger, works)
    assert sorted(said(answers), key=str)[1:] == ["FactChanged"] * 7
    assert paid(ledger) == next(answer.record.points for answer in answers if answer.record)


def test_twins_of_a_fact_that_pays_nothing_are_one_record(place, sound):
    ledger = sound()
    commit(ledger, lambda acts: publish(acts.uow, ledger))
    answers = together(place, ledger, [award(minutes=10)] * 12)
    assert sorted(answer.replayed for answer in answers) == [False] + [True] * 11
    assert (paid(ledger), register(ledger)) == (0, 1)


def test_batches_over_the_same_facts_in_any_order_pay_each_once(place, sound):
    ledger = sound()
    commit(ledger, lambda acts: publish(acts.uow, ledger, person_day_max=10_000))
    facts = [fact(subject=str(n), beneficiary_id=named(f"b{n}"), minutes=30 * (n % 3)) for n in range(40)]

    def work(turn):
        order = facts[turn:] + facts[:turn]
        return lambda acts: door(acts).award(*order[:: -1 if turn % 2 else 1])

    answers = together(place, ledger, [work(turn * 7) for turn in range(6)])
    assert all(outcome.record is not None for outcomes in answers for outcome in outcomes)
    assert sum(not outcome.replayed for outcomes in answers for outcome in outcomes) == 40
    assert register(ledger) == 40


def waiting(place, count):
    """Look until so many wait for a lock."""
    with psycopg.connect(place.database.superuser_url, autocommit=True) as eye:
        assert any(eye.execute(WAITING).fetchone()[0] >= count for _ in range(PATIENCE)), "they never met"


def test_a_fact_is_paid_once_when_its_rule_is_changed_between_two_that_tell_it(place, sound):
    """Both have looked in vain for what was paid, one by each version, and wait for the passbook."""
    ledger = sound()
    commit(ledger, lambda acts: (publish(acts.uow, ledger), acts.award(ANNA, 1)))
    with gate(place, ledger, ledger.passbook(ANNA)) as opener:
        runners = start(place, ledger, [award()])
        waiting(place, 1)
        commit(ledger, lambda acts: publish(acts.uow, ledger, cycle="month"))
        runners += start(place, ledger, [award()])
        waiting(place, 2)
        opener.commit()
        answers = finish(runners)
    assert len({answer.record.id for answer in answers}) == 1
    assert (paid(ledger), register(ledger)) == (16, 1)


def test_who_publishes_a_version_waits_for_awards_by_the_one_before(place, sound):
    ledger = sound()
    commit(ledger, lambda acts: publish(acts.uow, ledger))
    publishers = []

    def slow(acts):
        first = award()(acts)
        publishers.extend(start(place, ledger, [lambda other: publish(other.uow, ledger, cycle="month")]))
        waiting(place, 1)
        return first

    first = commit(ledger, slow)
    finish(publishers)
    again = commit(ledger, award())
    assert (again.replayed, again.record.id, again.record.rule_version) == (True, first.record.id, 1)
    assert paid(ledger) == 15


def test_the_cap_of_a_person_is_never_exceeded(place, sound):
    ledger = sound()
    commit(ledger, lambda acts: publish(acts.uow, ledger, person_month_max=100))
    answers = together(place, ledger, [award(subject=f"s{n}") for n in range(24)])
    assert sorted(said(answers)) == [0] * 17 + [10] + [15] * 6
    assert paid(ledger) == 100


def test_the_cap_of_a_household_is_never_exceeded_by_its_members(place, sound):
    ledger = sound()
    commit(ledger, lambda acts: publish(acts.uow, ledger, household_day_max=50, person_day_max=30))
    people, home = [named(f"h{n}") for n in range(8)], uuid4()
    commit(ledger, lambda acts: points.join_households(acts.uow, ledger.id, members=dict.fromkeys(people, home)))
    works = [award(subject=f"s{n}", beneficiary_id=people[n % 8]) for n in range(24)]
    answers = together(place, ledger, works)
    assert sum(said(answers)) == 50
    assert sum(paid(ledger, who) for who in people) == 50


def test_coordinators_racing_for_an_allotment_give_each_of_its_points_once(place, sound):
    ledger = sound(minted=200, value_fen=0)
    commit(ledger, lambda acts: publish(acts.uow, ledger, "chosen", "chosen"))
    coordinators = [Actor(id=uuid4(), roles=frozenset({Role.COORDINATOR})) for _ in range(50)]
    allotment = uuid4()

    def hand_over(acts):
        points.allot_points(
            acts.uow, ledger.id, cause="allot", budget_id=ledger.budget_id, allotment_id=allotment, points=100
        )
        values = {"book": ledger.id, "id": allotment, "budget": ledger.budget_id, "from": date(2026, 6, 1)}
        acts.uow.session.execute(
            text(
                "INSERT INTO points_allotments (book_id, id, budget_id, holder_kind, holder_id, period_from, period_to,"
                " points, allotted_by, allotted_at, state)"
                " VALUES (:book, :id, :budget, 'team', :id, :from, '2026-06-30', 100, :id, '2026-06-01Z', 'open')"
            ),
            values,
        )
        for coordinator in coordinators:
            acts.uow.session.execute(
                text("INSERT INTO points_allotment_spenders VALUES (:book, :id, :who)"),
                values | {"who": coordinator.id},
            )

    commit(ledger, hand_over)

    def work(n, chosen, lap):
        asked = {"rule": "chosen", "chosen_points": chosen, "allotment_id": allotment}
        return lambda acts: door(acts, coordinators[n]).one(
            beneficiary_id=named(f"{lap} {n}"), subject=str(n), minutes=None, **asked
        )

    answers = together(place, ledger, [work(n, 3, "first") for n in range(50)])
    assert (said(answers).count(3), said(answers).count("PointsInsufficient")) == (33, 17)
    last = together(place, ledger, [work(n, 1, "last") for n in range(50)])
    assert (said(last).count(1), said(last).count("PointsInsufficient")) == (1, 49)
    assert commit(ledger, lambda acts: acts.trial())["allotment"] == 0


def test_an_award_is_undone_once_whoever_asks(place, sound):
    ledger = sound()
    commit(ledger, lambda acts: publish(acts.uow, ledger))
    for lap in range(3):
        record = commit(ledger, award(subject=f"wrong {lap}")).record

        def undo(acts, id_=record.id):
            return points.undo_award(acts.uow, acts.ledger.book, award_id=id_, reason="wrong")

        answers = together(place, ledger, [undo, lambda acts: acts.redeem(ANNA, 5)] * 6)
        undone = answers[::2]
        assert sorted(outcome.replayed for outcome in undone) == [False] + [True] * 5
        assert len({outcome.subject_id for outcome in undone}) == 1
    assert paid(ledger) == 0


def test_an_award_meets_the_merging_of_its_passbook_and_follows_it(place, sound):
    """The award has read that Boris's passbook is open, and waits for it; meanwhile it goes into Anna's."""
    ledger = sound()
    commit(ledger, lambda acts: (publish(acts.uow, ledger), acts.award(BORIS, 1)))
    with (
        gate(place, ledger, ledger.passbook(BORIS)) as mover,
        psycopg.connect(place.database.superuser_url, autocommit=True) as eye,
    ):
        runners = start(place, ledger, [award(beneficiary_id=BORIS)])
        for _ in range(PATIENCE):
            if eye.execute(WAITING).fetchone()[0] == 1:
                break
        else:
            raise AssertionError("the award never came to the passbook")
        mover.execute(
            "INSERT INTO points_successors VALUES (%s, %s, %s, 'merge', %s, NULL, %s)",
            [ledger.id, BORIS, ANNA, uuid4(), NOW],
        )
        mover.commit()
        (answer,) = finish(runners)
    assert (answer.record.passbook_id, answer.record.beneficiary_id) == (ANNA, BORIS)
    assert (paid(ledger, ANNA), paid(ledger, BORIS)) == (15, 1)
