"""A committed history with some of everything, for the audit to judge and for corruptions to be made in."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.orm import Session

from app.infra.db import database_url
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import SYSTEM
from app.kernel.errors import DomainError
from app.kernel.periods import add_months, local_date, month_end, month_start
from app.points.service.audit import Verdict, audit_books
from app.points.service.closings import close_month
from tests.fixtures import servers as places
from tests.fixtures.servers import Database, Servers
from tests.fixtures.work import NOW
from tests.points.ledger import Acts, Ledger, named, open_ledger

DAYS = 75
RESIDENTS = tuple(named(f"resident {n}") for n in range(6))
STRANGE = '“积分” "x"; date:2020-99-99, a=b \\ {tag} [2020-01-01] (b) | \u2028 end\n  Assets:Money:Bank  1 CNY'


class Neighbourhood:
    """Random acts, day after day. Refused ones leave what they leave."""

    def __init__(self, uow: UnitOfWork, ledger: Ledger, seed: int) -> None:
        self.acts = Acts(uow, ledger)
        self.chance = random.Random(seed)
        self.awards: list = []
        self.spendings: list = []
        self.holds: list = []
        self.undone: list = []
        self.done: set[str] = set()

    def live(self, days: int) -> None:
        for day in range(days):
            self.acts = Acts(replace(self.acts.uow, now=NOW + timedelta(days=day)), self.acts.ledger)
            kinds: list[Callable[[], object]] = [
                *([self.award] * 5),
                *([self.spend] * 4),
                *([self.hold] * 3),
                self.capture,
                self.capture,
                self.release,
                self.refund,
                self.refund,
                self.reverse,
                self.claw_back,
                self.take_over,
                self.freeze,
                self.allot,
                self.pay,
            ]
            for act in self.chance.sample(kinds, 9):
                self.try_act(act)
            self.try_act(self.acts.expire)
            self.try_act(self.acts.close_due_allotments)
            if day % 10 == 0:
                self.try_act(self.acts.sweep)
                self.try_act(lambda: self.acts.fold(limit=40))

    def try_act(self, act: Callable[[], object]) -> None:
        try:
            act()
        except DomainError as refused:
            self.done.add(refused.code)
        else:
            self.done.add(getattr(act, "__name__", "act"))

    def someone(self):
        return self.chance.choice(RESIDENTS)

    def award(self) -> None:
        who = self.someone()
        evidence = self.chance.choice([None, "attendance", STRANGE])
        outcome = self.acts.award(who, self.chance.choice([3, 40, 250, 900, 60_000]), evidence=evidence)
        self.awards.append(outcome.subject_id)

    def spend(self) -> None:
        who = self.someone()
        self.spendings.append((self.acts.redeem(who, self.chance.randint(1, 400)).subject_id, who))

    def hold(self) -> None:
        who = self.someone()
        self.holds.append((self.acts.hold(who, self.chance.randint(1, 300), seconds=200_000).hold_id, who))

    def capture(self) -> None:
        found = self.holds or [(named("none"), RESIDENTS[0])]
        hold_id, who = found.pop(self.chance.randrange(len(found)))
        self.spendings.append((self.acts.capture(hold_id, who, self.chance.choice([None, 1])).subject_id, who))

    def release(self) -> None:
        self.acts.release(self.holds.pop(0)[0] if self.holds else named("none"))

    def refund(self) -> None:
        original, who = self.chance.choice(self.spendings or [(named("none"), RESIDENTS[0])])
        self.acts.refund(original, who, self.chance.randint(1, 120))

    def reverse(self) -> None:
        originals = [*self.awards, *(original for original, _ in self.spendings)]
        self.acts.reverse(self.chance.choice(originals or [named("none")]))

    def claw_back(self) -> None:
        self.acts.claw_back(self.chance.choice(self.awards or [named("none")]))

    def take_over(self) -> None:
        day = local_date(self.acts.uow.now) + timedelta(days=self.chance.randint(0, 40))
        self.acts.opening(self.someone(), self.chance.randint(1, 90), day)

    def freeze(self) -> None:
        who = self.someone()
        self.chance.choice([self.acts.freeze, self.acts.thaw, self.acts.thaw])(who)

    def allot(self) -> None:
        """A station gets points, awards some, and sometimes gives the rest back; one of its awards is undone later."""
        points = self.chance.randint(1, 200)
        allotment = self.acts.allot(named("station"), points, days=20)
        self.undone.append(self.acts.award_allotted(allotment, RESIDENTS[0], points // 2 + 1).subject_id)
        if points % 3 == 0:
            self.acts.close_allotment(allotment)
            self.acts.reverse(self.undone.pop())  # into an allotment that is closed

    def pay(self) -> None:
        self.acts.pay(self.chance.randint(1, 500))


EVERYTHING = {
    *("award", "spend", "hold", "capture", "release", "refund", "reverse", "claw_back", "take_over", "freeze"),
    *("allot", "pay", "expire", "sweep"),
}


def write_history(database: Database, *, seed: int, days: int = DAYS) -> Neighbourhood:
    """Commit a neighbourhood's life as the application's own role. It ends with open holds and a frozen passbook."""
    engine = create_engine(database_url(database.app_url))
    try:
        with Session(engine, expire_on_commit=False) as session:
            uow = UnitOfWork(session=session, actor=SYSTEM, now=NOW)
            ledger = open_ledger(uow, minted=160_000, validity_months=1)
            life = Neighbourhood(uow, ledger, seed)
            life.live(days)
            last = life.acts
            last.award(RESIDENTS[1], 700)
            last.thaw(RESIDENTS[1])
            for points in (20, 30):
                last.hold(RESIDENTS[1], points)
            last.freeze(named("newcomer"))
            close_months(last)
            debt = last.award(named("moving"), 60).subject_id
            last.redeem(named("moving"), 45)
            last.claw_back(debt)
            last.award(named("moving"), 33)
            last.transfer(named("moving"), named("moved"), "merge")
            part = last.award(named("giver"), 80).subject_id
            last.redeem(named("giver"), 50)
            for points in (20, 40):
                last.claw_back(part, points)
            last.recover(last.award(named("giver"), 25).subject_id)
            other = open_ledger(uow, minted=16_000)
            Acts(uow, other).award(RESIDENTS[0], 10)
            session.commit()
    finally:
        engine.dispose()
    places.count_rows(database)
    return life


def close_months(acts: Acts) -> None:
    """Close every month of the history that can be closed by its end."""
    month = month_start(local_date(NOW))
    while local_date(acts.uow.now) >= month_end(month) + timedelta(days=2):
        close_month(acts.uow, book=acts.book.code, month=month)
        month = add_months(month, 1)


@contextmanager
def engine_of(url: str) -> Iterator[Engine]:
    """An engine of its own, gone afterwards so that the database can be cloned or dropped."""
    engine = create_engine(database_url(url))
    try:
        yield engine
    finally:
        engine.dispose()


def audit(database: Database, *, book: str | None = None, workers: int = 2) -> Verdict:
    """Audit as the application's own role."""
    with engine_of(database.app_url) as engine:
        return audit_books(engine, book=book, workers=workers)


@contextmanager
def copied(servers: Servers, original: Database) -> Iterator[Database]:
    """A copy of a database nobody is connected to."""
    copy = places.clone(servers, original.name)
    try:
        yield copy
    finally:
        places.drop(servers, copy)


def corrupt(connection: Connection, statement: str) -> str:
    """Do, as a superuser, what the database refuses to everybody else. Answers the row it touched."""
    connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    touched = connection.exec_driver_sql(statement).first()
    assert touched is not None, "the statement touched nothing"
    return str(touched[0])
