from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.points import queries as points_queries
from app.points.errors import BudgetMissing, PointsInsufficient
from app.points.service import close_month
from app.volunteers import service
from app.volunteers.errors import DayOutOfRange
from app.volunteers.rules import Service
from tests.points.api import statements
from tests.points.ledger import ANNA, BORIS, named, open_ledger


@pytest.fixture
def award(acts):
    def give(resident_id=ANNA, points=20, uow=acts.uow, **changes):
        wanted = {"activity": "楼道清扫", "minutes": 60, "performed_on": None, "budget_id": acts.ledger.budget_id}
        return service.award_volunteer(
            uow, book=acts.book.code, resident_id=resident_id, points=points, **(wanted | changes)
        )

    return give


@pytest.fixture
def award_all(acts):
    def give(*services, performed_on=None):
        return service.award_volunteers(
            acts.uow,
            book=acts.book.code,
            budget_id=acts.ledger.budget_id,
            activity="河道巡查",
            performed_on=performed_on,
            awards=services,
        )

    return give


def test_an_award_is_in_the_passbook_and_says_what_for(acts, award):
    made = award(points=20)
    assert acts.available(ANNA) == 20
    assert (made.points, made.performed_on, made.coordinator_id) == (20, date(2026, 6, 15), acts.uow.actor.id)
    posted = points_queries.get_transaction(acts.uow.session, acts.ledger.id, made.transaction_id)
    assert (posted.code, posted.evidence) == ("award", f"award:{made.id}")
    assert posted.effective_at == acts.uow.now


def test_an_earlier_day_is_the_effective_day(acts, award):
    made = award(performed_on=date(2026, 6, 1))
    posted = points_queries.get_transaction(acts.uow.session, acts.ledger.id, made.transaction_id)
    assert posted.effective_at.isoformat() == "2026-05-31T16:00:00+00:00"  # midnight in the district
    assert posted.recorded_at == acts.uow.now


def test_an_earlier_day_in_a_closed_month_is_dated_after_it(acts, award):
    july = acts.on(date(2026, 7, 3))
    close_month(july.uow, book=acts.book.code, month=date(2026, 6, 1))
    made = award(performed_on=date(2026, 6, 20), uow=july.uow)
    posted = points_queries.get_transaction(acts.uow.session, acts.ledger.id, made.transaction_id)
    assert posted.effective_at.isoformat() == "2026-06-30T16:00:00+00:00"  # July begins in the district
    assert made.performed_on == date(2026, 6, 20)


def test_a_service_of_tomorrow_is_refused(acts, award):
    with pytest.raises(DayOutOfRange):
        award(performed_on=date(2026, 6, 16))
    assert award(performed_on=date(2026, 6, 16), uow=replace(acts.uow, now=acts.uow.now + timedelta(hours=14)))


def test_a_budget_of_another_book_is_missing(acts, award):
    foreign = open_ledger(acts.uow)
    with pytest.raises(BudgetMissing):
        award(budget_id=foreign.budget_id)


def test_a_budget_that_ran_dry_pays_nobody(acts, award):
    with pytest.raises(PointsInsufficient) as caught:
        award(points=100_001)
    assert caught.value.params["available"] == 100_000
    assert service.list_awards(acts.uow, book=acts.book.code, limit=10, cursor=None).items == []


def test_each_row_of_a_roster_is_decided_on_its_own(acts, award_all):
    batch = award_all(Service(ANNA, 60_000, 30), Service(BORIS, 60_000), Service(BORIS, 40_000, 90))
    assert [row.state for row in batch.items] == ["awarded", "declined", "awarded"]
    assert (batch.awarded, batch.declined) == (2, 1)
    refusal = batch.items[1].refusal
    assert isinstance(refusal, PointsInsufficient)
    assert refusal.params["available"] == 40_000
    assert (acts.available(ANNA), acts.available(BORIS)) == (60_000, 40_000)
    acts.uow.session.flush()
    kept = service.list_awards(acts.uow, book=acts.book.code, limit=10, cursor=None).items
    assert [(made.resident_id, made.points, made.minutes) for made in kept] == [
        (BORIS, 40_000, 90),
        (ANNA, 60_000, 30),
    ]


def test_a_thousand_awards_read_as_often_as_one(acts, award_all):
    with statements() as one:
        award_all(Service(ANNA, 1))
        acts.uow.session.flush()
    with statements() as thousand:
        batch = award_all(*(Service(named(f"volunteer {n % 57}"), 2, 30) for n in range(1000)))
        acts.uow.session.flush()
    assert batch.awarded == 1000
    assert len(thousand) <= len(one)
    assert acts.available(named("volunteer 0")) == 2 * 18


def test_awards_are_listed_newest_first(acts, award):
    made = [award(points=n).id for n in range(1, 8)]
    acts.uow.session.flush()
    first = service.list_awards(acts.uow, book=acts.book.code, limit=5, cursor=None)
    second = service.list_awards(acts.uow, book=acts.book.code, limit=5, cursor=first.next_cursor)
    assert [found.id for found in [*first.items, *second.items]] == made[::-1]
    assert second.next_cursor is None
