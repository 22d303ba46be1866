"""Anti-fraud decides on points for payments as it does on other awards: in time, once, and somebody lets them pass."""

from dataclasses import replace

import pytest
from sqlalchemy import select, text

from app.kernel.actor import Actor, Role
from app.mall import service
from app.mall.errors import EarnOfKin
from app.mall.terms import EarnState, Reason
from app.risk.models import Case, DecisionRow
from app.risk.terms import EventKind, Outcome
from tests.points.ledger import ANNA, named
from tests.risk.facts import Desk, rule

TREASURER = Actor(named("treasurer"), frozenset({Role.TREASURER}))


@pytest.fixture
def anna(story, live_in):
    """The account of Anna, who lives here, is on WeChat and wants points."""
    live_in()
    story.consent()
    return story.uow.session.scalar(text("SELECT person_id FROM identity_wechat_users"))


@pytest.fixture
def desk(acts):
    """Who gets more than 250 points in a day for payments of at least 100 yuan is stopped."""
    made = Desk(acts.uow, acts.book)
    many = 'mode == "mall" and order_fen >= 10000 and resident_points_1d + points > 250'
    kinds, defaults = frozenset({EventKind.AWARD}), {"resident_points_1d": 0}
    made.publish(rule("mall-much", many, score=60, kinds=kinds, defaults=defaults))
    return made


def decisions(acts):
    rows = acts.uow.session.scalars(select(DecisionRow).where(DecisionRow.book_id == acts.ledger.id))
    return sorted((row.kind, row.points, row.outcome, row.shop_id is not None) for row in rows)


def let_pass(story, number, actor=TREASURER):
    uow = replace(story.uow, actor=actor)
    service.retry_earn(uow, book=story.acts.book.code, earn_id=story.earn(number).id)
    story.work()


def test_attack_9_friends_who_pay_each_other_are_stopped_until_somebody_looked(story, acts, anna, desk, buy):
    story.pay(200, "4200001")
    late = buy(story, 100, "4200002")
    states = sorted((late.earn(n).state, late.earn(n).reason) for n in ("4200001", "4200002"))
    assert states == [(EarnState.AWARDED, None), (EarnState.REVIEW, Reason.STOPPED)]
    stopped = next(n for n in ("4200001", "4200002") if late.earn(n).state == EarnState.REVIEW)
    paid = acts.available(ANNA)
    assert {row[2:] for row in decisions(acts)} == {("approve", True), ("block_and_review", True)}
    assert acts.uow.session.scalar(select(Case.about_id)) == ANNA
    let_pass(late, stopped)
    assert (late.earn(stopped).state, late.earn(stopped).passed_by) == (EarnState.AWARDED, TREASURER.id)
    assert (paid < acts.available(ANNA), acts.available(ANNA)) == (True, 300)
    assert len(decisions(acts)) == 2  # decided once


def test_nobody_lets_his_own_pass(story, acts, anna, desk, buy):
    late = buy(story, 300)
    assert late.earn().reason == Reason.STOPPED
    with pytest.raises(EarnOfKin):
        let_pass(late, "4200001", replace(TREASURER, person_id=anna))


def test_what_is_declined_nobody_lets_pass(story, acts, anna, buy):
    Desk(acts.uow, acts.book).publish(rule("none", "points > 0", score=100, kinds=frozenset({EventKind.AWARD})))
    late = buy(story, 100)
    let_pass(late, "4200001")
    assert (late.earn().state, late.earn().reason, acts.available(ANNA)) == (EarnState.REVIEW, Reason.STOPPED, 0)
    service.refuse_earn(late.uow, book=acts.book.code, earn_id=late.earn().id)
    assert late.earn().state == EarnState.REFUSED


def test_what_came_back_no_longer_counts(story, acts, anna, desk, buy, give_back):
    late = buy(story, 200, "4200001")
    give_back(late, 20_000, "r1", number="4200001", of=200)
    story.at(days=1).pay(200, "4200002")
    story.at(days=1).work()
    story.at(days=8).work()
    assert story.earn("4200002").state == EarnState.AWARDED


def test_what_is_only_looked_at_is_paid(story, acts, anna, buy):
    Desk(acts.uow, acts.book).publish(rule("all", "points > 0", score=30, kinds=frozenset({EventKind.AWARD})))
    buy(story, 100)
    assert (decisions(acts), acts.available(ANNA)) == ([("award", 100, Outcome.REVIEW, True)], 100)
