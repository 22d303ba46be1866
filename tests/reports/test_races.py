"""Two clerks at one report: with real commits, in real threads."""

from dataclasses import replace

import pytest

from app.kernel.actor import Actor, Role
from app.reports import service
from app.reports.errors import AlreadyDecided
from tests.fixtures.together import alone, split, together
from tests.points import invariants
from tests.points.ledger import ANNA, Acts, open_ledger
from tests.points.programme import publish


@pytest.fixture
def ledger(real_commits):
    made = alone(open_ledger)
    alone(lambda uow: publish(uow, made, "report.valid", "10 * events"))
    alone(lambda uow: publish(uow, made, "report.chosen", "chosen"))
    yield made
    assert alone(lambda uow: invariants.list_wrongs(invariants.fetch_in(uow.session), made.id)) == []


@pytest.fixture
def report(ledger):
    filed_by = Actor(id=ANNA, roles=frozenset({Role.RESIDENT}))
    return alone(
        lambda uow: service.file_report(
            replace(uow, actor=filed_by), book=ledger.book.code, text="路灯不亮", place="3号楼"
        )
    )


def accepting(ledger, report, points=None):
    return lambda uow: service.accept_report(
        uow,
        book=ledger.book.code,
        report_id=report.id,
        rule="report.chosen" if points else "report.valid",
        chosen_points=points,
    )


def paid(ledger, report):
    return alone(lambda uow: Acts(uow, ledger).available(report.reporter_id))


def test_two_clerks_accept_one_report_and_it_pays_once(real_commits, ledger, report):
    won, lost = split(together(real_commits, *[accepting(ledger, report)] * 4, gate="reports_reports"))
    assert len({decided.transaction_id for decided in won}) == 1
    assert lost == []
    assert paid(ledger, report) == 10


def test_two_clerks_who_differ_decide_once(real_commits, ledger, report):
    def reject(uow):
        return service.reject_report(uow, book=ledger.book.code, report_id=report.id, reason="不属实")

    won, lost = split(
        together(
            real_commits, accepting(ledger, report, 20), accepting(ledger, report, 30), reject, gate="reports_reports"
        )
    )
    assert len(won) == 1
    assert {type(refusal) for refusal in lost} == {AlreadyDecided}
    assert paid(ledger, report) == (won[0].points or 0)
