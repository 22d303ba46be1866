"""What the players know while the week goes on: the system, what they were told, and what the passbooks must hold."""

import threading
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sandbox.demo.api import Api, DemoProblem, Reply, Tally
from sandbox.demo.passbooks import Passbook, Pieces, last_day_of_points
from sandbox.neighbourhood.people import Person
from sandbox.neighbourhood.places import BudgetPlan

DISTRICT = ZoneInfo("Asia/Shanghai")


@dataclass(slots=True)
class Bought:
    """A purchase that was paid: what can still be given back."""

    payment_id: str
    left: Pieces


@dataclass(frozen=True, slots=True)
class Given:
    """An award that was made."""

    award_id: str
    points: int
    last_day: date
    budget: BudgetPlan


@dataclass(slots=True)
class Stage:
    """Shared by all players. A resident's passbook is only ever touched by one of them at a time."""

    api: Api
    tally: Tally
    validity_months: int
    grace_days: int
    passbooks: dict[Person, Passbook] = field(default_factory=dict)
    frozen: set[Person] = field(default_factory=set)
    purchases: dict[str, Bought] = field(default_factory=dict)
    reports: dict[str, str] = field(default_factory=dict)
    awards: dict[str, Given] = field(default_factory=dict)
    surprises: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def earn(self, person: Person, points: int, at: datetime, budget: BudgetPlan) -> date:
        """Note earned points; their last day."""
        last_day = last_day_of_points(local_day(at), self.validity_months)
        self.passbooks[person].earn(points, last_day=last_day, budget=budget.id)
        return last_day

    def confirm(self, treasurer: Person, check_id: str, *, at: datetime) -> str | None:
        """Have a treasurer confirm an award that waits for a second person; answers its id, None when that failed."""
        reply = self.api.post(treasurer, f"/award-checks/{check_id}/confirm", {}, at=at, key=f"confirm-{check_id}")
        if not reply.ok:
            self.surprise(f"奖励未获确认 / award check {check_id} not confirmed", reply)
            return None
        self.tally.add("awards confirmed")
        award_id: str = reply.body["award_id"]
        return award_id

    def surprise(self, what: str, reply: Reply | None = None) -> None:
        """Note an answer nobody can explain; too many of them end the demo."""
        detail = "" if reply is None or reply.ok else f": {reply.code} {reply.body.get('detail')}"
        self.surprises.append(what + detail)
        if len(self.surprises) > 50:
            raise DemoProblem("系统的回答与预期不符 / unexpected answers:\n  " + "\n  ".join(self.surprises[:10]))


def local_day(at: datetime) -> date:
    """The day in the district."""
    return at.astimezone(DISTRICT).date()
