from datetime import date, timedelta

import pytest

from app.points import queries as points_queries
from app.points import service as points
from app.points.errors import FactChanged, FactDayOutOfRange, PointsInsufficient, RuleMissing
from app.points.service import close_month
from app.volunteers import service
from app.volunteers.service import Activity, Service
from tests.points.api import statements
from tests.points.ledger import ANNA, BORIS, named
from tests.points.programme import fact


@pytest.fixture
def award(acts):
    def give(resident_id=ANNA, rule="hours", activity="楼道清扫", day=None, uow=acts.uow, **done):
        return service.award_volunteer(
            uow,
            book=acts.book.code,
            service=Service(resident_id, **(done or {"minutes": 60})),
            activity=Activity(rule, activity, day or date(2026, 6, 15)),
        ).outcome

    return give


@pytest.fixture
def award_all(acts):
    def give(*services, rule="event", act=service.award_volunteers):
        return act(
            acts.uow, book=acts.book.code, activity=Activity(rule, "河道巡查", date(2026, 6, 15)), awards=services
        )

    return give


def test_a_service_is_paid_by_its_rule_and_in_the_passbook(acts, award):
    made = award(minutes=95).record
    assert acts.available(ANNA) == 15
    assert (made.points, made.performed_on, made.awarded_by) == (15, date(2026, 6, 15), acts.uow.actor.id)
    posted = points_queries.get_transaction(acts.uow.session, acts.ledger.id, made.transaction_id)
    assert (posted.code, posted.effective_at) == ("award", acts.uow.now)


def test_an_earlier_day_is_the_effective_day(acts, award):
    made = award(day=date(2026, 6, 1)).record
    posted = points_queries.get_transaction(acts.uow.session, acts.ledger.id, made.transaction_id)
    assert posted.effective_at.isoformat() == "2026-05-31T16:00:00+00:00"  # midnight in the district
    assert posted.recorded_at == acts.uow.now


def test_the_same_activity_on_the_same_day_pays_a_volunteer_once(acts, award):
    first, again = award(), award()
    assert (again.replayed, again.record.id) == (True, first.record.id)
    with pytest.raises(FactChanged):
        award(minutes=90)
    assert acts.available(ANNA) == 10
    award(day=date(2026, 6, 14))
    award(activity="河道巡查")
    award(BORIS)
    assert (acts.available(ANNA), acts.available(BORIS)) == (30, 10)


@pytest.mark.parametrize("told", [" 楼道清扫 ", "楼道 清扫", "楼道\u3000清扫"])
def test_spaces_in_its_name_make_no_other_activity(acts, award, told):
    first, again = award(), award(activity=told)
    assert (again.replayed, again.record.id) == (True, first.record.id)


@pytest.mark.parametrize(
    ("one", "other"), [("3号楼(北)", "３号楼（北）"), ("Stairs  of B2", "stairs of b2"), ("河道巡查 A", "河道巡查Ａ")]
)
def test_width_case_and_spacing_make_no_other_activity(award, one, other):
    assert (award(activity=one).replayed, award(activity=other).replayed) == (False, True)


@pytest.mark.parametrize(("one", "other"), [("1 2栋", "12栋"), ("清扫", "清扫2"), ("楼道-1", "楼道1")])
def test_what_may_be_another_activity_is_one(award, one, other):
    assert (award(activity=one).replayed, award(activity=other).replayed) == (False, False)


def test_an_earlier_day_in_a_closed_month_is_dated_after_it(acts, award):
    july = acts.on(date(2026, 7, 3))
    close_month(july.uow, book=acts.book.code, month=date(2026, 6, 1))
    made = award(day=date(2026, 6, 20), uow=july.uow).record
    posted = points_queries.get_transaction(acts.uow.session, acts.ledger.id, made.transaction_id)
    assert posted.effective_at.isoformat() == "2026-06-30T16:00:00+00:00"  # July begins in the district
    assert made.performed_on == date(2026, 6, 20)


def test_a_service_of_tomorrow_and_an_unknown_rule_are_refused(award):
    with pytest.raises(FactDayOutOfRange):
        award(day=date(2026, 6, 15) + timedelta(days=1))
    with pytest.raises(RuleMissing):
        award(rule="nobody.wrote.it")


def test_each_row_of_a_roster_is_decided_on_its_own(acts, award_all):
    spent = [9_600, *(10_000 for _ in range(9))]
    facts = [
        fact(rule="event", minutes=None, chosen_points=n, beneficiary_id=named(f"{i}")) for i, n in enumerate(spent)
    ]
    assert all(each.record for each in points.award(acts.uow, acts.ledger.book, facts=facts))
    batch = award_all(
        Service(ANNA, chosen_points=240),
        Service(BORIS, chosen_points=240),
        Service(named("c"), chosen_points=160),
    )
    assert [row.state for row in batch.items] == ["awarded", "declined", "awarded"]
    assert (batch.awarded, batch.declined, batch.points) == (2, 1, 400)
    refusal = batch.items[1].outcome.refusal
    assert isinstance(refusal, PointsInsufficient)
    assert refusal.params["available"] == 160
    assert (acts.available(ANNA), acts.available(BORIS)) == (240, 0)


def test_what_a_cap_cuts_is_said_row_by_row(award, award_all):
    batch = award_all(Service(ANNA, minutes=300), Service(BORIS, minutes=480), rule="hours")
    assert [row.outcome.record.points for row in batch.items] == [50, 60]
    later = award(activity="另一项", minutes=300).record
    assert (later.computed_points, later.points) == (50, 10)
    assert award(activity="第三项", minutes=300).record.points == 0


def test_a_preview_pays_nothing(acts, award_all):
    foreseen = award_all(Service(ANNA, chosen_points=7), act=service.preview_awards)
    assert (foreseen.awarded, foreseen.points, acts.available(ANNA)) == (1, 7, 0)


def test_a_thousand_awards_read_as_often_as_one(acts, award_all):
    award_all(Service(BORIS, chosen_points=1))
    with statements() as one:
        award_all(Service(ANNA, chosen_points=1))
    with statements() as thousand:
        batch = award_all(*(Service(named(f"volunteer {n}"), minutes=30, chosen_points=2) for n in range(1000)))
    assert batch.awarded == 1000
    assert len(thousand) <= len(one) + 3  # anti-fraud looks at 250 in each statement
    assert acts.available(named("volunteer 0")) == 2
