from dataclasses import replace

import pytest

from app.kernel.actor import Actor, Role
from app.points import queries as points_queries
from app.points.errors import PointsInsufficient, RuleMissing
from app.reports import service
from app.reports.errors import AlreadyDecided, ReportMissing
from tests.points.ledger import ANNA, BORIS, named, open_ledger
from tests.points.programme import publish


def acting(uow, who, role):
    return replace(uow, actor=Actor(id=who, roles=frozenset({role})))


@pytest.fixture
def report(acts):
    filed = service.file_report(
        acting(acts.uow, ANNA, Role.RESIDENT), book=acts.book.code, text="路灯不亮", place="3号楼"
    )
    acts.uow.session.flush()
    return filed


@pytest.fixture
def accept(acts, report):
    def decide(points=None, **changes):
        wanted = {"book": acts.book.code, "report_id": report.id}
        if points:
            wanted |= {"rule": "report.chosen", "chosen_points": points}
        return service.accept_report(acts.uow, **(wanted | changes))

    return decide


@pytest.fixture
def reject(acts, report):
    def decide(reason="不属实"):
        return service.reject_report(acts.uow, book=acts.book.code, report_id=report.id, reason=reason)

    return decide


def test_an_accepted_report_pays_its_reporter_the_usual(acts, report, accept):
    decided = accept()
    assert (decided.state, decided.points, decided.decided_by) == ("accepted", 10, acts.uow.actor.id)
    assert acts.available(ANNA) == 10
    posted = points_queries.get_transaction(acts.uow.session, acts.ledger.id, decided.transaction_id)
    assert (posted.code, posted.evidence) == ("report_award", f"report:{report.id}")


def test_the_same_acceptance_again_pays_nothing_more(acts, accept):
    accept(25)
    assert accept(25).points == 25
    assert acts.available(ANNA) == 25


def test_a_second_and_different_decision_is_a_conflict(acts, accept, reject):
    accept(25)
    with pytest.raises(AlreadyDecided):
        accept(26)
    with pytest.raises(AlreadyDecided):
        accept()
    with pytest.raises(AlreadyDecided):
        reject()
    assert acts.available(ANNA) == 25


def test_a_rejected_report_keeps_its_reason_and_pays_nobody(acts, accept, reject):
    assert reject("重复上报").reason == "重复上报"
    assert reject("重复上报").state == "rejected"
    with pytest.raises(AlreadyDecided):
        reject("别的原因")
    with pytest.raises(AlreadyDecided):
        accept()
    assert acts.available(ANNA) == 0


def test_a_report_a_dry_budget_could_not_pay_is_accepted_later(acts, report, accept):
    for n in range(10):
        acts.award(named(f"early {n}"), 10_000)
    with pytest.raises(PointsInsufficient):
        accept(10)
    assert report.state == "filed"
    acts.fund(1_000)
    acts.mint(100)
    assert accept(10).state == "accepted"
    assert acts.available(ANNA) == 10


def test_a_cap_that_left_nothing_still_accepts_the_report(acts, report, accept):
    publish(acts.uow, acts.ledger, "report.capped", "10 * events", person_day_max=10)
    second = service.file_report(
        acting(acts.uow, ANNA, Role.RESIDENT), book=acts.book.code, text="又一处", place="4号楼"
    )
    acts.uow.session.flush()
    assert accept(rule="report.capped").points == 10
    decided = service.accept_report(acts.uow, book=acts.book.code, report_id=second.id, rule="report.capped")
    assert (decided.state, decided.points, decided.transaction_id) == ("accepted", 0, None)
    assert acts.available(ANNA) == 10


def test_reports_of_another_book_and_unknown_rules_are_missing(acts, accept):
    foreign = open_ledger(acts.uow)
    with pytest.raises(ReportMissing):
        accept(book=foreign.book.code)
    with pytest.raises(RuleMissing):
        accept(rule="report.nobody")


def test_residents_list_their_own_and_clerks_all(acts, report):
    mine = acting(acts.uow, BORIS, Role.RESIDENT)
    own = service.file_report(mine, book=acts.book.code, text="井盖松动", place="东门")
    acts.uow.session.flush()
    clerk = acting(acts.uow, BORIS, Role.CLERK)

    def listed(uow, state=None):
        page = service.list_reports(uow, book=acts.book.code, state=state, limit=10, cursor=None)
        return [found.id for found in page.items]

    assert listed(mine) == [own.id]
    assert listed(clerk) == [own.id, report.id]
    assert listed(clerk, "accepted") == []
