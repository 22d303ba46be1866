"""What a passbook can tell of its entries beside their code: gathered for a page at once, in at most six queries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.points import queries
from app.points.queries import Activity, Original, StatementLine
from app.points.rules.notes import read_opening
from app.points.rules.years import EARNED
from app.points.terms import Code

CORRECTING = frozenset({Code.REVERSAL, Code.CLAWBACK, Code.RECOVERY})
WITH_PARTNER = frozenset({Code.REDEMPTION, Code.REFUND, Code.CLEARING_OUT, Code.CLEARING_IN})


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a correction is about, and the day it was booked on."""

    code: str
    recorded_at: datetime
    telling: "Telling"


@dataclass(frozen=True, slots=True)
class Telling:
    """What is known of a transaction; what is not known, or is not of its kind, is None.

    `partner`: name of the shop or other community. `paper_no`: number of the paper passbook taken over. `last_day`: on
    which points that lapsed could be spent. `succession`: why points moved between passbooks (death, move, merge).
    """

    activity: Activity | None = None
    partner: str | None = None
    paper_no: str | None = None
    last_day: date | None = None
    succession: str | None = None
    corrected: Corrected | None = None


@dataclass(frozen=True, slots=True)
class ToldLine:
    """An entry of a passbook with what can be told of it."""

    line: StatementLine
    telling: Telling


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything found for one page, by transaction."""

    activities: Mapping[UUID, Activity]
    partners: Mapping[UUID, str]
    last_days: Mapping[UUID, date]
    successions: Mapping[UUID, str]
    listed_paper_no: str | None
    """The number of the paper passbook that came with a list of residents."""

    def tell(self, transaction_id: UUID, evidence: str | None, code: str) -> Telling:
        """What was found for one transaction."""
        paper_no = None
        if code == Code.OPENING:  # by itself, with its number in its words, or by the page of a list
            opening = read_opening(evidence)
            paper_no = (opening.paper_no if opening else None) or self.listed_paper_no
        return Telling(
            self.activities.get(transaction_id),
            self.partners.get(transaction_id),
            paper_no,
            self.last_days.get(transaction_id),
            self.successions.get(transaction_id),
        )


def tell_lines(uow: UnitOfWork, book_id: int, owner_id: UUID, lines: Sequence[StatementLine]) -> list[ToldLine]:
    """Find what can be told of these entries of one owner's passbook."""
    corrected = {line.corrects_id for line in lines if line.code in CORRECTING and line.corrects_id is not None}
    originals = queries.originals_of(uow.session, book_id, corrected)
    codes = {line.transaction_id: line.code for line in lines} | {key: one.code for key, one in originals.items()}
    openings = [(line.code, line.evidence) for line in lines] + [(one.code, one.evidence) for one in originals.values()]
    listed = any(code == Code.OPENING and read_opening(evidence) is None for code, evidence in openings)
    known = _find(uow, book_id, owner_id, codes, listed=listed)
    return [ToldLine(line, _tell(line, known, originals)) for line in lines]


def _find(uow: UnitOfWork, book_id: int, owner_id: UUID, codes: Mapping[UUID, str], *, listed: bool) -> _Known:
    def of(wanted: Collection[str]) -> list[UUID]:
        return [key for key, code in codes.items() if code in wanted]

    papers = queries.paper_numbers_of(uow.session, book_id, {owner_id} if listed else ())
    return _Known(
        queries.activities_of(uow.session, book_id, of(EARNED)),
        queries.partners_of(uow.session, book_id, of(WITH_PARTNER)),
        queries.last_days_of(uow.session, book_id, of({Code.EXPIRY})),
        queries.successions_of(uow.session, book_id, owner_id, of({Code.TRANSFER})),
        papers.get(owner_id),
    )


def _tell(line: StatementLine, known: _Known, originals: Mapping[UUID, Original]) -> Telling:
    original = originals.get(line.corrects_id) if line.corrects_id else None
    if line.corrects_id is None or original is None:
        return known.tell(line.transaction_id, line.evidence, line.code)
    inner = known.tell(line.corrects_id, original.evidence, original.code)
    return Telling(corrected=Corrected(original.code, original.recorded_at, inner))
