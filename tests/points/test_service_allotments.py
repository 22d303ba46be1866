"""Allotments: handed over, added to, closed early or when their period is over."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from psycopg import errors as pg
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.kernel.actor import Actor, Role
from app.points import errors, queries
from app.points import service as points
from app.points.models import Allotment
from app.points.service import allotments, returns
from app.points.terms import POINTS_MAX, SPENDERS_MAX, HolderKind, OwnerKind
from tests.points.api import statements
from tests.points.ledger import ANNA, BORIS, Acts, named, open_ledger

STATION, TEAM, POST = named("station"), named("team"), named("post")
TODAY = date(2026, 6, 15)


def allot(acts, amount=100, **other):
    """An allotment to a station from today to the end of the month."""
    asked = {
        "book": acts.book.code,
        "budget_id": acts.ledger.budget_id,
        "holder_kind": HolderKind.STATION,
        "holder_id": STATION,
        "period_from": TODAY,
        "period_to": date(2026, 6, 30),
        "points": amount,
        "spender_ids": (),
    }
    return points.allot(acts.uow, **(asked | other))


@pytest.fixture
def holders(acts):
    """A station, a team and a coordinator's post."""
    for owner, kind in ((STATION, OwnerKind.STATION), (TEAM, OwnerKind.TEAM), (POST, OwnerKind.COORDINATOR)):
        points.name_owner(acts.uow, acts.ledger.id, owner_id=owner, kind=kind, name=kind.value)


def entries(acts, code):
    """(kind, owner, amount) of the legs of all transactions of a code, budgets' stripes taken together."""
    rows = acts.uow.session.execute(
        text(
            "SELECT a.kind, a.owner_id, sum(e.amount) FROM points_transactions t"
            " JOIN points_entries e ON e.book_id = t.book_id AND e.transaction_id = t.id"
            " JOIN points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id"
            " WHERE t.book_id = :book AND t.code = :code GROUP BY 1, 2 ORDER BY 1, 2"
        ),
        {"book": acts.ledger.id, "code": code},
    )
    return [(kind, owner, int(amount)) for kind, owner, amount in rows]


# --- handing over


def test_points_go_from_the_budget_to_an_account_of_the_allotment(acts, holders):
    made = allot(acts, 100, spender_ids=[ANNA, BORIS, ANNA])
    assert (made.line.points_left, made.line.holder_name, made.line.budget_name) == (100, "station", "Budget")
    assert set(made.spender_ids) == {ANNA, BORIS}
    id_ = made.line.allotment.id
    assert entries(acts, "allot") == [("allotment", id_, 100), ("sponsor_budget", acts.ledger.budget_id, -100)]
    assert acts.trial()["budget_reserve"] == 1_000_000  # the money stays where it was


def test_a_holder_has_several_allotments_that_do_not_mix(acts, holders):
    first, second = (allot(acts, n).line.allotment.id for n in (30, 40))
    acts.award_allotted(first, ANNA, 10)
    assert (acts.left_in(first), acts.left_in(second)) == (20, 40)


@pytest.mark.parametrize("amount", [1, 15, 99, 100])
def test_the_points_come_from_whatever_stripes_have_them(uow, amount):
    acts = Acts(uow, open_ledger(uow, minted=100))
    allotment = acts.allot(STATION, amount)
    assert acts.left_in(allotment) == amount
    assert acts.trial().get("sponsor_budget", 0) == 100 - amount


def test_more_than_the_budget_has_is_refused_and_leaves_nothing(uow):
    acts = Acts(uow, open_ledger(uow, minted=100))
    with pytest.raises(errors.BudgetInsufficient) as refused, uow.session.begin_nested():
        acts.allot(STATION, 101)
    assert refused.value.params == {"available": 100, "requested": 101}
    uow.session.expunge_all()
    assert queries.list_allotments(uow.session, acts.ledger.id, holder_id=None, state=None, before=None, limit=9) == []
    assert "allotment" not in acts.trial()


def test_a_coordinator_may_award_from_what_was_handed_to_the_post(acts, holders):
    made = allot(acts, holder_kind=HolderKind.COORDINATOR, holder_id=POST, spender_ids=[ANNA])
    assert set(made.spender_ids) == {POST, ANNA}


@pytest.mark.parametrize(
    ("kind", "holder"),
    [(HolderKind.STATION, named("nobody")), (HolderKind.TEAM, STATION), (HolderKind.COORDINATOR, TEAM)],
)
def test_the_holder_must_be_known_as_what_it_is(acts, holders, kind, holder):
    with pytest.raises(errors.HolderMissing):
        allot(acts, holder_kind=kind, holder_id=holder)


def test_a_period_ends_after_it_begins_and_not_before_today(acts, holders):
    with pytest.raises(errors.PeriodReversed):
        allot(acts, period_from=date(2026, 7, 2), period_to=date(2026, 7, 1))
    with pytest.raises(errors.PeriodPast):
        allot(acts, period_from=date(2026, 6, 1), period_to=date(2026, 6, 14))
    assert allot(acts, period_from=TODAY, period_to=TODAY).line.points_left == 100


def test_the_budget_of_another_book_is_missing(acts, uow, holders):
    other = open_ledger(uow)
    with pytest.raises(errors.BudgetMissing):
        allot(acts, budget_id=other.budget_id)
    there = Acts(uow, other).allot(STATION, 5)
    for act in (
        lambda: points.add_allotment_points(uow, book=acts.book.code, allotment_id=there, points=1),
        lambda: allotments.add_spenders(uow, book=acts.book.code, allotment_id=there, person_ids=[ANNA]),
        lambda: allotments.show_allotment(uow, book=acts.book.code, allotment_id=there),
        lambda: points.close_allotment(uow, book=acts.book.code, allotment_id=there),
    ):
        with pytest.raises(errors.AllotmentMissing):
            act()


# --- while it is open


def test_more_points_go_to_the_same_allotment(acts, holders):
    id_ = allot(acts, 100).line.allotment.id
    acts.award_allotted(id_, ANNA, 60)
    more = points.add_allotment_points(acts.uow, book=acts.book.code, allotment_id=id_, points=25)
    assert (more.line.allotment.points, more.line.points_left) == (125, 65)


def test_an_allotment_holds_what_one_posting_can_return(acts, holders):
    id_ = allot(acts, 100).line.allotment.id
    with pytest.raises(errors.AllotmentTooLarge) as refused:
        points.add_allotment_points(acts.uow, book=acts.book.code, allotment_id=id_, points=POINTS_MAX - 99)
    assert refused.value.params == {"points": 100, "points_max": POINTS_MAX}


def test_people_are_let_in_and_out(acts, holders):
    id_ = allot(acts, spender_ids=[ANNA]).line.allotment.id
    asked = {"book": acts.book.code, "allotment_id": id_}
    more = allotments.add_spenders(acts.uow, **asked, person_ids=[ANNA, BORIS])
    assert set(more.spender_ids) == {ANNA, BORIS}
    less = allotments.remove_spenders(acts.uow, **asked, person_ids=[ANNA, named("stranger")])
    assert list(less.spender_ids) == [BORIS]


def test_there_is_an_end_to_the_people(acts, holders):
    crowd = [named(f"p{n}") for n in range(SPENDERS_MAX + 1)]
    with pytest.raises(errors.SpendersTooMany) as refused:
        allot(acts, spender_ids=crowd)
    assert refused.value.field == "spender_ids"
    id_ = allot(acts, spender_ids=crowd[:-1]).line.allotment.id
    with pytest.raises(errors.SpendersTooMany):
        allotments.add_spenders(acts.uow, book=acts.book.code, allotment_id=id_, person_ids=crowd[-1:])


def test_only_overseers_and_spenders_see_an_allotment(acts, holders):
    id_ = allot(acts, spender_ids=[ANNA]).line.allotment.id

    def seen_by(person, *roles):
        uow = replace(acts.uow, actor=Actor(id=person, roles=frozenset(roles)))
        return allotments.show_allotment(uow, book=acts.book.code, allotment_id=id_).line.points_left

    assert seen_by(ANNA, Role.COORDINATOR) == seen_by(BORIS, Role.AUDITOR) == seen_by(BORIS, Role.TREASURER) == 100
    with pytest.raises(errors.AllotmentMissing):
        seen_by(BORIS, Role.COORDINATOR)


# --- closing


def test_closing_returns_exactly_what_is_left(acts, holders):
    id_ = allot(acts, 100).line.allotment.id
    acts.award_allotted(id_, ANNA, 30)
    assert acts.close_allotment(id_) == 70
    assert entries(acts, "allot_return") == [("allotment", id_, -70), ("sponsor_budget", acts.ledger.budget_id, 70)]
    assert acts.trial()["allotment"] == 0
    with pytest.raises(errors.AllotmentClosed):
        acts.close_allotment(id_)
    with pytest.raises(errors.PointsInsufficient):
        acts.award_allotted(id_, ANNA, 1)


def test_an_empty_allotment_closes_without_a_transaction(acts, holders):
    id_ = allot(acts, 7).line.allotment.id
    acts.award_allotted(id_, ANNA, 7)
    assert acts.close_allotment(id_) == 0
    assert entries(acts, "allot_return") == []


def test_what_is_closed_stays_as_it_is(acts, holders):
    id_ = allot(acts, 7, spender_ids=[ANNA]).line.allotment.id
    acts.close_allotment(id_)
    asked = {"book": acts.book.code, "allotment_id": id_}
    for act in (
        lambda: points.add_allotment_points(acts.uow, **asked, points=1),
        lambda: allotments.add_spenders(acts.uow, **asked, person_ids=[BORIS]),
        lambda: allotments.remove_spenders(acts.uow, **asked, person_ids=[ANNA]),
    ):
        with pytest.raises(errors.AllotmentClosed):
            act()


def test_the_last_day_is_the_districts_own(acts, holders):
    """The period to 30 June ends at midnight in Shanghai, which is 16:00 in UTC."""
    id_ = allot(acts, 7).line.allotment.id
    noon = acts.on(date(2026, 6, 30))
    noon.later(hours=11, minutes=59).close_due_allotments()
    assert acts.left_in(id_) == 7
    after = noon.later(hours=12)
    with pytest.raises(errors.AllotmentOver):
        points.add_allotment_points(after.uow, book=acts.book.code, allotment_id=id_, points=1)
    with pytest.raises(errors.AllotmentOver):
        allotments.add_spenders(after.uow, book=acts.book.code, allotment_id=id_, person_ids=[ANNA])
    after.close_due_allotments()
    assert acts.left_in(id_) == 0


def test_the_job_closes_many_in_steps_and_a_step_that_is_lost_is_done_again(acts, holders, monkeypatch):
    monkeypatch.setattr(returns, "CLOSED_PER_STEP", 3)
    ids = [allot(acts, n + 1).line.allotment.id for n in range(8)]
    later = allot(acts, 50, period_to=date(2026, 7, 31)).line.allotment.id
    acts.award_allotted(ids[0], ANNA, 1)
    night = acts.on(date(2026, 7, 1))
    nested = acts.uow.session.begin_nested()
    assert points.close_allotments_step(night.uow, acts.book.code, None)
    nested.rollback()  # the worker died before it could commit
    steps = 0
    while points.close_allotments_step(night.uow, acts.book.code, None):
        steps += 1
    assert steps == 3
    rows = queries.list_allotments(acts.uow.session, acts.ledger.id, holder_id=None, state=None, before=None, limit=99)
    acts.uow.session.expire_all()
    returned = {row.id: row.returned_points for row in rows}
    assert returned == {id_: n + 1 for n, id_ in enumerate(ids)} | {ids[0]: 0, later: None}
    assert acts.trial()["allotment"] == 50
    assert points.close_allotments_step(night.uow, acts.book.code, None) is None


def test_a_step_takes_the_same_number_of_statements_for_one_and_for_many(acts, holders):
    counts = []
    for many in (1, 40):
        for n in range(many):
            allot(acts, n + 1)
        with statements() as run:
            assert points.close_allotments_step(acts.on(date(2026, 7, 1)).uow, acts.book.code, None)
        counts.append(len(run))
    assert counts[0] == counts[1]


def test_points_that_come_back_to_a_closed_allotment_follow_the_others(acts, holders):
    """An award is undone after its allotment was closed: the ledger gives the points back where they came from."""
    id_ = allot(acts, 20).line.allotment.id
    wrong = acts.award_allotted(id_, ANNA, 12).subject_id
    acts.close_allotment(id_)
    acts.reverse(wrong)
    assert acts.left_in(id_) == 12
    acts.close_due_allotments()
    assert acts.left_in(id_) == 0
    closed = queries.get_allotment(acts.uow.session, acts.ledger.id, id_)
    assert (closed.returned_points, acts.trial()["sponsor_budget"]) == (20, 100_000)


# --- what the database refuses


CHANGES = {
    "reopens": "state = 'open', closed_by = NULL, closed_at = NULL, returned_points = NULL",
    "changes its budget": "budget_id = gen_random_uuid()",
    "changes its period": "period_to = period_to + 1",
    "changes its holder": "holder_id = gen_random_uuid()",
    "takes points back": "points = points - 1",
    "returns less": "returned_points = returned_points - 1",
    "is closed again": "closed_at = now()",
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_an_allotment_that(acts, holders, change):
    id_ = allot(acts, 20).line.allotment.id
    acts.close_allotment(id_)
    statement = text(f"UPDATE points_allotments SET {CHANGES[change]} WHERE id = :id")
    with pytest.raises(DBAPIError) as refused, acts.uow.session.begin_nested():
        acts.uow.session.execute(statement, {"id": id_})
    granted = {"reopens", "takes points back", "returns less", "is closed again"}
    stopped_by = pg.RestrictViolation if change in granted else pg.InsufficientPrivilege
    assert isinstance(refused.value.orig, stopped_by)


@pytest.mark.parametrize(
    "wrong",
    [
        {"period_from": date(2026, 7, 2), "period_to": date(2026, 7, 1)},
        {"points": 0},
        {"points": POINTS_MAX + 1},
        {"state": "closed"},
        {"holder_kind": "shop"},
        {"budget_id": uuid4()},
    ],
)
def test_the_database_refuses_a_row_that_cannot_be(acts, wrong):
    right = {
        "book_id": acts.ledger.id,
        "id": uuid4(),
        "budget_id": acts.ledger.budget_id,
        "holder_kind": "station",
        "holder_id": STATION,
        "period_from": TODAY,
        "period_to": TODAY + timedelta(days=1),
        "points": 1,
        "allotted_by": ANNA,
        "allotted_at": acts.uow.now,
        "state": "open",
    }
    with pytest.raises(IntegrityError), acts.uow.session.begin_nested():
        acts.uow.session.execute(insert(Allotment).values(right | wrong))
