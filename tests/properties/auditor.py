"""A ledger in memory: predicts what the real one must answer and hold, by its own arithmetic.

Knows nothing of the application's rules. Every point costs VALUE fen; there is one budget.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

VALUE = 7
GRACE_DAYS = 30
DISTRICT = timedelta(hours=8)
NOT_REVERSED = {"reversal", "refund", "clawback", "transfer"}


@dataclass(frozen=True)
class Answer:
    """What an act must answer: its figures, or the name of its refusal with what it says is available."""

    refusal: str | None = None
    available: int | None = None
    points: int = 0
    fen: int = 0
    balance: int | None = None
    replayed: bool = False
    sticky: bool = True


@dataclass
class Lot:
    left: int = 0
    held: int = 0


@dataclass
class Passbook:
    lots: dict[date, Lot] = field(default_factory=dict)
    frozen: bool = False

    @property
    def posted(self) -> int:
        return sum(lot.left for lot in self.lots.values())

    def spendable(self, today: date) -> list[tuple[date, Lot]]:
        """Lots in the order in which they are spent."""
        return [(day, self.lots[day]) for day in sorted(self.lots) if day >= today]

    def give(self, day: date, points: int) -> None:
        self.lots.setdefault(day, Lot()).left += points


@dataclass
class Held:
    who: UUID
    pieces: list[tuple[date, int]]
    expires_at: datetime
    ended: str | None = None

    @property
    def points(self) -> int:
        return sum(points for _, points in self.pieces)


@dataclass
class Done:
    """A transaction: `pieces` are the lot moves of its passbook, by day; `accounts` what it did to each account.

    `taken`: of an award, what was taken back in parts.
    """

    code: str
    who: UUID | None
    points: int
    pieces: list[tuple[date, int]]
    accounts: Counter
    refunded: int = 0
    taken: int = 0
    corrected_by: str | None = None


@dataclass
class Auditor:
    """The whole book. `excused`: by passbook and day, what expired of wrong awards and is owed by nobody."""

    now: datetime
    residents: dict[UUID, Passbook] = field(default_factory=dict)
    accounts: Counter = field(default_factory=Counter)
    holds: dict[UUID, Held] = field(default_factory=dict)
    done: dict[UUID, Done] = field(default_factory=dict)
    decided: dict[str, tuple[object, Answer]] = field(default_factory=dict)
    closed: dict[UUID, UUID] = field(default_factory=dict)
    merged: dict[UUID, UUID] = field(default_factory=dict)
    excused: Counter = field(default_factory=Counter)
    lapses: int = 0

    @property
    def today(self) -> date:
        return (self.now.astimezone(UTC) + DISTRICT).date()

    def passbook(self, who: UUID) -> Passbook:
        return self.residents.setdefault(who, Passbook())

    def balance(self, kind: str, owner: object = None) -> int:
        return self.accounts[kind, owner]

    # causes

    def before(self, cause: str, content: object) -> Answer | None:
        """What was decided under this cause, or its refusal for other content; None when it is fresh."""
        if cause not in self.decided:
            return None
        known, answer = self.decided[cause]
        return replace(answer, replayed=True) if known == content else Answer("CauseReused", sticky=False)

    def decide(self, cause: str, content: object, answer: Answer) -> Answer:
        self.decided[cause] = (content, answer)
        return answer

    # holds

    def lapse(self, who: UUID) -> None:
        """What whoever locks a passbook does first."""
        for held in self.holds.values():
            if held.who == who and held.ended is None and held.expires_at <= self.now:
                self.end(held, "expired")
                self.lapses += 1

    def end(self, held: Held, how: str) -> None:
        held.ended = how
        for day, points in held.pieces:
            self.passbook(held.who).lots[day].held -= points

    def waiting(self, who: UUID) -> Counter:
        """By lot: what holds set aside whose time is over, and that nobody has released yet."""
        found: Counter = Counter()
        for held in self.holds.values():
            if held.who == who and held.ended is None and held.expires_at <= self.now:
                for day, points in held.pieces:
                    found[day] += points
        return found

    def available(self, who: UUID) -> int:
        """Points that can be spent, whether or not anybody has released expired holds."""
        total = sum(lot.left - lot.held for _, lot in self.passbook(who).spendable(self.today))
        total += sum(points for day, points in self.waiting(who).items() if day >= self.today)
        return total

    def reserve(self, who: UUID, points: int) -> list[tuple[date, int]]:
        """Which lots give so many points, the earliest expiry first."""
        pieces = []
        for day, lot in self.passbook(who).spendable(self.today):
            take = min(points, lot.left - lot.held)
            points -= take
            if take:
                pieces.append((day, take))
        assert points == 0
        return pieces

    # transactions

    def post(self, code: str, who: UUID | None, pieces: list[tuple[date, int]], moves: dict, points: int = 0) -> Done:
        """Apply pieces to the passbook and moves to the other accounts."""
        for day, amount in pieces:
            self.passbook(who).give(day, amount)
        made = Done(code, who, points or abs(sum(p for _, p in pieces)), pieces, Counter(moves))
        for account, amount in moves.items():
            self.accounts[account] += amount
        return made

    def grace(self, day: date) -> date:
        return day if day >= self.today else self.today + timedelta(days=GRACE_DAYS)

    def snapshot(self) -> dict:
        """Balances by (kind, owner), passbooks included, without those that are zero."""
        found = Counter(self.accounts)
        for who, passbook in self.residents.items():
            found["resident", who] = passbook.posted
        return {account: amount for account, amount in found.items() if amount}

    def lots(self) -> dict:
        """(left, held, fen) of every lot that is not empty."""
        return {
            (who, day): (lot.left, lot.held, lot.left * VALUE)
            for who, passbook in self.residents.items()
            for day, lot in passbook.lots.items()
            if lot.left
        }
