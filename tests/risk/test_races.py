"""Two tills at the same moment, with real commits: exact windows are exact."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.risk import errors, service
from app.risk.queries import WhichCases
from app.risk.terms import CaseState, Label, Outcome, Pivot
from tests.fixtures.together import alone, await_waiting, split, together
from tests.points.ledger import open_ledger
from tests.risk.facts import DEVICE, ONE, Desk, rule, spent

WAIT = text("SELECT 1 FROM risk_lists FOR KEY SHARE")


@pytest.fixture
def ledger(real_commits):
    """A book, and a row for all to wait at."""
    made = alone(open_ledger)
    alone(lambda uow: service.create_list(uow, book=made.book.code, code="gate", title="x"))
    return made


def test_a_limit_cannot_be_split_over_tills_at_the_same_moment(real_commits, ledger):
    """Attack 7 as a race: five payments of 50 under a limit of 200 a day, all at once; one is over it."""
    limit = rule("day", "resident_points_1d + points > 200", 60, defaults={"resident_points_1d": 0})
    alone(lambda uow: Desk(uow, ledger.book).publish(limit))

    def pay(uow):
        event = spent(book_id=ledger.id, subject_id=uuid4(), device_id=DEVICE, points=50, shop_id=uuid4())
        uow.session.execute(WAIT)
        return service.decide(uow, event)

    decided, refusals = split(together(real_commits, *[pay] * 5, gate="risk_lists"))
    assert refusals == []
    assert sorted(each.outcome for each in decided) == [*[Outcome.APPROVE] * 4, Outcome.BLOCK_AND_REVIEW]


def test_the_same_fact_twice_at_once_is_decided_once(real_commits, ledger):
    event = spent(book_id=ledger.id, facts={"is_shop_staff": True})

    def decide(uow):
        uow.session.execute(WAIT)
        return service.decide(uow, event)

    decided, refusals = split(together(real_commits, *[decide] * 3, gate="risk_lists"))
    assert refusals == []
    assert len({each.id for each in decided}) == 1


@pytest.fixture
def burst(real_commits, ledger):
    """A shop all of whose payments come into one case; and one to do things beside the test."""
    alone(lambda uow: Desk(uow, ledger.book).publish(rule("burst", "points > 10", 30, pivot=Pivot.SHOP)))
    with ThreadPoolExecutor(1) as pool:
        yield Burst(real_commits, ledger, pool)


class Burst:
    """Payments at one shop, and an officer who has its case."""

    def __init__(self, app, ledger, pool):
        self.app, self.ledger, self.pool = app, ledger, pool

    def pay(self, uow):
        people = {"resident_id": uuid4(), "device_id": uuid4()}
        return service.decide(uow, spent(book_id=self.ledger.id, subject_id=uuid4(), **people))

    def listed(self, uow, state=CaseState.PENDING):
        return service.list_cases(
            uow, book=self.ledger.book.code, which=WhichCases(state=state), limit=9, cursor=None
        ).items

    def take(self, uow):
        [case] = self.listed(uow)
        return service.take_case(replace(uow, actor=ONE), book=self.ledger.book.code, case_id=case.id).case

    def close(self, case):
        asked = {"book": self.ledger.book.code, "case_id": case.id, "revision": case.revision}
        return lambda uow: (
            service.close_case(replace(uow, actor=ONE), **asked, label=Label.FALSE_POSITIVE, text="x").case
        )

    def beside(self, work):
        def run():
            with self.app.app_context():
                return alone(work)

        return self.pool.submit(run)


def test_payments_of_one_case_go_on_beside_each_other(burst):
    """Whether somebody works on it or not; what is listed and what is taken says how many came."""
    alone(burst.pay)

    def slow(uow):
        burst.pay(uow)
        burst.beside(burst.pay).result(timeout=10)  # it would wait for this one for three seconds, and be refused

    alone(slow)
    assert [case.revision for case in alone(burst.listed)] == [3]
    assert alone(burst.take).revision == 3
    alone(slow)
    assert [case.revision for case in alone(lambda uow: burst.listed(uow, CaseState.INVESTIGATING))] == [5]


def test_attack_9_a_case_is_not_closed_over_a_payment_that_is_on_its_way(burst):
    """CaseGrew: who closes it waits for the payment, and is told that it came."""
    alone(burst.pay)
    case = alone(burst.take)

    def slow(uow):
        burst.pay(uow)
        closing = burst.beside(burst.close(case))
        await_waiting(burst.app, closing)
        return closing

    with pytest.raises(errors.CaseGrew) as refused:
        alone(slow).result(timeout=30)
    assert refused.value.params == {"revision": 2}
    [grown] = alone(lambda uow: burst.listed(uow, CaseState.INVESTIGATING))
    assert alone(burst.close(grown)).revision == 2


def test_a_payment_that_comes_while_its_case_is_closed_opens_the_next(burst):
    for _ in range(2):
        alone(burst.pay)
    case = alone(burst.take)

    def closes(uow):
        burst.close(case)(uow)
        paying = burst.beside(burst.pay)
        await_waiting(burst.app, paying)
        return paying

    assert alone(closes).result(timeout=30).outcome is Outcome.REVIEW
    [fresh] = alone(burst.listed)
    assert (fresh.id == case.id, fresh.revision) == (False, 1)
    [closed] = alone(lambda uow: burst.listed(uow, CaseState.CLOSED))
    assert (closed.id, closed.revision) == (case.id, 2), "what it was closed at"


def test_once_a_minute_a_case_says_when_the_last_came(burst):
    first = alone(lambda uow: (burst.pay(uow), uow.now)[1])
    for seconds, shown in ((59, 0), (61, 61), (119, 61)):
        alone(burst.pay, at=first + timedelta(seconds=seconds))
        [case] = alone(burst.listed)
        assert case.last_at == first + timedelta(seconds=shown)
