"""Clearing with real commits: a worker that dies between the steps, deliveries that race, an answer that never came."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.infra.unit_of_work import run_in_transaction
from app.jobs import runner
from app.jobs.catalogue import JOBS
from app.jobs.schedule import SCHEDULE
from app.kernel.actor import SYSTEM, Actor, Role
from app.kernel.periods import local_date
from app.points import errors
from app.points.service.audit import audit_books
from app.points.service.clearing import agreements, nettings, receiving, transfers
from app.points.terms import Code
from tests.fixtures.together import alone, split, together
from tests.points import invariants
from tests.points.audited import engine_of
from tests.points.ledger import ANNA, Acts, open_ledger
from tests.points.neighbours import agree, pay, terms
from tests.points.test_export import FORMS, judge, written

NEXT = text("SELECT id, task_name, args FROM procrastinate_jobs WHERE id > :after ORDER BY id LIMIT 1")


class Neighbours:
    """Two committed books in agreement for this year and the next, Anna with 300 points in the first."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.ledgers = [alone(open_ledger) for _ in range(2)]
        self.codes = [ledger.book.code for ledger in self.ledgers]
        today = datetime.now(UTC).date()
        period = {"valid_from": today - timedelta(days=2), "valid_to": today + timedelta(days=99)}
        first, second = (
            alone(lambda uow, own=own, other=other: agree(uow, own, replace(terms(other), **period)))
            for own, other in (self.codes, reversed(self.codes))
        )
        assert first == second
        self.agreement_id = first
        self.last = 0
        self.work()
        alone(lambda uow: Acts(uow, self.ledgers[0]).award(ANNA, 300))

    def send(self, points: int, reference: str = "", *, back: bool = False):
        codes = list(reversed(self.codes)) if back else self.codes
        anna = Actor(ANNA, frozenset({Role.RESIDENT}))
        return lambda uow: transfers.send_points(
            replace(uow, actor=anna),
            book=codes[0],
            to=codes[1],
            receiver_id=ANNA,
            points=points,
            reference=reference or str(uuid4()),
        )

    def take(self):
        """The next waiting job: its name and arguments."""
        row = alone(lambda uow: uow.session.execute(NEXT, {"after": self.last}).first())
        if row is None:
            return None
        self.last = row.id
        return row.id, row.task_name, row.args

    def run(self, job) -> None:
        """As the worker runs it: once for each number of a job."""
        runner.run_job(self.app, name=job[1], job_id=job[0], act=JOBS[job[1]], arguments=job[2])

    def work(self) -> None:
        while (job := self.take()) is not None:
            self.run(job)

    def points(self) -> list[int]:
        return [alone(lambda uow, ledger=ledger: Acts(uow, ledger).available(ANNA)) for ledger in self.ledgers]

    def states(self) -> list[tuple[str, str]]:
        rows = text("SELECT direction, state FROM points_clearing_transfers ORDER BY book_id, id")
        return [(row[0], row[1]) for row in alone(lambda uow: uow.session.execute(rows).all())]

    def cleared(self) -> list[tuple[int, int]]:
        trials = [alone(lambda uow, ledger=ledger: Acts(uow, ledger).trial()) for ledger in self.ledgers]
        return [(trial.get("clearing", 0), trial.get("clearing_due", 0)) for trial in trials]


@pytest.fixture
def neighbours(real_commits, tmp_path):
    made = Neighbours(real_commits)
    yield made
    made.work()
    for ledger in made.ledgers:
        assert (
            alone(lambda uow, ledger=ledger: invariants.list_wrongs(invariants.fetch_in(uow.session), ledger.id)) == []
        )
    # what left one book came into the other, points one for one and fen for fen
    (points, fen), (points_there, fen_there) = made.cleared()
    assert (points + points_there, fen + fen_there) == (0, 0)
    assert sum(made.points()) == 300
    with engine_of(real_commits.extensions["linli.test_database"].app_url) as engine:
        verdict = audit_books(engine, book=None, workers=1, report=lambda _: None)
        assert verdict.clean, verdict.findings
        with engine.connect() as connection:
            for code, form in product(made.codes, FORMS):
                path = tmp_path / f"{code}.{form}"
                path.write_text(written(connection, code, form), encoding="utf-8")
                judged = judge(form, path)
                assert (judged.returncode, judged.stdout, judged.stderr) == (0, "", "")


class Killed(BaseException):
    """The worker died."""


def dying(monkeypatch, module, name):
    """The worker dies at the end of a step, before its commit."""
    act = getattr(module, name)

    def die(uow, **told):
        act(uow, **told)
        uow.session.flush()
        raise Killed

    monkeypatch.setitem(JOBS, f"points.{name}", die)  # type: ignore[arg-type]


@pytest.mark.parametrize(("module", "name"), [(receiving, "receive_transfer"), (transfers, "settle_transfer")])
def test_a_worker_that_dies_in_a_step_leaves_it_to_be_done_again(neighbours, monkeypatch, module, name):
    alone(neighbours.send(100))
    with monkeypatch.context() as patched:
        dying(patched, module, name)
        job = neighbours.take()
        if name == "settle_transfer":
            neighbours.run(job)
            job = neighbours.take()
        with pytest.raises(Killed):
            neighbours.run(job)
    assert ("out", "sent") in neighbours.states()
    neighbours.run(job)
    neighbours.work()
    assert neighbours.states() == [("out", "arrived"), ("in", "arrived")]
    assert neighbours.points() == [200, 100]


def test_a_request_that_dies_before_its_commit_moved_nothing(neighbours):
    def die(uow):
        neighbours.send(100)(uow)
        uow.session.flush()
        raise Killed

    with pytest.raises(Killed):
        alone(die)
    assert neighbours.take() is None
    assert (neighbours.points(), neighbours.states()) == ([300, 0], [])


def test_a_job_that_is_delivered_twice_after_a_crash_does_nothing_the_second_time(neighbours):
    alone(neighbours.send(100))
    job = neighbours.take()
    for _ in range(2):
        neighbours.run(job)
    neighbours.work()
    assert neighbours.points() == [200, 100]


def test_two_deliveries_at_once_take_it_in_once(neighbours):
    """The sweep handed it over a second time, and both jobs run at the same moment."""
    alone(lambda uow: Acts(uow, neighbours.ledgers[1]).award(ANNA, 5))  # there is a balance to meet at
    sent = alone(neighbours.send(100))
    _, name, told = neighbours.take()
    at = [lambda uow: JOBS[name](uow, **told)] * 3
    done, refused = split(together(neighbours.app, *at, gate="points_balances"))
    assert (len(done), refused) == (3, [])
    alone(lambda uow: Acts(uow, neighbours.ledgers[1]).redeem(ANNA, 5))
    neighbours.work()
    assert neighbours.states() == [("out", "arrived"), ("in", "arrived")]
    assert neighbours.points() == [200, 100]
    assert sent.points == 100


def test_an_answer_heard_twice_at_once_gives_back_once(neighbours):
    alone(lambda uow: Acts(uow, neighbours.ledgers[1]).freeze(ANNA))
    alone(neighbours.send(100))
    neighbours.run(neighbours.take())
    _, name, told = neighbours.take()
    assert told["refusal"] == errors.ClearingPassbookFrozen.code
    at = [lambda uow: JOBS[name](uow, **told)] * 2
    assert split(together(neighbours.app, *at, gate="points_clearing_transfers"))[1] == []
    assert neighbours.points() == [300, 0]
    assert neighbours.states() == [("out", "returned"), ("in", "refused")]


def test_the_same_request_twice_at_once_is_one_transfer(neighbours):
    both = [neighbours.send(100, "r"), neighbours.send(100, "r")]
    done, refused = split(together(neighbours.app, *both, gate="points_balances"))
    assert ({each.id for each in done}, refused) == ({done[0].id}, [])
    neighbours.work()
    assert neighbours.points() == [200, 100]


def test_the_months_limit_holds_against_two_at_once(neighbours):
    alone(lambda uow: Acts(uow, neighbours.ledgers[0]).award(ANNA, 1000))
    rivals = [neighbours.send(400) for _ in range(3)]
    done, refused = split(together(neighbours.app, *rivals, gate="points_balances"))
    assert len(done) == 2
    assert [type(each) for each in refused] == [errors.ClearingMonthOver]
    neighbours.work()
    assert neighbours.points() == [500, 800]
    alone(lambda uow: Acts(uow, neighbours.ledgers[0]).redeem(ANNA, 500))
    alone(lambda uow: Acts(uow, neighbours.ledgers[1]).redeem(ANNA, 500))


def test_both_ways_at_once_neither_waits_for_the_other(neighbours):
    alone(neighbours.send(100))
    neighbours.work()
    ways = [neighbours.send(50), neighbours.send(30, back=True)]
    assert split(together(neighbours.app, *ways, gate="points_balances"))[1] == []
    neighbours.work()
    assert neighbours.points() == [180, 120]


def test_a_stop_against_a_transfer_ends_with_the_points_in_one_passbook(neighbours):
    def stop(uow):
        return agreements.stop_agreement(
            uow, book=neighbours.codes[1], agreement_id=neighbours.agreement_id, reason="over"
        )

    alone(neighbours.send(100))
    _, name, told = neighbours.take()
    together(neighbours.app, stop, lambda uow: JOBS[name](uow, **told), gate="points_clearing_agreements")
    neighbours.work()
    assert neighbours.states() in (
        [("out", "arrived"), ("in", "arrived")],
        [("out", "returned"), ("in", "refused")],
    )


def test_a_lost_job_is_found_by_the_sweep_of_the_schedule(neighbours):
    alone(neighbours.send(100))
    neighbours.take()  # and never run
    sweep = SCHEDULE["points.sweep_transfers"]
    runner.run_periodic(neighbours.app, name="sweep", job_id=1, periodic=sweep)
    assert neighbours.take() is None
    alone(lambda uow: transfers.sweep_step(uow, neighbours.codes[0], None), at=datetime.now(UTC) + timedelta(hours=1))
    neighbours.work()
    assert neighbours.points() == [200, 100]


def test_two_payments_of_one_month_at_once_pay_it_once(neighbours):
    alone(neighbours.send(100))
    neighbours.work()
    later = datetime.now(UTC) + timedelta(days=33)
    month = local_date(datetime.now(UTC))
    book = neighbours.codes[0]
    netting = run_in_transaction(
        lambda uow: nettings.state_netting(uow, book=book, agreement_id=neighbours.agreement_id, month=month),
        actor=SYSTEM,
        now=later,
    )
    neighbours.work()

    def payment(reference):
        return lambda uow: pay(Acts(uow, neighbours.ledgers[0]), netting, reference)

    done, refused = split(
        together(neighbours.app, payment("B-1"), payment("B-2"), gate="points_clearing_nettings", at=later)
    )
    assert (len(done), [type(each) for each in refused]) == (1, [errors.ClearingPaid])
    codes = text("SELECT count(*) FROM points_transactions WHERE code = :code")
    assert alone(lambda uow: uow.session.scalar(codes, {"code": Code.CLEARING_PAYMENT})) == 1
    theirs = alone(lambda uow: nettings.list_nettings(uow, book=neighbours.codes[1], limit=1, cursor=None).items[0])
    alone(lambda uow: pay(Acts(uow, neighbours.ledgers[1]), theirs, "B-1"), at=later)
