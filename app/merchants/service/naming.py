"""Lines of statements as a shop knows them: with its own numbers, and with what keeps them back."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.merchants.models import Dispute, SettlementLine
from app.merchants.queries.line_names import NO_NAME, LineName, list_doubts_of, name_lines


@dataclass(frozen=True, slots=True)
class NamedLine:
    """A line, its names, and what keeps or kept it back (None: nothing ever did)."""

    line: SettlementLine
    name: LineName
    doubt: Dispute | None


@dataclass(frozen=True, slots=True)
class NamedDoubt:
    """What keeps a line back, and the names of the line."""

    doubt: Dispute
    name: LineName


def name_all(uow: UnitOfWork, book_id: int, lines: Sequence[SettlementLine]) -> list[NamedLine]:
    """Name lines of one book."""
    ids = [each.transaction_id for each in lines]
    names, doubts = name_lines(uow.session, book_id, ids), list_doubts_of(uow.session, book_id, ids)
    return [NamedLine(each, names.get(each.transaction_id, NO_NAME), doubts.get(each.transaction_id)) for each in lines]


def name_doubts(uow: UnitOfWork, book_id: int, doubts: Sequence[Dispute]) -> list[NamedDoubt]:
    """Name the lines that are kept back."""
    ids: list[UUID] = [each.transaction_id for each in doubts]
    names = name_lines(uow.session, book_id, ids)
    return [NamedDoubt(each, names.get(each.transaction_id, NO_NAME)) for each in doubts]
