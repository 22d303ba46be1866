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
WORTH_DIVIDING = 500_000  # entries

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
    """One run of a statement. `weight` is its share of the work, in entries."""

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


def book_jobs(connection: Connection, book: BookSize, *, workers: int) -> Iterator[Job]:
    """Everything that is checked of one book, in pieces."""
    ranges = {
        Split.WHOLE: [(None, None)],
        # every range of accounts reads the whole journal once: one for each worker, not more
        Split.ACCOUNTS: _account_ranges(workers if book.entries > WORTH_DIVIDING else 1),
        # every range of transactions reads all accounts once
        Split.TRANSACTIONS: _transaction_ranges(connection, book.id, max(TRANSACTIONS_PER_RANGE, book.accounts // 2)),
    }
    for statement in audit.BOOK:
        pieces = ranges[statement.split]
        for lo, hi in pieces:
            bounds = {} if lo is None else {"lo": lo, "hi": hi}
            yield Job(statement, book.code, {"book": book.id, **bounds}, statement.share * book.entries / len(pieces))


def _account_ranges(count: int) -> Sequence[tuple[UUID | None, UUID | None]]:
    """Account ids are digests, so ranges of equal width hold about as many accounts."""
    return _between([UUID(int=2**128 * n // count) for n in range(count)])


def _transaction_ranges(connection: Connection, book_id: int, step: int) -> Sequence[tuple[UUID | None, UUID | None]]:
    """Ranges of equally many transactions; together they cover every id there could be, headers or not."""
    return _between(connection.scalars(_CUTS, {"book": book_id, "lowest": LOWEST, "step": step}).all())


def _between(cuts: Sequence[UUID]) -> Sequence[tuple[UUID | None, UUID | None]]:
    ends = [*(UUID(int=cut.int - 1) for cut in cuts[1:]), HIGHEST]
    return list(zip(cuts, ends, strict=True))
