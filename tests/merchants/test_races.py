"""Two at the till, two at the treasurer's desk: with real commits, in real threads."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import text

from app.infra import redis
from app.infra.unit_of_work import clock
from app.kernel.periods import local_date
from app.merchants import errors, queries, service
from app.merchants.service.codes import KEY
from app.points import queries as points_queries
from app.points.errors import AmountOver
from tests.fixtures.together import alone, split, storm, together
from tests.merchants.counter import offer
from tests.merchants.settled import plain_terms
from tests.merchants.till import Till, some_number
from tests.points import invariants
from tests.points.ledger import ANNA, BORIS, Acts, open_ledger

ROUNDS = 2


class Street:
    """A book with two shops, and Anna's 1000 points, all committed."""

    def __init__(self, app):
        self.app = app
        self.ledger = alone(open_ledger)
        alone(lambda uow: Acts(uow, self.ledger).award(ANNA, 1000))
        self.book = self.ledger.book.code
        alone(lambda uow: plain_terms(uow, self.book))
        self.shops = [
            alone(lambda uow, n=n: service.open_shop(uow, book=self.book, name=f"shop {n}", street="忠义街").id)
            for n in range(2)
        ]

    def till(self, uow, shop=0):
        return Till(uow, self.book, self.shops[shop])

    def at_till(self, act, shop=0):
        """One act at a till, as a unit of work."""
        return lambda uow: act(self.till(uow, shop))

    def now(self, act, at=None, shop=0):
        return alone(self.at_till(act, shop), at=at)

    def together(self, gate, *acts, at=None):
        return split(together(self.app, *(self.at_till(act) for act in acts), at=at, gate=f"merchants_{gate}"))

    def figures(self):
        return alone(lambda uow: Acts(uow, self.ledger).figures(ANNA))

    def statements(self):
        return alone(
            lambda uow: queries.list_settlements(uow.session, self.ledger.id, shop_id=None, before=None, limit=9)
        )


@pytest.fixture
def street(real_commits):
    made = Street(real_commits)
    yield made
    assert alone(lambda uow: invariants.list_wrongs(invariants.fetch_in(uow.session), made.ledger.id)) == []


def test_one_code_at_two_tills_pays_once(street):
    for round_ in range(ROUNDS):
        code = street.now(lambda till: till.code())
        outcomes = together(
            street.app,
            *(street.at_till(lambda till, code=code: till.authorise(10, code=code), shop) for shop in (0, 1)),
            gate="merchants_redemptions",
        )
        won, lost = split(outcomes)
        assert [payment.state for payment in won] == ["held"]
        assert [type(refusal) for refusal in lost] == [errors.CodeNotGood]
        assert street.figures().held == 10 * (round_ + 1)


def test_two_requests_in_flight(street):
    """A twin is told to come back; then it is answered as the first one was."""
    code = street.now(lambda till: till.code())
    won, lost = street.together("redemptions", *[lambda till: till.authorise(10, code=code, number="T-1")] * 6)
    assert len({payment.redemption.id for payment in won}) == 1
    assert {type(refusal) for refusal in lost} <= {errors.RequestInFlight}
    assert all(refusal.retryable for refusal in lost)
    again = street.now(lambda till: till.authorise(10, code=code, number="T-1"))
    assert again.redemption.id == won[0].redemption.id
    assert street.figures().held == 10


def test_who_asks_again_while_his_twin_does_is_answered_too(street):
    code = street.now(lambda till: till.code())
    first = street.now(lambda till: till.authorise(10, code=code, number="T-1"))

    def ask(till):
        return till.authorise(10, code=code, number="T-1").redemption.id

    def ask_within(uow):
        return ask(street.till(uow)), alone(street.at_till(ask))  # the outer one has the lock of the number

    assert alone(ask_within) == (first.redemption.id, first.redemption.id)


def test_fifty_tills_with_one_code_and_one_of_them_pays(street):
    """Once by the claim in Redis, and once by the database alone, as after a failover that forgot all claims."""
    code = street.now(lambda till: till.code())
    for claims, taken in ((True, 10), (False, 20)):
        if not claims:
            code = street.now(lambda till: till.code())

        def pay(uow, code=code, claims=claims):
            till, number = street.till(uow), some_number()
            shown = till.shown(code, number)
            if not claims:
                redis.client().delete(f"{KEY}{shown.code_hash.hex()}:by")
                shown = till.shown(code, number)
            return service.authorise_redemption(till.cashier, book=till.book, shown=shown, order_fen=None, points=10)

        won, lost = split(storm(street.app, *[pay] * 50))
        assert len(won) == 1
        assert {type(refusal) for refusal in lost} == {errors.CodeNotGood}
        assert street.figures().held == taken


def test_fifty_captures_and_reverses_at_once_leave_one_end(street):
    payment = street.now(lambda till: till.authorise(10))
    acts = [lambda till: till.capture(payment), lambda till: till.reverse(payment)] * 25
    _, lost = split(storm(street.app, *(street.at_till(act) for act in acts)))
    assert {type(refusal) for refusal in lost} <= {errors.RedemptionClosed}
    assert street.now(lambda till: till.show(payment)).state == "reversed"
    figures = street.figures()
    assert (figures.posted, figures.held) == (1000, 0)  # what was captured was given back on its day


def test_the_sweeper_and_a_capture_do_not_both_end_it(street):
    now = clock()
    later = now + timedelta(minutes=16)
    for _ in range(ROUNDS):
        payment = street.now(lambda till: till.authorise(10), at=now)
        before = street.figures().posted
        _, lost = split(
            together(
                street.app,
                street.at_till(lambda till, payment=payment: till.capture(payment)),
                service.expire_redemptions,
                at=later,
                gate="merchants_redemptions",
            )
        )
        assert lost == []
        assert street.now(lambda till, payment=payment: till.show(payment), at=later).state == "captured"
        assert street.figures().posted == before - 10
        assert street.now(lambda till: service.expire_redemptions(till.uow), at=later) == 0


def test_parts_that_sum_over_the_limit_of_a_day_are_refused_at_once_too(street):
    """Attack 7: ten purchases of ten points at one moment, of which the day takes thirty."""
    street.now(lambda till: offer(till.uow, street.book, street.shops[0], person_day_points_max=30))
    codes = [street.now(lambda till: till.code()) for _ in range(10)]
    won, lost = split(
        storm(
            street.app,
            *(street.at_till(lambda till, code=code: till.authorise(10, code=code, order_fen=1000)) for code in codes),
        )
    )
    assert len(won) == 3
    assert {type(refusal) for refusal in lost} == {errors.PersonDayOver}
    assert street.figures().held == 30


def test_the_last_points_of_an_offer_are_taken_once(street):
    street.now(lambda till: offer(till.uow, street.book, street.shops[0], stock_points=25))
    codes = [street.now(lambda till: till.code()) for _ in range(6)]
    won, lost = split(
        storm(
            street.app,
            *(street.at_till(lambda till, code=code: till.authorise(10, code=code, order_fen=1000)) for code in codes),
        )
    )
    assert len(won) == 2
    assert {type(refusal) for refusal in lost} <= {errors.OfferSpent, errors.ShareOver}
    street.now(lambda till: till.reverse(won[0]))
    street.now(lambda till: till.capture(won[1], 4))
    left = street.now(lambda till: till.uow.session.scalar(text("SELECT max(stock_points) FROM merchants_offers")))
    assert left == 21


def test_a_payment_is_captured_once(street):
    payment = street.now(lambda till: till.authorise(10))
    won, lost = street.together("redemptions", *[lambda till: till.capture(payment)] * 4)
    assert len({captured.redemption.transaction_id for captured in won}) == 1
    assert lost == []

    other = street.now(lambda till: till.authorise(10))
    won, lost = street.together("redemptions", *[lambda till, n=n: till.capture(other, n) for n in (3, 4)])
    assert [type(refusal) for refusal in lost] == [errors.RedemptionClosed]
    assert street.figures().posted == 1000 - 10 - won[0].redemption.captured_points


def test_a_storm_of_one_refund_gives_back_once(street):
    payment = street.now(lambda till: till.pay(100))
    won, lost = street.together("redemptions", *[lambda till: till.refund(payment, 30, number="R-1")] * 8)
    assert len({refund.transaction_id for refund in won}) == 1
    assert lost == []
    assert street.figures().posted == 930


def test_a_storm_of_refunds_never_gives_back_more_than_was_taken(street):
    payment = street.now(lambda till: till.pay(100))
    won, lost = street.together(
        "redemptions", *[lambda till, n=n: till.refund(payment, 30, number=f"R-{n}") for n in range(8)]
    )
    assert len(won) == 3
    assert {type(refusal) for refusal in lost} == {AmountOver}
    assert street.figures().posted == 990


def test_refunds_at_once_are_decided_one_after_another(street):
    """Each sees what the others gave back: the ratio cannot be split over two tills at one moment."""
    payments = [street.now(lambda till: till.pay(200)) for _ in range(3)]
    won, _ = street.together("redemptions", *[lambda till, p=p: till.refund(p, 200) for p in payments])
    assert len(won) == 3
    query = text("SELECT outcome FROM risk_decisions WHERE book_id = :book_id AND kind = 'refund' ORDER BY outcome")
    decided = alone(lambda uow: uow.session.scalars(query, {"book_id": street.ledger.id}).all())
    assert decided == ["approve", "review", "review"]
    assert street.figures().posted == 1000


def test_one_number_for_refunds_of_two_payments_is_used_once(street):
    one, two = street.now(lambda till: till.pay(50)), street.now(lambda till: till.pay(50))
    won, lost = street.together(
        "redemptions", *[lambda till, p=p: till.refund(p, 20, number="R-1") for p in (one, two)]
    )
    assert len(won) == 1
    assert [type(refusal) for refusal in lost] == [errors.OutRefundNoReused]


def test_settlements_at_once_take_each_line_once(street):
    for day in range(ROUNDS):
        now = clock() + timedelta(days=day)
        today, before = local_date(now), local_date(now) - timedelta(days=1)
        for _ in range(3):
            street.now(lambda till: till.pay(10), at=now)
        # one of them may find nothing yet recorded through the day before
        won, lost = street.together(
            "shops",
            *[lambda till, today=today: till.settle(today)] * 4,
            lambda till, before=before: till.settle(before),
            at=now,
        )
        assert len({stated.id for stated in won if stated.through == today}) == 1
        assert {type(refusal) for refusal in lost} <= {errors.NothingToSettle}
    stated = street.statements()
    assert [(one.line_count, one.points, one.fen) for one in stated] == [(3, 30, 300)] * ROUNDS


def test_a_payment_that_commits_late_is_in_the_next_settlement(street):
    """Its transaction's id is smaller than one already settled: nothing may be found by "ids above the last one"."""
    alone(lambda uow: Acts(uow, street.ledger).award(BORIS, 100))
    street.now(lambda till: till.pay(5))  # the first payment opens the shop's accounts, and others wait for that
    today = local_date(clock())
    posted, go_on = Event(), Event()

    def pay_slowly(till):
        till.pay(7)
        till.uow.session.flush()
        posted.set()
        assert go_on.wait(30)

    def run():
        with street.app.app_context():
            street.now(pay_slowly)

    slow = Thread(target=run)
    slow.start()
    try:
        assert posted.wait(30)
        street.now(lambda till: till.pay(10, BORIS))
        first = street.now(lambda till: till.settle(today))
    finally:
        go_on.set()
        slow.join(30)
    assert first.points == 15
    tomorrow = clock() + timedelta(days=1)
    second = street.now(lambda till: till.settle(local_date(tomorrow)), at=tomorrow)
    assert (second.line_count, second.points) == (1, 7)


def test_a_settlement_is_paid_once(street):
    street.now(lambda till: till.pay(10))
    stated = street.now(lambda till: till.approve(till.settle(local_date(clock()))))
    won, lost = street.together("settlements", *[lambda till: till.pay_out(stated)] * 3)
    assert len({paid.transaction_id for paid in won}) == 1
    assert lost == []
    trial = alone(lambda uow: points_queries.list_trial_balance(uow.session, street.ledger.id))
    assert {row[0]: row[2] for row in trial}["merchant_payable"] == 0


def test_a_settlement_is_paid_under_one_reference(street):
    for day in range(ROUNDS):
        now = clock() + timedelta(days=day)
        street.now(lambda till: till.pay(10), at=now)
        references = [f"ICBC-{day}-{n}" for n in range(4)]
        stated = street.now(lambda till, now=now: till.approve(till.settle(local_date(now))), at=now)
        won, lost = street.together(
            "settlements",
            *[lambda till, stated=stated, one=one: till.pay_out(stated, one) for one in references],
            at=now,
        )
        assert len(won) == 1
        assert {type(refusal) for refusal in lost} == {errors.AlreadyPaid}


def test_one_reference_for_two_settlements_pays_one(street):
    """They lock different settlements, so only the reference itself keeps them apart."""
    for shop in (0, 1):
        street.now(lambda till: till.pay(10), shop=shop)
    stated = [street.now(lambda till: till.approve(till.settle(local_date(clock()))), shop=shop) for shop in (0, 1)]
    won, lost = street.together("settlements", *[lambda till, one=one: till.pay_out(one) for one in stated])
    assert [paid.state for paid in won] == ["paid"]
    assert [type(refusal) for refusal in lost] == [errors.BankReferenceUsed]
