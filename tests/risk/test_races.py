"""Two tills at the same moment, with real commits: exact windows are exact."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from app.risk import service
from app.risk.terms import Outcome, Pivot
from tests.fixtures.together import LOOKS_MAX, WAITING, alone, split, together
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


def test_payments_of_one_case_go_on_beside_each_other_and_who_takes_it_waits_for_them(real_commits, ledger):
    """A burst at a shop is one case, which nobody has taken yet; taken, it has grown by all that is in it."""
    alone(lambda uow: Desk(uow, ledger.book).publish(rule("burst", "points > 10", 30, pivot=Pivot.SHOP)))

    def pay(uow):
        return service.decide(uow, spent(book_id=ledger.id, subject_id=uuid4(), resident_id=uuid4(), device_id=uuid4()))

    def take(uow):
        officer = replace(uow, actor=ONE)
        [case] = service.list_cases(uow, book=ledger.book.code, state=None, limit=9, cursor=None).items
        return service.take_case(officer, book=ledger.book.code, case_id=case.id).case.revision

    def run(work):
        with real_commits.app_context():
            return alone(work)

    alone(pay)
    with ThreadPoolExecutor(1) as pool:

        def slow(uow):
            pay(uow)
            pool.submit(run, pay).result(timeout=10)  # it would wait for this one until that time
            taking = pool.submit(run, take)
            with psycopg.connect(real_commits.extensions["linli.test_database"].superuser_url, autocommit=True) as eye:
                assert any(eye.execute(WAITING).fetchone() == (1,) for _ in range(LOOKS_MAX)), "nobody waits"
            return taking

        assert alone(slow).result(timeout=10) == 3
    assert alone(pay).outcome is Outcome.REVIEW
    assert alone(lambda uow: uow.session.scalar(text("SELECT revision FROM risk_cases"))) == 4
