"""Thinks a week up. Pure: the same run, first day and scale give the same week."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sandbox.demo import words
from sandbox.demo.acts import (
    EVERYTHING,
    Act,
    Award,
    AwardBatch,
    ClawBack,
    Day,
    DecideReport,
    Ending,
    FileReport,
    Freeze,
    PaperBalance,
    Purchase,
    Refund,
    Share,
    TakeOver,
    Week,
)
from sandbox.neighbourhood import places
from sandbox.neighbourhood.people import Holder, Person, Roster

DAYS = 7
DISTRICT = ZoneInfo("Asia/Shanghai")
# Of a whole neighbourhood on one day; `scale` makes it smaller.
SINGLE_AWARDS, THANKS, REPORTS, PURCHASES = 90, 20, 40, 430
SHARE_SORTING_WASTE = 0.7
ACCEPTED = 0.7
ENDINGS = ((Ending.WHOLE, 0.88), (Ending.PART, 0.06), (Ending.CANCEL, 0.06))
TOO_MUCH, REPEATED, REFUNDED, REFUNDED_TWICE = 0.05, 0.05, 0.06, 0.3
OVER_THE_TOP = 5_000  # more than any passbook holds
PASSBOOKS_MIN = 10


def plan_week(roster: Roster, *, run: str, first_day: date, scale: float = 1.0) -> Week:
    """Plan seven days from `first_day`. `scale` (0 to 1) is how much of the neighbourhood takes part."""
    return _Planner(roster, run, first_day, scale).week()


@dataclass(slots=True)
class _Draft:
    """A day while it is being thought up."""

    day: date
    last: bool
    batches: list[AwardBatch] = field(default_factory=list)
    lives: dict[Person, list[Act]] = field(default_factory=dict)

    def at(self, hour: float) -> datetime:
        """The instant of this day at `hour` (9.5 is half past nine) in the district."""
        return datetime.combine(self.day, time.min, DISTRICT) + timedelta(seconds=round(hour * 3600))

    def add(self, act: Act) -> None:
        """Put an act into its resident's life."""
        self.lives.setdefault(act.resident, []).append(act)

    def done(self) -> Day:
        """The day as it will be played: each life in the order of time."""
        lives = {person: tuple(sorted(acts, key=lambda act: act.at)) for person, acts in self.lives.items()}
        return Day(self.day, tuple(self.batches), lives, self.at(6))


class _Event(NamedTuple):
    """What many did together. Everybody gets `points` and up to two more."""

    hour: float
    budget: places.BudgetPlan
    activity: str
    points: int
    minutes: int


class _Planner:
    def __init__(self, roster: Roster, run: str, first_day: date, scale: float) -> None:
        self._roster = roster
        self._run = run
        self._chance = Random(f"{run}:{scale}")
        self._scale = scale
        count = max(PASSBOOKS_MIN, round(len(roster.holders) * scale))
        self._holders: tuple[Holder, ...] = roster.holders[:count]
        self._volunteers = tuple(holder for holder in self._holders if holder.volunteers)
        days = [first_day + timedelta(days=number) for number in range(DAYS)]
        self._drafts = [_Draft(day, day == days[-1]) for day in days]
        self._numbers = 0

    def week(self) -> Week:
        """Think of everything, then sort it into days."""
        opening = self._opening()
        for number, draft in enumerate(self._drafts):
            self._plan_batches(draft)
            for _ in range(self._some(SINGLE_AWARDS)):
                self._plan_award(draft)
            for _ in range(self._some(THANKS)):
                self._plan_thanks(draft)
            for _ in range(self._some(REPORTS)):
                self._plan_report(draft)
            for _ in range(self._some(PURCHASES)):
                self._plan_purchase(draft, self._drafts[number + (0 if draft.last else 1)])
        self._plan_freeze()
        self._plan_clawback()
        return Week(self._run, opening, tuple(draft.done() for draft in self._drafts), places.SHOPS)

    def _some(self, of_whole: int) -> int:
        return max(1, round(of_whole * self._scale))

    def _reference(self, kind: str) -> str:
        self._numbers += 1
        return f"{self._run}-{kind}{self._numbers:05d}"

    def _resident(self) -> Person:
        # some come daily, some hardly ever
        return self._holders[int(len(self._holders) * self._chance.random() ** 1.15)].person

    def _opening(self) -> TakeOver:
        first = self._drafts[0]
        chance, rows = self._chance, []
        for holder in self._holders:
            if chance.random() < 0.12:  # last day inside the week: some is spent in time, the rest lapses
                expires_on = first.day + timedelta(days=chance.randint(1, DAYS - 2))
            else:
                expires_on = date(first.day.year + chance.randint(1, 2), chance.choice((6, 12)), 30)
            points = chance.choice((60, 120, 160, 200, 240, 300, 360)) + chance.randint(0, 39)
            rows.append(PaperBalance(holder.person, f"{holder.passbook_no}/{self._run}", points, expires_on))
        return TakeOver(first.at(5), places.PASSBOOKS, tuple(rows))

    def _plan_batches(self, draft: _Draft) -> None:
        """What people did the day before, entered in the morning."""
        chance = self._chance
        sorters = [holder for holder in self._holders if chance.random() < SHARE_SORTING_WASTE]
        riders = self._volunteers[:: 2 if draft.day.weekday() % 2 else 3]
        self._add_batch(draft, _Event(7.0, places.GREEN, words.SORTING, 3, 10), sorters)
        self._add_batch(draft, _Event(7.3, places.VOLUNTEERS, words.PATROL, 5, 60), self._volunteers)
        self._add_batch(draft, _Event(7.5, places.VOLUNTEERS, words.MEALS, 4, 45), riders)
        if draft.day.weekday() == 1:  # the volunteer day is Monday
            self._add_batch(draft, _Event(7.7, places.VOLUNTEERS, words.SERVICE_DAY, 20, 120), self._volunteers)

    def _add_batch(self, draft: _Draft, event: _Event, holders: Sequence[Holder]) -> None:
        chance = self._chance
        shares = tuple(
            Share(holder.person, event.points + chance.randint(0, 2), event.minutes + 5 * chance.randint(0, 3))
            for holder in holders
        )
        coordinator = chance.choice(self._roster.coordinators)
        batch = AwardBatch(
            draft.at(event.hour), self._reference("B"), coordinator, event.budget, event.activity, shares
        )
        draft.batches.append(batch)

    def _plan_award(self, draft: _Draft) -> None:
        hours = self._chance.choice((1, 1, 2, 2, 3))
        draft.add(
            Award(
                draft.at(self._chance.uniform(8, 20)),
                self._reference("A"),
                self._chance.choice(self._volunteers).person,
                self._chance.choice(self._roster.coordinators),
                places.VOLUNTEERS,
                self._chance.choice(words.ACTIVITIES),
                points=5 * hours,
                minutes=60 * hours,
            )
        )

    def _plan_thanks(self, draft: _Draft) -> None:
        coordinator = self._chance.choice(self._roster.coordinators)
        activity = self._chance.choice(words.THANKS)
        at, person = draft.at(self._chance.uniform(8, 20)), self._resident()
        draft.add(Award(at, self._reference("A"), person, coordinator, places.THANKS, activity, points=2, minutes=10))

    def _plan_report(self, draft: _Draft) -> None:
        chance, resident, reference = self._chance, self._resident(), self._reference("R")
        hour = chance.uniform(8, 17)
        building = f"{chance.randint(1, 24)}幢{chance.randint(1, 3)}单元"
        # each beside another lamp post: many problems, not one that many confirm
        place = f"{chance.choice((*words.PLACES, building, building))},灯杆 {reference} 旁"
        draft.add(FileReport(draft.at(hour), reference, resident, chance.choice(words.PROBLEMS), place))
        accepted = chance.random() < ACCEPTED
        decided_at = draft.at(hour + chance.uniform(0.2, 4))
        draft.add(
            DecideReport(
                decided_at,
                reference,
                resident,
                chance.choice(self._roster.clerks),
                places.REPORTS,
                points=chance.choice((5, 5, 8, 10)) if accepted else None,
                reason="" if accepted else chance.choice(words.REJECTIONS),
            )
        )

    def _plan_purchase(self, draft: _Draft, next_draft: _Draft) -> None:
        chance, cashier = self._chance, self._chance.choice(self._roster.cashiers)
        points = chance.choice(cashier.shop.offers if cashier.shop else (10,))
        ending = chance.choices([e for e, _ in ENDINGS], [weight for _, weight in ENDINGS])[0]
        hour = chance.uniform(8, 19)
        refunded = chance.random() < REFUNDED
        points = OVER_THE_TOP if chance.random() < TOO_MUCH else points
        captured = {Ending.WHOLE: points, Ending.PART: max(1, points * 2 // 3), Ending.CANCEL: 0}[ending]
        purchase = Purchase(
            draft.at(hour),
            self._reference("P"),
            self._resident(),
            cashier,
            points,
            ending,
            captured,
            repeats=chance.random() < REPEATED,
        )
        draft.add(purchase)
        if refunded and 1 < captured < OVER_THE_TOP:
            self._plan_refunds(purchase, draft.at(hour + 1.5), next_draft.at(hour + 1.8))

    def _plan_refunds(self, purchase: Purchase, first_at: datetime, second_at: datetime) -> None:
        part = self._chance.randint(1, purchase.captured - 1)
        self._add_refund(purchase, first_at, part)
        if self._chance.random() < REFUNDED_TWICE:
            self._add_refund(purchase, second_at, purchase.captured - part)

    def _add_refund(self, purchase: Purchase, at: datetime, points: int) -> None:
        draft = next(draft for draft in self._drafts if draft.day == at.date())
        repeats = self._chance.random() < REPEATED
        reference = self._reference("T")
        draft.add(Refund(at, reference, purchase.resident, purchase.cashier, purchase.reference, points, repeats))

    def _plan_freeze(self) -> None:
        """A lost passbook: frozen on the third day, thawed on the fifth; a stranger tries to spend in between."""
        person = self._chance.choice(self._holders).person
        third, fourth, fifth = self._drafts[2], self._drafts[3], self._drafts[4]
        third.add(Freeze(third.at(7.9), self._reference("F"), person, words.FREEZE_REASON, thaw=False))
        cashier = self._chance.choice(self._roster.cashiers)
        fourth.add(Purchase(fourth.at(12), self._reference("P"), person, cashier, 5, Ending.WHOLE, 5, repeats=False))
        fifth.add(Freeze(fifth.at(7.9), self._reference("F"), person, words.THAW_REASON, thaw=True))

    def _plan_clawback(self) -> None:
        """Hours that were not worked: awarded on the second day, mostly spent and then taken back on the sixth."""
        holder = self._chance.choice(self._volunteers)
        coordinator = self._chance.choice(self._roster.coordinators)
        second, sixth = self._drafts[1], self._drafts[5]
        award = Award(
            second.at(7.8),
            self._reference("A"),
            holder.person,
            coordinator,
            places.VOLUNTEERS,
            words.FALSE_HOURS,
            points=120,
            minutes=600,
        )
        second.add(award)
        cashier, reference = self._chance.choice(self._roster.cashiers), self._reference("P")
        sixth.add(
            Purchase(
                sixth.at(20.2), reference, holder.person, cashier, EVERYTHING, Ending.WHOLE, EVERYTHING, repeats=False
            )
        )
        sixth.add(ClawBack(sixth.at(20.5), self._reference("C"), holder.person, award.reference, words.CLAWBACK_REASON))
