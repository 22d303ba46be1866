"""The month goes through `decide`, act by act, as the features ask it; every night rings are sought."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from app.infra.unit_of_work import UnitOfWork
from app.risk.service import Event, decide, find_rings_step, settle_decision
from app.risk.terms import EventKind, Outcome
from sandbox.fraud import dishonest, honest
from sandbox.fraud.acts import DAYS, Act

Do = Callable[[Callable[[UnitOfWork], Any], datetime], Any]
"""Runs a unit of work at a time."""
NIGHT = timedelta(hours=3, minutes=30)


@dataclass(frozen=True, slots=True)
class Judged:
    """An act and what was decided on it."""

    act: Act
    outcome: str
    reasons: Sequence[str]


def make_month(seed: int, *, first: datetime, residents: int) -> list[Act]:
    """Give the acts of a month in order. Honest people and cheats draw from chances of their own."""
    town = honest.make_town(Random(f"town {seed}"), first, residents)
    acts = [*honest.live(Random(f"honest {seed}"), town), *dishonest.attack(Random(f"dishonest {seed}"), town)]
    end = first + timedelta(days=DAYS)
    return sorted((each for each in acts if each.at < end), key=lambda each: (each.at, each.subject))


def play(acts: Iterable[Act], *, book: str, book_id: int, do: Do) -> list[Judged]:
    """Decide on each act at its time. Blocked points of a cheat do not move; the honest prove who they are."""
    judged: list[Judged] = []
    night: datetime | None = None
    for act in acts:
        night = night or act.at.replace(hour=0, minute=0) + NIGHT
        while act.at >= night:
            _look_by_night(do, book, night)
            night += timedelta(days=1)
        judged.append(do(lambda uow, act=act: _decide(uow, book_id, act), act.at))
    return judged


def _decide(uow: UnitOfWork, book_id: int, act: Act) -> Judged:
    kind = EventKind(act.kind)
    event = Event(
        kind=kind,
        book_id=None if kind is EventKind.LOGIN else book_id,
        subject_id=act.subject,
        resident_id=act.resident,
        person_id=act.person,
        device_id=act.device,
        household_id=act.household,
        shop_id=act.shop,
        terminal_id=act.terminal,
        coordinator_id=act.coordinator,
        points=act.points,
        order_fen=act.order_fen,
        mode=act.mode,
        facts=act.facts,
    )
    decision = decide(uow, event)
    if act.scheme and decision.outcome is Outcome.BLOCK_AND_REVIEW:
        settle_decision(uow, kind, act.subject, points=0)
    if act.refunds is not None and decision.outcome in {Outcome.APPROVE, Outcome.REVIEW}:
        settle_decision(uow, EventKind.REDEEM, act.refunds, points=0)
    return Judged(act, str(decision.outcome), [str(reason) for reason in decision.reasons])


def _look_by_night(do: Do, book: str, night: datetime) -> None:
    where = do(lambda uow: find_rings_step(uow, book, None), night)
    while where is not None:
        where = do(lambda uow, where=where: find_rings_step(uow, book, where), night)
