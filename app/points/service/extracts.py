"""Some months of a passbook to take away in a form for people: entries, what was before and after, what expires."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.periods import add_months, local_date, month_bounds, month_start
from app.points import errors, queries
from app.points.queries import Mark
from app.points.rules.accounts import passbook_of
from app.points.service.passbooks import EXPORT_STEP_ENTRIES, Passbook, show_own_passbook, show_passbook
from app.points.service.tellings import ToldLine, tell_lines


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months, both included; None at an end that is open."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Extract:
    """The entries between two marks of a passbook: those after `before`, up to `end`. Later ones do not belong to it.

    `passbook`, `head` and `head_version` are of now, whatever the period is.
    """

    passbook: Passbook
    period: Period
    before: Mark
    end: Mark
    head: bytes
    head_version: int

    @property
    def entries(self) -> int:
        """How many there are."""
        return max(0, self.end.version - self.before.version)


def begin_own_extract(uow: UnitOfWork, *, book: str, period: Period, entries_max: int | None) -> Extract:
    """Begin to take a period of one's own passbook away.

    Refuses BookMissing, MonthsReversed; ExportTooLong, ExportMonthTooLong beyond `entries_max` (None: any number).
    """
    _check(period)
    return _extract(uow, show_own_passbook(uow, book=book), period, entries_max)


def begin_extract(uow: UnitOfWork, *, book: str, owner_id: UUID, period: Period, entries_max: int | None) -> Extract:
    """Begin to take a period of somebody's passbook away. Refuses as `begin_own_extract`, and AccountMissing."""
    _check(period)
    return _extract(uow, show_passbook(uow, book=book, owner_id=owner_id), period, entries_max)


def continue_extract(uow: UnitOfWork, extract: Extract, after: int) -> Sequence[ToldLine]:
    """The next entries, oldest first, above version `after`; none when it is whole."""
    if after >= extract.end.version:
        return ()
    book, owner_id = extract.passbook.book, extract.passbook.owner_id
    lines = queries.list_chain(
        uow.session,
        book.id,
        passbook_of(book.id, owner_id),
        after=after,
        through=extract.end.version,
        limit=EXPORT_STEP_ENTRIES,
    )
    return tell_lines(uow, book.id, owner_id, lines)


def _check(period: Period) -> None:
    if period.first is not None and period.last is not None and period.first > period.last:
        raise errors.MonthsReversed(first=f"{period.first:%Y-%m}")


def _extract(uow: UnitOfWork, passbook: Passbook, period: Period, entries_max: int | None) -> Extract:
    account = passbook_of(passbook.book.id, passbook.owner_id)
    edges = [month_bounds(period.first)[0]] if period.first else []
    edges += [month_bounds(period.last)[1]] if period.last else []
    marks = queries.list_marks(uow.session, passbook.book.id, account, edges) if edges else []
    head = queries.get_chain_head(uow.session, passbook.book.id, account)  # read last: no mark lies beyond it
    before = marks[0] if period.first else Mark(0, 0)
    end = marks[-1] if period.last else Mark(head.version, head.posted)
    made = Extract(passbook, period, before, end, head.head, head.version)
    if entries_max is not None and made.entries > entries_max:
        raise _too_long(uow, made, account, entries_max)
    return made


def _too_long(uow: UnitOfWork, extract: Extract, account: UUID, entries_max: int) -> Exception:
    """Name the longest period up to the last month that does fit."""
    book_id, through = extract.passbook.book.id, extract.end.version
    over = through - entries_max  # the youngest entry that is too many
    lines = {
        version: queries.list_entries_between(uow.session, book_id, account, first=version, through=version, limit=1)[0]
        for version in (over, through)
    }
    last = month_start(local_date(lines[through].recorded_at))
    first = add_months(month_start(local_date(lines[over].recorded_at)), 1)
    if first > last:
        return errors.ExportMonthTooLong(month=f"{last:%Y-%m}", entries_max=entries_max)
    return errors.ExportTooLong(
        entries=extract.entries, entries_max=entries_max, first=f"{first:%Y-%m}", last=f"{last:%Y-%m}"
    )
