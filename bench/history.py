"""A long, valid history written straight into the ledger's tables, so that millions of entries take minutes.

Its acts are those the posting door makes: a sponsor funds, points are minted, then residents in turn are awarded points
and spend them in two purchases. The audit accepts what comes out, and `points.service` goes on from there.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import psycopg

from app.points.rules.accounts import AccountRef, account_id, stripe_for
from app.points.terms import CHART, AccountKind

START = datetime(2025, 1, 1, tzinfo=UTC)
END = datetime(2026, 6, 1, tzinfo=UTC)
ENTRIES_PER_ACT = 4
POINT_VALUE_FEN = 10
SHOPS = 12
STATEMENTS = Path(__file__).with_name("history.sql")


@dataclass(frozen=True, slots=True)
class History:
    """Where the history went, and who is in it."""

    book_id: int
    sponsor_id: UUID
    budget_id: UUID
    residents: tuple[UUID, ...]
    shops: tuple[UUID, ...]
    entries: int


def fill(
    connection: psycopg.Connection,
    entries: int,
    *,
    book_id: int = 1,
    residents: int = 20_000,
    spare_points: int = 1_000_000_000,
) -> History:
    """Write a book of at least `entries` entries; every resident acts equally often, the last act is at END.

    `spare_points` stay in the budget, paid for. The connection must own the ledger's tables (their guards sleep
    meanwhile) and the book must not exist; the caller commits.
    """
    budget_id, sponsor_id = _id("budget", book_id), _id("sponsor", book_id)
    owners = tuple(_id("resident", n) for n in range(residents))
    shops = tuple(_id("shop", n) for n in range(SHOPS))
    acts = max(entries // ENTRIES_PER_ACT, 3 * residents)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'; SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL jit = off")
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL synchronous_commit = off")
        _describe(cursor, book_id, owners, shops, (budget_id, sponsor_id))
        step = (END - START) / acts
        cursor.execute(
            "INSERT INTO history VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (book_id, budget_id, sponsor_id, POINT_VALUE_FEN, acts, residents, SHOPS, spare_points, START, step),
        )
        cursor.execute(STATEMENTS.read_text(encoding="utf-8"))
        cursor.execute("SELECT count(*) FROM points_entries WHERE book_id = %s", (book_id,))
        counted = cursor.fetchone()
    written = counted[0] if counted else 0
    return History(book_id, sponsor_id, budget_id, owners, shops, written)


def _describe(
    cursor: psycopg.Cursor,
    book_id: int,
    owners: tuple[UUID, ...],
    shops: tuple[UUID, ...],
    sponsorship: tuple[UUID, UUID],
) -> None:
    """Name every account of the history, with the position by which the statements find it."""
    budget_id, sponsor_id = sponsorship
    stripes = CHART[AccountKind.SPONSOR_BUDGET].stripes
    refs = [
        *((n, AccountRef(AccountKind.RESIDENT, owner)) for n, owner in enumerate(owners)),
        *((n, AccountRef(AccountKind.MERCHANT_POINTS, shop)) for n, shop in enumerate(shops)),
        *((n, AccountRef(AccountKind.MERCHANT_PAYABLE, shop)) for n, shop in enumerate(shops)),
        *((n, AccountRef(AccountKind.SPONSOR_BUDGET, budget_id, n)) for n in range(stripes)),
        (0, AccountRef(AccountKind.BUDGET_RESERVE, budget_id)),
        (0, AccountRef(AccountKind.SPONSOR_FUNDING, sponsor_id)),
        *((0, AccountRef(kind)) for kind in (AccountKind.BANK, AccountKind.ISSUANCE, AccountKind.POINTS_LIABILITY)),
    ]
    cursor.execute(
        """CREATE TEMP TABLE history (
               book_id integer, budget_id uuid, sponsor_id uuid, value bigint, acts bigint, residents bigint, shops bigint,
               spare bigint, starts timestamptz, step interval) ON COMMIT DROP;
           CREATE TEMP TABLE named (id uuid, kind text, owner_id uuid, stripe smallint, n bigint, payer smallint) ON COMMIT DROP"""
    )
    with cursor.copy("COPY named FROM STDIN") as copy:
        for n, ref in refs:
            payer = stripe_for(AccountKind.SPONSOR_BUDGET, ref.owner_id) if ref.terms.has_lots else None
            copy.write_row((account_id(book_id, ref), str(ref.kind), ref.owner_id, ref.stripe, n, payer))


def _id(what: str, n: int) -> UUID:
    """The same id every time, so that a history can be found again."""
    return UUID(bytes=sha256(f"history:{what}:{n}".encode()).digest()[:16])
