"""Where there is more than is read, the newest is read: an old heap does not hide what happens now."""

from datetime import date

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from app.infra import metrics
from app.kernel.periods import DISTRICT
from app.risk import service
from app.risk.models import Finding
from tests.points.ledger import named
from tests.risk.facts import ONE, rule
from tests.risk.test_service_cases import DEN, PHONE, RING, lenient, night, plant, work

__all__ = ["lenient"]


def rings(desk):
    wanted = select(Finding.about_id).where(Finding.book_id == desk.book.id, Finding.kind == "ring")
    return set(desk.uow.session.scalars(wanted))


@pytest.fixture
def heap(desk, lenient, monkeypatch):
    """Thirty old facts of honest people; of a ring of today twenty-five. The graph reads thirty at most."""
    for number in range(30):
        desk.decide(resident_id=named(f"honest {number}"), shop_id=named("old shop"))
    today = desk.later(days=1)
    plant(today)
    monkeypatch.setattr("app.risk.service.rings.PAGE", 10)
    monkeypatch.setattr("app.risk.service.rings.PAGES_MAX", 3)
    return today


def test_attack_9_an_old_heap_of_facts_does_not_hide_a_ring_of_today(heap):
    before = metrics.risk_graphs_partial_total._value.get()
    with capture_logs() as said:
        night(heap)
    assert rings(heap) == {*RING, PHONE, DEN}
    [line] = [each for each in said if each["event"] == "risk_graph_partial"]
    assert line["book_id"] == heap.book.id
    assert line["covered_from"] == heap.later(days=-1).uow.now.isoformat()
    assert metrics.risk_graphs_partial_total._value.get() == before + 1


def test_a_graph_of_all_facts_says_nothing(heap, monkeypatch):
    monkeypatch.setattr("app.risk.service.rings.PAGES_MAX", 6)
    with capture_logs() as said:
        night(heap)
    assert rings(heap) == {*RING, PHONE, DEN}
    assert [each for each in said if each["event"] == "risk_graph_partial"] == []


@pytest.mark.parametrize(("most", "tried", "is_partial"), [(4, 4, True), (100, 7, False)])
def test_a_backtest_of_too_much_tries_the_newest_and_says_how_far_it_came(desk, monkeypatch, most, tried, is_partial):
    monkeypatch.setattr("app.risk.service.backtests.BACKTEST_PAGE", 2)
    monkeypatch.setattr("app.risk.service.backtests.BACKTEST_DECISIONS_MAX", most)
    desk.publish(rule("any", "points > 10", 30))
    for hour in range(7):
        desk.later(hours=hour).decide(points=100 + hour)
    day = date(2026, 6, 15)
    made = service.start_backtest(desk.as_(ONE), book=desk.code, version=1, first=day, last=day)
    assert made.result["is_partial"]
    work(desk)
    desk.uow.session.refresh(made)
    assert (made.state, made.result["tried"], made.result["is_partial"]) == ("done", tried, is_partial)
    oldest = desk.later(hours=3).uow.now if is_partial else made.starts_at
    assert made.result["covered_from"] == oldest.astimezone(DISTRICT).isoformat()
    cell = made.result["matrix"]["review"]["review"]
    newest = range(7 - tried, 7)
    assert cell["points"] == sum(100 + hour for hour in newest)
