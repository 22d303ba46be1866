"""A statement whole, to be made into a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.merchants import errors, queries
from app.merchants.models import Settlement
from app.merchants.queries import holds
from app.merchants.service.naming import NamedDoubt, NamedLine, name_all, name_doubts
from app.points import queries as points_queries


@dataclass(frozen=True, slots=True)
class WholeStatement:
    """A settlement with all its lines, what it keeps back and pays of earlier ones, the names of shop and community."""

    settlement: Settlement
    lines: Sequence[NamedLine]
    kept: Sequence[NamedDoubt]
    released: Sequence[NamedDoubt]
    shop: str
    community: str


def read_statement(uow: UnitOfWork, *, book: str, settlement_id: UUID, lines_max: int) -> WholeStatement:
    """Read a statement of at most `lines_max` lines. Refuses SettlementMissing, StatementTooLong."""
    found = points_queries.get_book(uow.session, book)
    settlement = queries.get_settlement(uow.session, found.id, settlement_id)
    if settlement.line_count > lines_max:
        raise errors.StatementTooLong(lines=settlement.line_count, lines_max=lines_max)
    lines = queries.list_lines(uow.session, found.id, settlement_id, after=None, limit=lines_max)
    shop = queries.get_shop(uow.session, found.id, settlement.shop_id)
    kept = holds.list_kept(uow.session, found.id, settlement_id, limit=lines_max)
    released = holds.list_released(uow.session, found.id, settlement_id, limit=lines_max)
    return WholeStatement(
        settlement,
        name_all(uow, found.id, lines),
        name_doubts(uow, found.id, kept),
        name_doubts(uow, found.id, released),
        shop.name,
        found.name,
    )
