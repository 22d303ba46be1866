"""Random days between two books: jobs lost, late, doubled or refused. At the end every point is somewhere, once."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from app.jobs.catalogue import JOBS
from app.kernel.errors import DomainError
from app.points.queries import clearing as clearing_queries
from app.points.service.clearing import transfers
from tests.points import invariants
from tests.points.ledger import ANNA, BORIS, Acts, open_ledger
from tests.points.neighbours import Pair

STEPS = 120
ALL = text("SELECT id, task_name, args FROM procrastinate_jobs WHERE id > :after ORDER BY id")


class Days:
    """Acts drawn by chance, in two books whose points are worth three for two."""

    def __init__(self, uow, seed: int) -> None:
        self.chance = random.Random(seed)
        self.pair = Pair(Acts(uow, open_ledger(uow)), Acts(uow, open_ledger(uow, value_fen=7))).agree(
            rate_num=2, rate_den=3, points_max=200, month_points_max=100_000
        )
        self.start = self.pair.done
        self.seen: set[str] = set()
        for acts, who in ((self.pair.here, ANNA), (self.pair.here, BORIS), (self.pair.there, ANNA)):
            acts.award(who, 400)
            acts.opening(who, 90, date(2026, 7, 31))

    def live(self) -> None:
        acts = [self.send, self.send, self.deliver, self.deliver, self.freeze, self.spend, self.sweep, self.pass_time]
        for _ in range(STEPS):
            act = self.chance.choice(acts)
            try:
                act()
            except DomainError as refused:
                self.seen.add(refused.code)

    def send(self) -> None:
        self.pair.send(
            self.chance.randint(1, 150), who=self.chance.choice([ANNA, BORIS]), back=self.chance.random() < 0.4
        )

    def deliver(self) -> None:
        """Any job of the past, in any order, as often as chance has it."""
        self.pair.here.uow.session.flush()
        jobs = self.pair.here.uow.session.execute(ALL, {"after": self.start}).all()
        for job in self.chance.sample(jobs, min(len(jobs), 4)):
            JOBS[job.task_name](self.pair.here.uow, **job.args)

    def freeze(self) -> None:
        acts, who = self.chance.choice([self.pair.here, self.pair.there]), self.chance.choice([ANNA, BORIS])
        acts.freeze(who) or acts.thaw(who)

    def spend(self) -> None:
        self.chance.choice([self.pair.here, self.pair.there]).redeem(ANNA, self.chance.randint(1, 30))

    def sweep(self) -> None:
        for acts in (self.pair.here, self.pair.there):
            late = replace(acts.uow, now=acts.uow.now + timedelta(minutes=11))
            transfers.sweep_step(late, acts.book.code, None)

    def pass_time(self) -> None:
        self.pair = self.pair.later(days=self.chance.randint(0, 4))

    def end(self) -> None:
        """Whatever was lost is swept and delivered."""
        self.pair = self.pair.later(hours=1)
        self.sweep()
        self.pair.done = self.start
        self.pair.work(most=10_000)


def sums(acts):
    trial = acts.trial()
    return trial.get("clearing", 0), trial.get("clearing_due", 0)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_on_the_way_both_books_end_sound_and_agree(uow, seed):
    days = Days(uow, seed)
    days.live()
    days.end()
    pair = days.pair
    uow.session.flush()
    for acts in (pair.here, pair.there):
        assert invariants.list_wrongs(invariants.fetch_in(uow.session), acts.ledger.id) == []
    assert sums(pair.here)[1] + sums(pair.there)[1] == 0  # fen for fen
    span = {"since": pair.here.uow.now - timedelta(days=999), "until": pair.here.uow.now + timedelta(days=9)}
    here, there = (
        clearing_queries.sum_cleared(uow.session, acts.ledger.id, pair.agreement_id, **span)
        for acts in (pair.here, pair.there)
    )
    assert (here.under_way, there.under_way) == (0, 0)
    assert (here.out_fen, here.in_fen) == (there.in_fen, there.out_fen)
    assert sums(pair.here) == (here.out_points - here.in_points, here.out_fen - here.in_fen)
    assert sums(pair.there) == (there.out_points - there.in_points, there.out_fen - there.in_fen)
    states = text(
        "SELECT a.state || ' ' || b.state FROM points_clearing_transfers a JOIN points_clearing_transfers b"
        " ON b.id = a.id AND b.direction = 'in' WHERE a.direction = 'out'"
    )
    found = set(uow.session.scalars(states))
    assert found <= {"arrived arrived", "returned refused"}
    assert "arrived arrived" in found
