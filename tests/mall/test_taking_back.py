"""What a refund takes of points that were paid: their part, from their lot; and what becomes of what was spent."""

import pytest
from sqlalchemy import select

from app.kernel.actor import Role
from app.mall.terms import EarnState, RefundState
from app.points import queries
from app.points import service as points
from app.points.models import Lot
from app.points.service import rulebook
from app.points.service.audit import audit_snapshot
from tests.points.ledger import ANNA
from tests.points.programme import publish


@pytest.fixture
def anna(story, live_in):
    """Anna lives here, is on WeChat and wants points."""
    live_in()
    story.consent()


def owed(acts, who=ANNA):
    return points.show_passbook(acts.uow, book=acts.book.code, owner_id=who).owed


def lots(acts):
    wanted = select(Lot.expires_on, Lot.points_left).where(Lot.account_id == acts.ledger.passbook(ANNA))
    return [tuple(row) for row in acts.uow.session.execute(wanted.where(Lot.points_left > 0))]


def assert_audited(acts):
    acts.uow.session.flush()
    assert audit_snapshot([acts.uow.session.connection()]).counts == {}


def test_attack_23_giving_back_a_fen_at_a_time_brings_no_new_points(story, acts, anna, buy, give_back):
    late = buy(story, 100)
    late.acts.redeem(ANNA, 100)
    for n in range(12):
        give_back(late, 1, f"r{n}")
        assert late.acts.available(ANNA) == 0
    assert (story.earn().points, owed(acts)) == (99, 1)
    for n in range(4):
        give_back(late, 100, f"s{n}")
    assert (story.earn().points, owed(acts), late.acts.available(ANNA)) == (95, 5, 0)
    assert_audited(acts)


def test_attack_23_earning_spending_and_giving_back_in_a_loop_ends_with_the_debt(story, acts, anna, buy, give_back):
    spent = 0
    for n in range(4):
        late = buy(story.at(days=20 * n), 300, f"42{n}")
        have = late.acts.available(ANNA)
        spent += late.acts.redeem(ANNA, have).points if have else 0
        give_back(late, 30_000, f"r{n}", number=f"42{n}", of=300)
        assert (story.earn(f"42{n}").state, acts.available(ANNA)) == (EarnState.REFUNDED, 0)
        assert owed(acts) == 300
    assert spent == 300
    assert_audited(acts)


def test_attack_24_giving_a_little_back_does_not_make_points_live_longer(story, acts, anna, buy, give_back):
    late = buy(story, 100).at(days=31)
    [(day, _)] = lots(acts)
    give_back(late, 100, "r1")
    assert lots(acts) == [(day, 99)]


def test_what_is_kept_goes_by_the_version_that_paid_and_is_never_more(story, acts, anna, buy, give_back):
    late = buy(story, 100)
    publish(late.uow, acts.ledger, "mall", "events * 3", points_max=500)
    give_back(late, 100, "r1")
    assert acts.available(ANNA) == 99
    publish(late.uow, acts.ledger, "mall", "events // 10", points_max=500)
    give_back(late, 100, "r2")
    assert (acts.available(ANNA), story.earn().points) == (98, 98)


def test_a_rule_with_a_least_sum_keeps_it(story, acts, anna, buy, give_back):
    publish(story.uow, acts.ledger, "mall", "50 if events >= 100 else 0", points_max=500)
    late = buy(story, 100)
    assert acts.available(ANNA) == 50
    give_back(late, 100, "r1")
    assert (acts.available(ANNA), story.earn().points) == (0, 0)


def test_a_rule_that_was_withdrawn_and_a_payment_of_last_year_change_nothing(story, acts, anna, buy, give_back):
    late = buy(story, 100)
    rulebook.withdraw_rule(late.uow, book=acts.book.code, code="mall")
    give_back(late.at(days=370), 100, "r1")
    assert (story.earn().state, story.earn().points, acts.available(ANNA)) == (EarnState.AWARDED, 99, 99)
    assert late.kept("r1").state == RefundState.TAKEN


def test_of_what_had_come_back_before_the_part_is_that_of_the_rest(story, acts, anna, tell, give_back):
    story.pay(100)
    give_back(story, 4_000, "r1")
    story.at(days=7).work()
    assert acts.available(ANNA) == 60
    give_back(story.at(days=8), 3_000, "r2")
    assert (acts.available(ANNA), story.earn().points) == (30, 30)


def test_what_expired_of_it_nobody_owes(story, acts, anna, buy, give_back):
    late = buy(story, 100)
    late.acts.redeem(ANNA, 40)
    after = late.at(days=800)
    after.acts.expire()
    give_back(after, 5_000, "r1")
    assert owed(acts) == 0
    give_back(after, 5_000, "r2")
    assert owed(acts) == 40
    assert_audited(acts)


def test_an_award_is_undone_whole_after_a_part_of_it(story, acts, anna, buy, give_back):
    late = buy(story, 100)
    give_back(late, 3_000, "r1")
    late.acts.redeem(ANNA, 20)
    outcome = points.undo_award(late.uow, acts.book, award_id=story.earn().award_id, reason="by hand")
    assert (outcome.points, acts.available(ANNA), owed(acts)) == (70, 0, 20)
    give_back(late, 3_000, "r2")
    assert (late.kept("r2").state, owed(acts)) == (RefundState.REVIEW, 20)
    assert_audited(acts)


def test_what_is_pending_shows_what_it_will_be(story, acts, anna, give_back):
    story.pay(100)
    story.work()
    assert story.earn().points == 100
    give_back(story, 4_000, "r1")
    assert (story.earn().state, story.earn().points) == (EarnState.PENDING, 60)
    give_back(story, 6_000, "r2")
    assert (story.earn().state, story.earn().points) == (EarnState.PENDING, 0)
    story.at(days=7).work()
    assert (story.earn().state, acts.available(ANNA)) == (EarnState.REFUNDED, 0)


def test_the_passbook_says_what_was_taken_and_what_was_paid_back(story, acts, anna, buy, give_back, client, bearer):
    late = buy(story, 100)
    late.acts.redeem(ANNA, 100)
    give_back(late, 5_000, "r1")
    buy(late, 80, "4200002")
    headers = bearer(Role.RESIDENT, book=acts.book.code, person_id=ANNA) | {"Accept-Language": "en"}
    answer = client.get(f"/v1/books/{acts.book.code}/passbook/entries", headers=headers)
    assert [line["sentence"] for line in answer.json["items"]] == [
        'Paid back, owed for "Monday 忠义面馆 消费, 100 times", booked on 22 June 2026: 50 points out',
        "Tuesday 忠义面馆 消费, 80 times: 80 points in",
        "Spent at a shop: 100 points out",
        "Monday 忠义面馆 消费, 100 times: 100 points in",
    ]
    page = queries.list_awards_of_rule(acts.uow.session, acts.ledger.id, "mall", before=None, limit=9)
    assert [(line.record.points, line.taken_back) for line in page] == [(80, 0), (100, 50)]
