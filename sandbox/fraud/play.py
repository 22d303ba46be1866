"""The month goes through `decide`, act by act, as the features ask it; every night rings are sought."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from app.infra.unit_of_work import UnitOfWork
from app.risk.service import Event, decide, find_rings_step, settle_decision
from app.risk.terms import NO_BOOK, EventKind, Outcome
from sandbox.fraud import dishonest, honest
from sandbox.fraud.acts import DAYS, Act, Town
from sandbox.fraud.joined import Books, account_of, facts_of

Do = Callable[[Callable[[UnitOfWork], Any], datetime], Any]
"""Runs a unit of work at a time."""
NIGHT = timedelta(hours=3, minutes=30)


@dataclass(frozen=True, slots=True)
class Judged:
    """An act and what was decided on it."""

    act: Act
    outcome: str
    reasons: Sequence[str]


def town_of(seed: int, *, first: datetime, residents: int) -> Town:
    """Who and what there is before the month begins."""
    return honest.make_town(Random(f"town {seed}"), first, residents)


def make_month(seed: int, *, first: datetime, residents: int) -> list[Act]:
    """Give the acts of a month in order. Honest people and cheats draw from chances of their own."""
    town = town_of(seed, first=first, residents=residents)
    acts = [*honest.live(Random(f"honest {seed}"), town), *dishonest.attack(Random(f"dishonest {seed}"), town)]
    end = first + timedelta(days=DAYS)
    return sorted((each for each in acts if each.at < end), key=lambda each: (each.at, each.subject))


def play(acts: Iterable[Act], *, book: str, book_id: int, do: Do, books: Books | None = None) -> list[Judged]:
    """Decide on each act at its time, with what the system would tell of it. `books`: what it held before.

    Whoever has to confirm a payment does: cheats hold the telephone as well as the honest. A payment that was declined,
    or is not there to give back, is no fact.
    """
    judged: list[Judged] = []
    books = books or Books()
    night: datetime | None = None
    for act in acts:
        night = night or act.at.replace(hour=0, minute=0) + NIGHT
        while act.at >= night:
            _look_by_night(do, book, night)
            night += timedelta(days=1)
        if act.refunds is None or act.refunds in books.bought:
            judged.append(do(lambda uow, act=act: _decide(uow, book_id, act, books), act.at))
    return judged


def _decide(uow: UnitOfWork, book_id: int, act: Act, books: Books) -> Judged:
    kind = EventKind(act.kind)
    books.accounts.note(act)
    event = Event(
        kind=kind,
        book_id=None if kind is EventKind.LOGIN else book_id,
        subject_id=act.subject,
        resident_id=act.resident,
        person_id=act.person,
        device_id=account_of(act, books).installation if kind is EventKind.AWARD else act.device,
        household_id=act.household,
        shop_id=act.shop,
        terminal_id=act.terminal,
        coordinator_id=act.coordinator,
        points=0 if kind is EventKind.CHECK_IN else act.points,
        order_fen=act.order_fen,
        mode=act.mode,
        facts=facts_of(act, books),
    )
    decision = decide(uow, event)
    _move(uow, event.book_id or NO_BOOK, act, decision.outcome, books)
    return Judged(act, str(decision.outcome), [str(reason) for reason in decision.reasons])


def _move(uow: UnitOfWork, book_id: int, act: Act, outcome: Outcome, books: Books) -> None:
    """What becomes of points, and what anti-fraud is told of it afterwards: as the shops do."""
    if act.refunds is None:
        if outcome is not Outcome.DECLINE:
            books.keep(act)
    elif outcome in {Outcome.APPROVE, Outcome.REVIEW}:
        books.keep(act)
        left = books.bought[act.refunds].points - books.returned[act.refunds]
        settle_decision(uow, book_id, EventKind.REDEEM, act.refunds, points=left)
    else:
        settle_decision(uow, book_id, EventKind.REFUND, act.subject, points=0)


def _look_by_night(do: Do, book: str, night: datetime) -> None:
    where = do(lambda uow: find_rings_step(uow, book, None), night)
    while where is not None:
        where = do(lambda uow, where=where: find_rings_step(uow, book, where), night)
