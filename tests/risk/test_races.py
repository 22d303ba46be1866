"""Two tills at the same moment, with real commits: exact windows are exact."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from app.risk import service
from app.risk.terms import Outcome
from tests.fixtures.together import alone, split, together
from tests.points.ledger import open_ledger
from tests.risk.facts import DEVICE, Desk, rule, spent

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
