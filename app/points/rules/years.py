"""A passbook's year in figures, from its sums by month and code and its balance at each month's end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.kernel.periods import add_months, month_bounds
from app.points.terms import Code

MONTHS = 12
EARNED = frozenset({Code.AWARD, Code.REPORT_AWARD})


@dataclass(frozen=True, slots=True)
class CodeSum:
    """What entries of one code moved in one month (1 to 12): points in, points out, both positive."""

    month: int
    code: str
    points_in: int
    points_out: int
    entries: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Points by what became of them. The balance grows by earned - spent + refunded - expired + other.

    All but `other` are positive. `other` is signed: balances taken over, transfers, clearing, and corrections.
    """

    earned: int = 0
    spent: int = 0
    refunded: int = 0
    expired: int = 0
    other: int = 0

    @property
    def net(self) -> int:
        """By how much the balance grew."""
        return self.earned - self.spent + self.refunded - self.expired + self.other

    def with_sum(self, line: CodeSum) -> "Flow":
        """The same with another sum in it."""
        net = line.points_in - line.points_out
        return Flow(
            self.earned + (net if line.code in EARNED else 0),
            self.spent - (net if line.code == Code.REDEMPTION else 0),
            self.refunded + (net if line.code == Code.REFUND else 0),
            self.expired - (net if line.code == Code.EXPIRY else 0),
            self.other + (net if line.code not in NAMED else 0),
        )


NAMED = EARNED | {Code.REDEMPTION, Code.REFUND, Code.EXPIRY}


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """One month. `balance` at its end, or now while it runs; None of a month that has not begun."""

    month: date
    flow: Flow
    balance: int | None


@dataclass(frozen=True, slots=True)
class KindFigures:
    """Everything of one code in the year."""

    code: str
    points_in: int
    points_out: int
    entries: int


def month_edges(year: int) -> list[datetime]:
    """The first instant of each month of a year, and that of the year after: thirteen."""
    first = date(year, 1, 1)
    return [month_bounds(add_months(first, n))[0] for n in range(MONTHS + 1)]


def by_month(year: int, sums: Sequence[CodeSum], balances: Sequence[int], *, today: date) -> list[MonthFigures]:
    """Twelve months. `balances`: at the end of each, in order."""
    figures = []
    for n in range(MONTHS):
        month = date(year, n + 1, 1)
        flow = total(line for line in sums if line.month == n + 1)
        figures.append(MonthFigures(month, flow, balances[n] if month <= today else None))
    return figures


def by_kind(sums: Sequence[CodeSum]) -> list[KindFigures]:
    """What each code moved in all, the largest first."""
    codes = sorted({line.code for line in sums})
    kinds = []
    for code in codes:
        own = [line for line in sums if line.code == code]
        kinds.append(
            KindFigures(
                code,
                sum(line.points_in for line in own),
                sum(line.points_out for line in own),
                sum(line.entries for line in own),
            )
        )
    return sorted(kinds, key=lambda kind: (-max(kind.points_in, kind.points_out), kind.code))


def total(sums: Iterable[CodeSum]) -> Flow:
    """All of these sums as one flow."""
    flow = Flow()
    for line in sums:
        flow = flow.with_sum(line)
    return flow
