"""What a rule would have paid: the past played again by the very code that pays."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from app.points import errors, queries
from app.points import service as points
from app.points.rules.definitions import RuleDefinition
from app.points.rules.dry_runs import Period
from app.points.service import dry_runs
from tests.points.ledger import ANNA, BORIS, named
from tests.points.programme import TODAY, TREASURER, Door, fact

JUNE = Period(date(2026, 6, 1), date(2026, 6, 30))


@pytest.fixture
def door(uow, acts):
    made = Door(uow, acts.ledger)
    made.publish()
    return made


def run(door, *, period=JUNE, version=None, rule="hours", facts_of=("hours",), limit=50, cursor=None, **definition):
    values = {"budget_id": door.ledger.budget_id, "points_max": 500} | definition
    return dry_runs.dry_run_rule(
        replace(door.uow, actor=TREASURER),
        book=door.ledger.book.code,
        rule=rule,
        version=version,
        definition=RuleDefinition(**values) if definition else None,
        facts_of=facts_of,
        period=period,
        limit=limit,
        cursor=cursor,
    )


def totals(report):
    return {person.passbook_id: (person.facts, person.paid, person.would_pay) for person in report.people.items}


def test_another_formula_on_what_was_done(door):
    door.award(fact(), fact(beneficiary_id=BORIS, minutes=60), fact(subject="2", minutes=30))
    report = run(door, formula="minutes // 10")
    assert (report.run.facts, report.run.paid, report.run.would_pay) == (3, 30, 18)
    assert totals(report) == {ANNA: (2, 20, 12), BORIS: (1, 10, 6)}
    assert door.count() == 3


def test_the_version_that_paid_would_have_paid_the_same(door):
    home = uuid4()
    points.join_households(door.uow, door.ledger.id, members={ANNA: home, BORIS: home})
    door.publish(
        "busy",
        "min(30, 5 * streak) + minutes // 30",
        cycle="day",
        person_day_max=18,
        person_month_max=120,
        household_day_max=30,
        household_month_max=200,
    )
    people = [ANNA, BORIS, named("dora")]
    for n in range(24, -1, -1):
        facts = [
            fact(
                rule="busy",
                subject=str(k),
                beneficiary_id=people[(n + k) % 3],
                minutes=17 * (n + k) % 300,
                performed_on=TODAY - timedelta(n),
            )
            for k in range(n % 4)
        ]
        if facts:
            door.award(*facts)
    whole = run(door, rule="busy", version=1, facts_of=["busy"], period=Period(date(2026, 5, 1), TODAY))
    part = run(door, rule="busy", version=1, facts_of=["busy"], period=Period(date(2026, 5, 28), date(2026, 6, 9)))
    for report in (whole, part):
        assert report.run.facts > 5
        assert report.run.would_pay == report.run.paid > 0
        assert all(person.would_pay == person.paid for person in report.people.items)


def test_what_was_told_late_is_played_when_it_was_told(door):
    """So the version that paid is found to have paid what it did."""
    door.publish("weekly", "8 + streak", cycle="week", person_month_max=40)
    for n, week in enumerate((3, 1, 2, 4, 0)):
        door.award(fact(rule="weekly", subject=str(n), performed_on=date(2026, 5, 11) + timedelta(7 * week)))
    report = run(door, rule="weekly", version=1, facts_of=["weekly"], period=Period(date(2026, 5, 1), TODAY))
    assert (report.run.facts, report.run.paid) == (5, 9 + 9 + 10 + 12 + 9)
    assert report.run.would_pay == report.run.paid


def test_caps_bind_in_a_dry_run_also_by_what_lay_before_the_period(door):
    door.award(*[fact(subject=str(n), performed_on=date(2026, 6, 1 + n)) for n in range(6)])
    report = run(door, formula="minutes // 30 * 5", person_month_max=50, period=Period(date(2026, 6, 3), TODAY))
    assert (report.run.facts, report.run.paid, report.run.would_pay) == (4, 60, 20)


def test_facts_of_several_rules_and_what_the_new_one_cannot_decide(door):
    door.publish("chosen", "chosen", points_max=30)
    door.publish("other", "7")
    door.award(fact(), fact(rule="chosen", chosen_points=20, minutes=None), fact(rule="other", subject="o"))
    report = run(door, rule="new", facts_of=["hours", "chosen"], formula="minutes // 45 * 4")
    assert (report.run.facts, report.run.paid, report.run.would_pay, report.run.undecided) == (2, 35, 8, 1)


def test_a_longer_cycle_pays_the_same_subject_once(door):
    door.publish("daily", "5", cycle="day")
    door.award(*[fact(rule="daily", performed_on=TODAY - timedelta(n)) for n in range(4)])
    report = run(door, rule="daily", facts_of=["daily"], formula="9", cycle="month")
    assert (report.run.facts, report.run.paid, report.run.would_pay, report.run.repeated) == (4, 20, 9, 3)


def test_awards_that_were_undone_are_left_out(door, acts):
    first, _ = door.award(fact(), fact(subject="2"))
    acts.reverse(first.record.transaction_id)
    report = run(door, formula="1")
    assert (report.run.facts, report.run.paid, report.run.would_pay) == (1, 15, 1)


def test_people_come_page_by_page(door):
    people = sorted(named(f"d{n}") for n in range(5))
    door.award(*[fact(beneficiary_id=who) for who in people])
    seen, cursor = [], None
    while True:
        report = run(door, formula="2", limit=2, cursor=cursor)
        assert report.run.would_pay == 10
        seen += [person.passbook_id for person in report.people.items]
        if (cursor := report.people.next_cursor) is None:
            break
    assert seen == people


def test_what_is_refused(door, monkeypatch):
    door.award(fact(), fact(subject="2"))
    with pytest.raises(errors.DryRunUnclear):
        run(door)
    with pytest.raises(errors.DryRunUnclear):
        run(door, version=1, formula="1")
    with pytest.raises(errors.RuleVersionMissing):
        run(door, version=9)
    with pytest.raises(errors.PeriodReversed):
        run(door, version=1, period=Period(TODAY, TODAY - timedelta(1)))
    with pytest.raises(errors.FormulaNegative):
        run(door, formula="minutes - 1")
    monkeypatch.setattr(dry_runs, "DRY_RUN_FACTS_MAX", 1)
    with pytest.raises(errors.DryRunTooWide):
        run(door, version=1)


def test_counting_stops_where_it_is_too_many(door):
    door.award(*[fact(subject=str(n)) for n in range(5)])
    session, book = door.uow.session, door.ledger.id
    assert queries.count_past_facts(session, book, ["hours"], first=TODAY, last=TODAY, most=2) == 3
    assert queries.count_past_facts(session, book, ["hours"], first=TODAY, last=TODAY, most=50) == 5
