"""Plays a planned week: days one after another, residents side by side, each resident's acts in the order of time."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from datetime import date, datetime, timedelta
from typing import TypeVar

from sandbox.demo import crowd
from sandbox.demo.acts import Act, Day, Week
from sandbox.demo.lives import Life
from sandbox.demo.screen import Screen
from sandbox.demo.stage import Stage
from sandbox.neighbourhood.people import Person, Roster
from sandbox.neighbourhood.places import Shop

Item = TypeVar("Item")
WEEKDAYS = "一二三四五六日"


def play_week(stage: Stage, week: Week, roster: Roster, screen: Screen, *, lanes: int) -> None:
    """Play everything, `lanes` residents at a time. Refuses DemoProblem when the system cannot be understood."""
    with screen.playing(week.size):
        _Player(stage, week, roster, screen, lanes).play()


class _Player:
    def __init__(self, stage: Stage, week: Week, roster: Roster, screen: Screen, lanes: int) -> None:
        self._stage = stage
        self._week = week
        self._treasurer, self._deputy = roster.treasurer, roster.deputy
        self._screen = screen
        self._pool = ThreadPoolExecutor(lanes, thread_name_prefix="lane")
        self._lanes = lanes
        self._life = Life(stage, roster.treasurer, roster.deputy)
        self._lane_of = {person: number % lanes for number, person in enumerate(week.people)}

    def play(self) -> None:
        """From the opening to the last evening."""
        with self._pool:
            try:
                self._begin()
                for number, day in enumerate(self._week.days, start=1):
                    self._play_day(number, day)
            except BaseException:
                self._stage.stopped.set()  # what is queued ends at once, also on Ctrl-C
                raise

    def _begin(self) -> None:
        """What earlier weeks left is read; the sponsors pay; the paper passbooks are taken over."""
        week, at = self._week, self._week.opening.at
        self._screen.day("开账  opening")
        # lapsed points that nobody swept yet would not show among the lots
        crowd.run_expiry(self._stage, self._treasurer, (), at=at - timedelta(minutes=30), key=f"{week.run}-before")
        self._side_by_side(lambda person: self._read(person, at), week.people)
        crowd.provide(
            self._stage, self._treasurer, self._deputy, week.needs(), run=week.run, at=at - timedelta(minutes=20)
        )
        crowd.take_over(self._stage, self._treasurer, week.opening, run=week.run)
        self._screen.advance()

    def _play_day(self, number: int, day: Day) -> None:
        """One day: points that fell due overnight go, batches come in, then everybody lives."""
        self._screen.day(f"第{number}天 周{WEEKDAYS[day.date.weekday()]}  day {number}  {day.date}")
        key = f"{self._week.run}-expiry-{number}"
        crowd.run_expiry(self._stage, self._treasurer, self._week.people, at=day.expiry_at, key=key)
        self._screen.advance()
        for batch in day.batches:  # together they touch the same passbooks, so one after another
            crowd.award_batch(self._stage, self._treasurer, batch)
            self._screen.advance()
        self._side_by_side(self._live, self._in_lanes(day))

    def _in_lanes(self, day: Day) -> list[list[Act]]:
        """The lives of the day, dealt to lanes so that a resident stays in one, and each lane in the order of time."""
        lanes: list[list[Act]] = [[] for _ in range(self._lanes)]
        for person, life in day.lives.items():
            lanes[self._lane_of[person]].extend(life)
        return [sorted(lane, key=lambda act: act.at) for lane in lanes]

    def _live(self, acts: Iterable[Act]) -> None:
        for act in acts:
            if self._stage.stopped.is_set():
                return
            self._life.play(act)
            self._screen.advance()

    def _read(self, person: Person, at: datetime) -> None:
        if not self._stage.stopped.is_set():
            self._stage.passbooks[person] = crowd.read_passbook(self._stage, self._treasurer, person, at)

    def _side_by_side(self, do: Callable[[Item], None], items: Sequence[Item]) -> None:
        running = [self._pool.submit(do, item) for item in items]
        ended, _ = wait(running, return_when=FIRST_EXCEPTION)
        for future in ended:
            future.result()


def settle(stage: Stage, desk: tuple[Person, Person], shops: Iterable[Shop], *, yesterday: date, run: str) -> None:
    """State what each shop is owed through the week, let both of the desk sign it, and pay it.

    The book pays on the last day of a statement itself, so that the story ends today.
    There is one statement per shop and day: a second week on the same day is settled through today, a third one waits
    for tomorrow's statement.
    """
    treasurer, deputy = desk
    terms = {"payout_days": 0, "new_shop_days": 0}
    proposed = stage.api.post(treasurer, "/payout-terms", {"terms": terms}).need()
    stage.api.post(deputy, f"/payout-terms/{proposed['id']}/approve", {}).need()
    for number, shop in enumerate(shops, start=1):
        for through in (yesterday, yesterday + timedelta(days=1)):
            body = {"shop_id": str(shop.id), "through": through.isoformat()}
            reply = stage.api.post(treasurer, "/settlements", body)
            if reply.ok and reply.body["state"] in {"stated", "closed"}:
                _pay(stage, desk, reply.body, f"{run}-{number:02d}")
                break
            if not reply.ok and reply.code != "merchants.nothing_to_settle":
                stage.surprise(f"结算失败 / settlement of {shop.name}", reply)
        else:
            stage.tally.add("shops carried over")


def _pay(stage: Stage, desk: tuple[Person, Person], settlement: dict[str, object], reference: str) -> None:
    stage.tally.add("settlements")
    if not settlement["payable_fen"]:
        return
    treasurer, deputy = desk
    path = f"/settlements/{settlement['id']}"
    stage.api.post(treasurer, f"{path}/check", {}).need()
    stage.api.post(deputy, f"{path}/approve", {}).need()
    paid = stage.api.post(deputy, f"{path}/pay", {"bank_reference": reference}).need()
    stage.tally.add("paid fen", paid["payable_fen"])
