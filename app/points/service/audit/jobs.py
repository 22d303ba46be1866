"""The work of an audit cut into pieces that workers take one after another."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from app.points.queries import audit
from app.points.queries.audit import Split, Statement
from app.points.terms import CHART

LOWEST, HIGHEST = UUID(int=0), UUID(int=2**128 - 1)
TRANSACTIONS_PER_RANGE = 15_000
ENTRIES_PER_ACCOUNT_RANGE = 600_000
ACCOUNT_RANGES_MAX = 48  # each reads the journal's other tables once, so more of them only pay while they fit in memory

_CUTS = text("""
WITH RECURSIVE cuts (id) AS (
    SELECT CAST(:lowest AS uuid)
    UNION ALL
    SELECT (SELECT t.id FROM points_transactions t
             WHERE t.book_id = :book AND t.id >= c.id ORDER BY t.id OFFSET :step LIMIT 1)
      FROM cuts c WHERE c.id IS NOT NULL)
SELECT id FROM cuts WHERE id IS NOT NULL
""")
_SIZES = text("""
SELECT (SELECT count(*) FROM points_accounts a WHERE a.book_id = :book),
       (SELECT count(*) FROM points_transactions t WHERE t.book_id = :book),
       (SELECT count(*) FROM points_entries e WHERE e.book_id = :book)
""")


@dataclass(frozen=True, slots=True)
class BookSize:
    """How much there is to look at in one book."""

    id: int
    code: str
    accounts: int
    transactions: int
    entries: int


@dataclass(frozen=True, slots=True)
class Job:
    """One run of a statement. `weight` is its share of the book's work, in entries."""

    statement: Statement
    book: str
    parameters: dict[str, object]
    weight: float


def measure_books(connection: Connection, code: str | None) -> list[BookSize]:
    """Count what each book holds (only that of `code`, when given), by key."""
    books = connection.execute(
        text("SELECT id, code FROM points_books WHERE CAST(:code AS text) IS NULL OR code = :code ORDER BY id"),
        {"code": code},
    ).all()
    return [BookSize(book.id, book.code, *connection.execute(_SIZES, {"book": book.id}).one()) for book in books]


def foundation_jobs() -> Iterator[Job]:
    """What is checked once: the chart, and rows outside every book."""
    chart = [
        {
            "kind": kind,
            "asset": t.asset,
            "folded": t.folded,
            "has_lots": t.has_lots,
            "stripes": t.stripes,
            "lock_rank": t.lock_rank,
        }
        for kind, t in CHART.items()
    ]
    for statement in audit.FOUNDATIONS:
        yield Job(statement, "", {"chart": json.dumps(chart)} if ":chart" in statement.sql else {}, 0.0)


def book_jobs(connection: Connection, book: BookSize) -> Iterator[Job]:
    """Everything that is checked of one book, in pieces."""
    ranges = {
        Split.WHOLE: [(None, None)],
        Split.ACCOUNTS: _account_ranges(book.entries),
        Split.TRANSACTIONS: _transaction_ranges(connection, book.id),
    }
    for statement in audit.BOOK:
        pieces = ranges[statement.split]
        for lo, hi in pieces:
            bounds = {} if lo is None else {"lo": lo, "hi": hi}
            yield Job(statement, book.code, {"book": book.id, **bounds}, book.entries / len(pieces))


def _account_ranges(entries: int) -> Sequence[tuple[UUID | None, UUID | None]]:
    """Account ids are digests, so ranges of equal width hold about as many accounts."""
    count = min(max(entries // ENTRIES_PER_ACCOUNT_RANGE, 1), ACCOUNT_RANGES_MAX)
    cuts = [UUID(int=2**128 * n // count) for n in range(count)]
    return _between(cuts)


def _transaction_ranges(connection: Connection, book_id: int) -> Sequence[tuple[UUID | None, UUID | None]]:
    """Ranges of equally many transactions; together they cover every id there could be, headers or not."""
    return _between(
        connection.scalars(_CUTS, {"book": book_id, "lowest": LOWEST, "step": TRANSACTIONS_PER_RANGE}).all()
    )


def _between(cuts: Sequence[UUID]) -> Sequence[tuple[UUID | None, UUID | None]]:
    ends = [*(UUID(int=cut.int - 1) for cut in cuts[1:]), HIGHEST]
    return list(zip(cuts, ends, strict=True))
