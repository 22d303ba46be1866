"""Two clerks at one report, two residents at one spot: with real commits, in real threads."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from app.kernel.actor import Actor, Role
from app.kernel.geo import Datum, Source, locate
from app.reports import service
from app.reports.errors import AlreadyDecided
from app.reports.terms import CONFIRM_RULE
from tests.fixtures.together import LOOKS_MAX, WAITING, alone, split, together
from tests.fixtures.work import NOW
from tests.points import invariants
from tests.points.ledger import ANNA, Acts, named, open_ledger
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


def filing(ledger, who, *, metres=0.0):
    position = locate(31.2304567 + metres / 111_195, 120.1234567, Datum.WGS84, source=Source.DEVICE, accuracy_m=10)
    actor = Actor(id=who, roles=frozenset({Role.RESIDENT}))
    return lambda uow: service.file_report(
        replace(uow, actor=actor), book=ledger.book.code, text="路灯不亮", place=f"{metres} 米", position=position
    )


def test_who_reports_one_spot_at_the_same_moment_reports_one_problem(real_commits, ledger):
    """Also from two cells of the grid, that lie beside each other."""
    works = [filing(ledger, named(f"reporter {n}"), metres=15.0 * n) for n in range(4)]
    made, lost = split(together(real_commits, *works, gate="points_books"))
    assert lost == []
    assert len({report.problem_id for report in made}) == 1
    assert sorted(report.is_known for report in made) == [False, True, True, True]


def test_who_finds_a_problem_by_its_place_and_who_by_its_words_wait_for_each_other(real_commits, ledger):
    """They lock different spots. Whose clock is behind comes second, and does not make the last report an older one."""
    alone(filing(ledger, named("reporter 0")), at=NOW)
    reporter = Actor(id=named("reporter 2"), roles=frozenset({Role.RESIDENT}))
    url = real_commits.extensions["linli.test_database"].superuser_url

    def by_its_words(uow):
        who = replace(uow, actor=reporter)
        return service.file_report(who, book=ledger.book.code, text="路灯不亮", place="0.0 米")

    def behind():
        with real_commits.app_context():
            return alone(by_its_words, at=NOW + timedelta(seconds=5))

    with ThreadPoolExecutor(1) as pool, psycopg.connect(url, autocommit=True) as eye:

        def by_its_place(uow):
            made = filing(ledger, named("reporter 1"), metres=15.0)(uow)
            uow.session.flush()
            second = pool.submit(behind)
            assert any(eye.execute(WAITING).fetchone() != (0,) or second.done() for _ in range(LOOKS_MAX))
            return made, second

        made, second = alone(by_its_place, at=NOW + timedelta(seconds=10))
        assert second.result(timeout=30).problem_id == made.problem_id


def test_two_who_confirm_at_the_same_moment_are_counted_one_after_another(real_commits, ledger):
    """Six at once: only five are paid, whoever they are."""
    alone(lambda uow: publish(uow, ledger, CONFIRM_RULE, "1", points_max=1))
    first, *others = [alone(filing(ledger, named(f"reporter {n}"))) for n in range(7)]
    alone(accepting(ledger, first))
    works = [accepting(ledger, report) for report in others]
    decided, lost = split(together(real_commits, *works, gate="reports_problems"))
    assert lost == []
    assert sorted(report.points for report in decided) == [0, 1, 1, 1, 1, 1]
