"""What each passbook must hold, worked out from the acknowledged acts alone, by rules written down anew.

This is the memory of the shops and residents, not the ledger's: at the end the two are compared.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

LotKey = tuple[date, UUID]
Pieces = list[tuple[LotKey, int]]


def last_day_of_points(earned_on: date, validity_months: int) -> date:
    """Points earned today can be spent to the end of the month `validity_months` later."""
    months = earned_on.year * 12 + earned_on.month - 1 + validity_months
    year, month = divmod(months, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


@dataclass(slots=True)
class Passbook:
    """Points by last day and budget. Spending takes what lapses first."""

    lots: dict[LotKey, int] = field(default_factory=dict)
    lapsed: int = 0
    owed: int = 0

    @property
    def points(self) -> int:
        """Everything that is in it."""
        return sum(self.lots.values())

    def put(self, expires_on: str, budget: str, points: int) -> None:
        """Note a lot as the system tells it."""
        self.lots[date.fromisoformat(expires_on), UUID(budget)] = points

    def earn(self, points: int, *, last_day: date, budget: UUID) -> None:
        """Points come in."""
        self.lots[last_day, budget] = self.lots.get((last_day, budget), 0) + points

    def pieces_for(self, points: int, today: date) -> Pieces:
        """Which points a purchase takes; fewer than `points` when there are not enough."""
        pieces: Pieces = []
        for key in sorted(key for key in self.lots if key[0] >= today):
            take = min(points, self.lots[key])
            if take:
                pieces.append((key, take))
                points -= take
        return pieces

    def spend(self, pieces: Pieces, points: int) -> Pieces:
        """Take `points` of the pieces set aside, in order; what was really taken."""
        taken: Pieces = []
        for key, piece in pieces:
            take = min(points, piece)
            if take:
                self.lots[key] -= take
                points -= take
                taken.append((key, take))
        return taken

    def give_back(self, taken: Pieces, points: int, *, today: date, grace_days: int) -> Pieces:
        """Refund part of what was taken, the longest lived first, lapsed points for a time of grace.

        What can still be refunded afterwards.
        """
        left: Pieces = []
        for key, piece in sorted(taken, reverse=True):
            back = min(points, piece)
            points -= back
            if back:
                last_day = key[0] if key[0] >= today else today + timedelta(days=grace_days)
                self.earn(back, last_day=last_day, budget=key[1])
            if back < piece:
                left.append((key, piece - back))
        return left

    def lapse(self, today: date) -> int:
        """Everything whose last day is past goes; how many points."""
        due = [key for key in self.lots if key[0] < today]
        gone = sum(self.lots.pop(key) for key in due)
        self.lapsed += gone
        return gone

    def claw_back(self, points: int, *, last_day: date, budget: UUID) -> int:
        """Take a wrong award back as far as its points are there, the rest is owed; how many were there."""
        left = min(points, self.lots.get((last_day, budget), 0))
        if left:
            self.lots[last_day, budget] -= left
        self.owed += points - left
        return left
