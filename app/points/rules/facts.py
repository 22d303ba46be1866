"""A fact that a rule may pay for, and the key under which it is paid once."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from app.kernel.periods import add_months, month_end
from app.points.errors import FactDayOutOfRange, FactOutOfRange
from app.points.terms import (
    EVENTS_MAX,
    EVIDENCE_LENGTH_MAX,
    FACT_DAYS_BACK_MAX,
    MINUTES_MAX,
    SUBJECT_LENGTH_MAX,
    TITLE_LENGTH_MAX,
    Cycle,
)


@dataclass(frozen=True, slots=True)
class Fact:
    """What somebody did, for a rule to pay.

    `subject` is what it was done for (an activity, a report, a premise), `title` what the passbook will say of it
    (楼道保洁), `evidence` where the proof lies. `minutes`, `events`, `grade` and `chosen_points` are what the rule's
    formula asks for. `allotment_id`: whose points are given; None: the rule's budget itself pays.
    """

    rule: str
    subject: str
    beneficiary_id: UUID
    performed_on: date
    title: str
    minutes: int | None = None
    events: int | None = None
    grade: str | None = None
    chosen_points: int | None = None
    evidence: str | None = None
    allotment_id: UUID | None = None

    @property
    def content(self) -> tuple[object, ...]:
        """What makes it another fact under the same key: not its wording, nor who pays."""
        return self.performed_on, self.minutes, self.events, self.grade, self.chosen_points


def check_fact(fact: Fact, today: date) -> None:
    """Refuse what no rule could pay for: FactDayOutOfRange, FactOutOfRange (the field is named)."""
    earliest = today - timedelta(days=FACT_DAYS_BACK_MAX)
    if not earliest <= fact.performed_on <= today:
        raise FactDayOutOfRange(
            performed_on=fact.performed_on.isoformat(), earliest=earliest.isoformat(), latest=today.isoformat()
        )
    sizes = (
        ("subject", len(fact.subject), 1, SUBJECT_LENGTH_MAX),
        ("title", len(fact.title), 1, TITLE_LENGTH_MAX),
        ("evidence", None if fact.evidence is None else len(fact.evidence), 1, EVIDENCE_LENGTH_MAX),
        ("minutes", fact.minutes, 0, MINUTES_MAX),
        ("events", fact.events, 0, EVENTS_MAX),
    )
    for field, size, minimum, maximum in sizes:
        if size is not None and not minimum <= size <= maximum:
            raise FactOutOfRange(field=field, name=field, minimum=minimum, maximum=maximum, found=size)


def cycle_key(cycle: Cycle, day: date) -> str:
    """Name the cycle a day lies in: once, 2026-11-24, 2026-W48 (ISO), 2026-11, 2026."""
    match cycle:
        case Cycle.ONCE:
            return "once"
        case Cycle.DAY:
            return day.isoformat()
        case Cycle.WEEK:
            year, week, _ = day.isocalendar()
            return f"{year:04}-W{week:02}"
        case Cycle.MONTH:
            return f"{day.year:04}-{day.month:02}"
        case Cycle.YEAR:
            return f"{day.year:04}"


def cycle_start(cycle: Cycle, day: date) -> date:
    """The first day of the cycle a day lies in. What happens once has no beginning: the day itself."""
    match cycle:
        case Cycle.WEEK:
            return day - timedelta(days=day.weekday())
        case Cycle.MONTH:
            return day.replace(day=1)
        case Cycle.YEAR:
            return day.replace(month=1, day=1)
        case _:
            return day


def cycle_end(cycle: Cycle, day: date) -> date:
    """The last day of the cycle a day lies in. What happens once has no end: the day itself."""
    match cycle:
        case Cycle.WEEK:
            return cycle_start(cycle, day) + timedelta(days=6)
        case Cycle.MONTH:
            return month_end(day)
        case Cycle.YEAR:
            return day.replace(month=12, day=31)
        case _:
            return day


def cycle_before(cycle: Cycle, day: date, count: int = 1) -> date:
    """The first day of the cycle so many before the one a day lies in."""
    start = cycle_start(cycle, day)
    match cycle:
        case Cycle.WEEK:
            return start - timedelta(days=7 * count)
        case Cycle.MONTH:
            return add_months(start, -count)
        case Cycle.YEAR:
            return start.replace(year=start.year - count)
        case _:
            return start - timedelta(days=count)


def fact_key(rule: str, subject: str, passbook_id: UUID, cycle: str) -> str:
    """The words under which a fact is paid once: `rule:subject:beneficiary:cycle`."""
    return f"{rule}:{subject}:{passbook_id}:{cycle}"
