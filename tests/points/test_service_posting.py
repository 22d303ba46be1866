"""The one door: batches, causes, sticky outcomes, replays."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from app.kernel.errors import Declined
from app.kernel.periods import local_date
from app.points import errors, queries
from app.points.rules.accounts import AccountRef, stripe_for
from app.points.rules.postings import Leg, Posting
from app.points.service import Award, create_budget, mint_points, post
from app.points.service.awards import award_posting
from app.points.service.lifetimes import last_day
from app.points.terms import AccountKind, Code, Decline, Mode
from tests.points.ledger import ANNA, BORIS, SHOP, Acts, named, open_ledger

LIABILITY = AccountRef(AccountKind.POINTS_LIABILITY)


def spend(who, points, cause) -> Posting:
    legs = (
        Leg(AccountRef(AccountKind.RESIDENT, who)),
        Leg(AccountRef(AccountKind.MERCHANT_POINTS, SHOP)),
        Leg(LIABILITY),
        Leg(AccountRef(AccountKind.MERCHANT_PAYABLE, SHOP)),
    )
    return Posting(cause, Code.REDEMPTION, legs, Mode.SPEND, points)


def gift(acts: Acts, who, points, cause) -> Posting:
    """An award as a posting, so that it can stand in one batch with others."""
    budget = queries.get_budget(acts.uow.session, acts.ledger.id, acts.ledger.budget_id)
    day = last_day(acts.book, local_date(acts.uow.now))
    return award_posting(budget, Award(cause, who, points), day, Code.AWARD)


def rows_of(acts: Acts, table: str) -> int:
    return acts.uow.session.scalar(text(f"SELECT count(*) FROM {table} WHERE book_id = :id"), {"id": acts.ledger.id})


def test_a_batch_is_decided_in_order_as_if_each_posting_were_alone(acts):
    outcomes = post(
        acts.uow,
        acts.ledger.id,
        [
            spend(ANNA, 1, "too early"),
            gift(acts, ANNA, 10, "earn"),
            spend(ANNA, 7, "spend"),
            spend(ANNA, 4, "too much"),
            spend(ANNA, 3, "the rest"),
            gift(acts, BORIS, 5, "another"),
        ],
    )
    assert [o.decline for o in outcomes] == [Decline.INSUFFICIENT, None, None, Decline.INSUFFICIENT, None, None]
    assert outcomes[3].detail == {"available": 3, "requested": 4}
    assert [o.balance_after for o in outcomes if o.decline is None] == [10, 3, 0, 5]
    assert [o.cost_fen for o in outcomes if o.decline is None] == [100, 70, 30, 50]
    assert (acts.available(ANNA), acts.available(BORIS)) == (0, 5)


def test_a_batch_asked_again_answers_the_same_and_moves_nothing(acts):
    def batch():
        return [gift(acts, ANNA, 10, "earn"), spend(ANNA, 12, "too much"), spend(ANNA, 4, "spend")]

    first = post(acts.uow, acts.ledger.id, batch())
    acts.award(ANNA, 100)  # now there would be enough, but the answer stands
    second = post(acts.uow, acts.ledger.id, batch())
    assert second == [replace(outcome, replayed=True) for outcome in first]
    mixed = post(acts.uow, acts.ledger.id, [*batch(), spend(ANNA, 50, "fresh"), spend(ANNA, 5, "spend")])
    assert [o.replayed for o in mixed] == [True, True, True, False, True]
    assert mixed[4].decline is Decline.CAUSE_REUSED
    assert acts.available(ANNA) == 10 + 100 - 4 - 50


def test_a_cause_twice_in_a_batch_is_one_act(acts):
    acts.award(ANNA, 10)
    twice = [spend(ANNA, 6, "a"), spend(ANNA, 6, "a"), spend(ANNA, 9, "z"), spend(ANNA, 9, "z")]
    one, again, refused, refused_again = post(acts.uow, acts.ledger.id, twice)
    assert again == replace(one, replayed=True)
    assert refused.decline is refused_again.decline is Decline.INSUFFICIENT
    assert refused_again == replace(refused, replayed=True)
    assert acts.available(ANNA) == 4


@pytest.mark.parametrize("amounts", [(3, 2), (2, 3)])
def test_the_first_of_a_cause_in_a_batch_wins_and_other_content_is_refused(acts, amounts):
    acts.award(ANNA, 10)
    filler = [spend(ANNA, 1, f"filler {n}") for n in range(3)]
    asked = [spend(ANNA, amounts[0], "same"), *filler, spend(ANNA, amounts[1], "same")]
    outcomes = post(acts.uow, acts.ledger.id, asked)
    assert (outcomes[0].decline, outcomes[0].points) == (None, amounts[0])
    assert outcomes[4].decline is Decline.CAUSE_REUSED
    assert acts.available(ANNA) == 10 - 3 - amounts[0]


ACTS = {
    "fund": (lambda a, c: a.fund(500, cause=c), lambda a, c: a.fund(501, cause=c)),
    "mint": (lambda a, c: a.mint(33, cause=c), lambda a, c: a.mint(34, cause=c)),
    "allot": (lambda a, c: a.hand_over(BORIS, 9, cause=c), lambda a, c: a.hand_over(ANNA, 9, cause=c)),
    "pay": (lambda a, c: a.pay(50, cause=c), lambda a, c: a.pay(51, cause=c)),
    "award": (lambda a, c: a.award(BORIS, 5, cause=c), lambda a, c: a.award(BORIS, 5, cause=c, evidence="x")),
    "report": (
        lambda a, c: a.award(BORIS, 5, cause=c, code=Code.REPORT_AWARD),
        lambda a, c: a.award(BORIS, 5, cause=c),
    ),
    "redeem": (lambda a, c: a.redeem(ANNA, 5, cause=c), lambda a, c: a.redeem(ANNA, 6, cause=c)),
    "hold": (lambda a, c: a.hold(ANNA, 5, cause=c), lambda a, c: a.hold(BORIS, 5, cause=c)),
}


@pytest.mark.parametrize("name", ACTS)
def test_every_act_asked_again_answers_the_same_and_with_other_content_is_refused(acts, name):
    act, other = ACTS[name]
    acts.fund(340)
    acts.award(ANNA, 100)
    first = act(acts, "cause")
    before = acts.trial()
    again = act(acts.later(days=40), "cause")  # a month later an award would open another lot
    assert again == replace(first, replayed=True, **({"available": None} if name == "hold" else {}))
    with pytest.raises(errors.CauseReused):
        other(acts, "cause")
    with pytest.raises(errors.CauseReused):
        acts.redeem(ANNA, 77, cause="cause")
    assert acts.trial() == before


def test_corrections_asked_again_answer_the_same_and_with_other_content_are_refused(acts):
    acts.award(ANNA, 3)
    award, bought = acts.award(ANNA, 20), acts.redeem(ANNA, 9)
    refund = acts.refund(bought.subject_id, ANNA, 4, cause="refund")
    assert acts.refund(bought.subject_id, ANNA, 4, cause="refund") == replace(refund, replayed=True)
    with pytest.raises(errors.CauseReused):
        acts.refund(bought.subject_id, ANNA, 3, cause="refund")
    clawback = acts.claw_back(award.subject_id, cause="claw")
    assert acts.claw_back(award.subject_id, cause="claw") == replace(clawback, replayed=True)
    gift_, other = acts.award(BORIS, 8), acts.award(BORIS, 9)
    reversal = acts.reverse(gift_.subject_id, cause="reverse")
    assert acts.reverse(gift_.subject_id, cause="reverse") == replace(reversal, replayed=True)
    for asked_otherwise in (
        lambda: acts.reverse(gift_.subject_id, cause="reverse", reason="another"),
        lambda: acts.claw_back(gift_.subject_id, cause="reverse", reason="mistake"),
        lambda: acts.reverse(other.subject_id, cause="reverse"),
    ):
        with pytest.raises(errors.CauseReused):
            asked_otherwise()
    assert acts.available(BORIS) == 9


def test_a_decline_stays_although_points_arrive_later(acts):
    for _ in range(2):
        with pytest.raises(errors.PointsInsufficient) as refused:
            acts.redeem(ANNA, 5, cause="buy")
        assert refused.value.params["available"] == 0
        acts.award(ANNA, 50)
    with pytest.raises(errors.CauseReused):
        acts.redeem(ANNA, 6, cause="buy")
    assert acts.redeem(ANNA, 5, cause="buy again").balance_after == 95


def test_a_decline_writes_its_outcome_and_nothing_else(acts):
    acts.award(ANNA, 5)
    tables = ("points_transactions", "points_entries", "points_lot_moves", "points_lots", "points_holds")
    before = [rows_of(acts, table) for table in tables]
    outcomes = rows_of(acts, "points_outcomes")
    for act in (lambda: acts.redeem(ANNA, 6), lambda: acts.hold(ANNA, 6), lambda: acts.capture(SHOP, ANNA)):
        with pytest.raises(Declined):
            act()
    assert [rows_of(acts, table) for table in tables] == before
    assert rows_of(acts, "points_outcomes") == outcomes + 3


def test_spending_is_per_book(acts, uow):
    acts.award(ANNA, 5)
    other = Acts(uow, open_ledger(uow))
    with pytest.raises(errors.PointsInsufficient):
        other.redeem(ANNA, 1)
    bought = acts.redeem(ANNA, 1, cause="same cause in two books")
    other.award(ANNA, 5, cause="same cause in two books")
    with pytest.raises(errors.ReferredMissing):
        other.refund(bought.subject_id, ANNA, 1)
    with pytest.raises(errors.TransactionMissing):
        other.reverse(bought.subject_id)
    with pytest.raises(errors.HoldMissing):
        other.release(acts.hold(ANNA, 1).hold_id)
    with pytest.raises(errors.BudgetMissing):
        Acts(uow, replace(other.ledger, budget_id=acts.ledger.budget_id)).award(ANNA, 1)


def test_words_that_postgresql_cannot_keep_are_refused_as_the_callers_mistake(acts):
    for words in ("\0", "\ud800"):
        for act in (
            lambda w=words: acts.award(ANNA, 1, cause=w),
            lambda w=words: acts.award(ANNA, 1, evidence=w),
            lambda w=words: acts.hold(ANNA, 1, cause=w),
        ):
            with pytest.raises(errors.PostingInvalid):
                act()


WORDS = [
    "NULL",
    "null",
    "",
    '"',
    "\\",
    "{a,b}",
    "'; DROP TABLE points_entries; --",
    "%s %(x)s :id",
    "\t\n\r",
    "积分🪙",
    "\\x00",
]


def test_strange_words_come_back_as_they_were(acts):
    for number, words in enumerate(WORDS):
        outcome = acts.award(ANNA, 1, cause=f"{number}{words}", evidence=words)
        kept = queries.get_transaction(acts.uow.session, acts.ledger.id, outcome.subject_id)
        assert (kept.cause, kept.evidence) == (f"{number}{words}", words)
        with pytest.raises(errors.PointsInsufficient):
            acts.redeem(BORIS, 1, cause=f"{words}!")


def on_stripe(stripe: int, nth: int = 0):
    """The nth resident whom that stripe of a budget pays."""
    found = (who for n in range(4000) if stripe_for(AccountKind.SPONSOR_BUDGET, who := named(f"r{n}")) == stripe)
    return [next(found) for _ in range(nth + 1)][-1]


def test_a_budget_pays_to_its_last_point_wherever_it_lies(uow):
    acts = Acts(uow, open_ledger(uow, minted=160))
    who = on_stripe(3)
    assert acts.award(who, 159).balance_after == 159  # each stripe held 10
    with pytest.raises(errors.PointsInsufficient) as refused:
        acts.award(on_stripe(9), 2)
    assert (refused.value.params["available"], refused.value.params["requested"]) == (1, 2)
    acts.award(on_stripe(12), 1)
    with pytest.raises(errors.PointsInsufficient):
        acts.award(who, 1)
    assert acts.trial()["sponsor_budget"] == 0


def test_a_batch_that_asks_for_too_much_is_served_in_its_order(uow):
    acts = Acts(uow, open_ledger(uow, minted=10))
    late, early = on_stripe(5), on_stripe(2)
    outcomes = acts.awards(Award("first", late, 7), Award("second", early, 4), Award("third", early, 3))
    assert [o.decline for o in outcomes] == [None, Decline.INSUFFICIENT, None]
    assert outcomes[1].detail == {"available": 3, "requested": 4}


def test_awards_beyond_a_budget_never_touch_another(uow):
    acts = Acts(uow, open_ledger(uow, minted=10))
    acts.fund(1000)
    other = create_budget(uow, acts.ledger.id, sponsor_id=acts.ledger.sponsor_id, name="B", point_value_fen=10)
    mint_points(uow, acts.ledger.id, cause="other", budget_id=other.id, points=50)
    with pytest.raises(errors.PointsInsufficient):
        acts.award(ANNA, 11)
    acts.award(ANNA, 10)
    assert acts.trial()["sponsor_budget"] == 50


def test_ten_thousand_awards_are_one_call(acts):
    """Also: to one resident several times, so that versions run on within the batch."""
    residents = [named(f"r{n}") for n in range(2500)]
    acts.uow.session.execute(text("SET LOCAL statement_timeout = '60s'"))  # how long it takes is the bench's business
    outcomes = acts.awards(*(Award(f"award {n}", residents[n % 2500], 1 + n % 3) for n in range(10_000)))
    assert all(o.decline is None for o in outcomes)
    assert acts.figures(residents[0]).version == 4
    assert acts.trial()["resident"] == sum(1 + n % 3 for n in range(10_000))
