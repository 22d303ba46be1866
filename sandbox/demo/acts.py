"""What people do in a week, as values. `at` is the instant it happens; `reference` is what the client names it by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sandbox.neighbourhood.people import Person
from sandbox.neighbourhood.places import BudgetPlan, Shop


@dataclass(frozen=True, slots=True)
class PaperBalance:
    """One line of a paper passbook, to be taken over."""

    resident: Person
    passbook_no: str
    points: int
    expires_on: date


@dataclass(frozen=True, slots=True)
class TakeOver:
    """The treasurer takes paper passbooks over."""

    at: datetime
    budget: BudgetPlan
    rows: tuple[PaperBalance, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """What one resident earns in a batch."""

    resident: Person
    points: int
    minutes: int


@dataclass(frozen=True, slots=True)
class AwardBatch:
    """A coordinator thanks everybody of an event at once."""

    at: datetime
    reference: str
    coordinator: Person
    budget: BudgetPlan
    activity: str
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Award:
    """A coordinator thanks one resident."""

    at: datetime
    reference: str
    resident: Person
    coordinator: Person
    budget: BudgetPlan
    activity: str
    points: int
    minutes: int


@dataclass(frozen=True, slots=True)
class FileReport:
    """A resident reports a problem."""

    at: datetime
    reference: str
    resident: Person
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class DecideReport:
    """A clerk accepts (then `points` are paid) or rejects with a reason."""

    at: datetime
    reference: str
    resident: Person
    clerk: Person
    budget: BudgetPlan
    points: int | None
    reason: str


EVERYTHING = 0


class Ending(StrEnum):
    """How a purchase is meant to end."""

    WHOLE = "whole"
    PART = "part"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Purchase:
    """A resident shows a code, the cashier sets the points aside, then takes `captured` of them or none.

    EVERYTHING points: all but a few of what the passbook holds then.
    """

    at: datetime
    reference: str
    resident: Person
    cashier: Person
    points: int
    ending: Ending
    captured: int
    repeats: bool


@dataclass(frozen=True, slots=True)
class Refund:
    """A shop gives points of an earlier purchase back, never more than were taken and not yet given back."""

    at: datetime
    reference: str
    resident: Person
    cashier: Person
    purchase: str
    points: int
    repeats: bool


@dataclass(frozen=True, slots=True)
class Freeze:
    """The treasurer stops a passbook from spending, or (`thaw`) lets it spend again."""

    at: datetime
    reference: str
    resident: Person
    reason: str
    thaw: bool


@dataclass(frozen=True, slots=True)
class ClawBack:
    """An award proven wrong is taken back."""

    at: datetime
    reference: str
    resident: Person
    award: str
    reason: str


Act = Award | FileReport | DecideReport | Purchase | Refund | Freeze | ClawBack


@dataclass(frozen=True, slots=True)
class Day:
    """A day: what happens to many at once, then each resident's own acts in the order of time, then the night."""

    date: date
    batches: tuple[AwardBatch, ...]
    lives: Mapping[Person, tuple[Act, ...]]
    expiry_at: datetime

    @property
    def acts(self) -> Iterator[Act]:
        """All single acts of the day."""
        return (act for life in self.lives.values() for act in life)


@dataclass(frozen=True, slots=True)
class Week:
    """Everything that will be played. `run` makes its references different from those of any other week."""

    run: str
    opening: TakeOver
    days: tuple[Day, ...]
    shops: tuple[Shop, ...]

    @property
    def people(self) -> tuple[Person, ...]:
        """The residents whose passbooks move."""
        return tuple(row.resident for row in self.opening.rows)

    @property
    def size(self) -> int:
        """Number of acts, for the progress bar."""
        return 1 + sum(len(day.batches) + 1 + sum(len(life) for life in day.lives.values()) for day in self.days)

    def needs(self) -> dict[BudgetPlan, int]:
        """Points each budget has to hold for everything that is planned."""
        needs = {self.opening.budget: sum(row.points for row in self.opening.rows)}
        for day in self.days:
            for batch in day.batches:
                needs[batch.budget] = needs.get(batch.budget, 0) + sum(share.points for share in batch.shares)
            for act in day.acts:
                if isinstance(act, Award | DecideReport) and act.points:
                    needs[act.budget] = needs.get(act.budget, 0) + act.points
        return needs
