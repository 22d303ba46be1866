"""How much the statement queries read, on tables with many rows."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.points import queries
from app.points.rules.accounts import NOBODY, AccountRef, account_id
from app.points.terms import AccountKind
from tests.points.ledger import ANNA, SHOP
from tests.points.readings import Reading, filled

BOOK = 1
ENTRIES = 50_000
LIMIT = 20
PASSBOOK = account_id(BOOK, AccountRef(AccountKind.RESIDENT, ANNA))
SHOP_POINTS = account_id(BOOK, AccountRef(AccountKind.MERCHANT_POINTS, SHOP))

# One passbook and one shop with 50,000 entries each, among 5,000 other passbooks with ten each. What the triggers would
# check is left out: only the shape of the tables matters here.
FILL = f"""
    SET session_replication_role = replica;
    INSERT INTO points_books VALUES ({BOOK}, 'many', 'Many', 'points', 24, 30, 'sponsor', now());
    INSERT INTO points_accounts (book_id, id, kind, owner_id, stripe, asset, folded, opened_at) VALUES
        ({BOOK}, '{PASSBOOK}', 'resident', '{ANNA}', 0, 'points', false, now()),
        ({BOOK}, '{SHOP_POINTS}', 'merchant_points', '{SHOP}', 0, 'points', true, now());
    INSERT INTO points_accounts (book_id, id, kind, owner_id, stripe, asset, folded, opened_at)
        SELECT {BOOK}, md5('a' || n)::uuid, 'resident', md5('o' || n)::uuid, 0, 'points', false, now()
          FROM generate_series(1, 5000) n;
    INSERT INTO points_balances (book_id, account_id, lock_rank, floor, posted, version, moved_at)
        SELECT {BOOK}, id, 1, 0, 10, 10, now() FROM points_accounts WHERE NOT folded;
    INSERT INTO points_transactions (book_id, id, code, cause, lines, actor_id, recorded_at, effective_at)
        SELECT {BOOK}, md5('t' || n)::uuid, 'redemption', 'c' || n, 2, '{NOBODY}', now(), now()
          FROM generate_series(1, 2 * {ENTRIES}) n;
    INSERT INTO points_entries
        SELECT {BOOK}, md5('t' || n)::uuid, 1, '{PASSBOOK}', -1, n, 100000 - n, sha256('x')
          FROM generate_series(1, {ENTRIES}) n;
    INSERT INTO points_entries
        SELECT {BOOK}, md5('t' || n)::uuid, 2, '{SHOP_POINTS}', 1 FROM generate_series(1, {ENTRIES}) n;
    INSERT INTO points_entries
        SELECT {BOOK}, md5('t' || ({ENTRIES} + n))::uuid, 1, md5('a' || (n + 9) / 10)::uuid, 1, (n - 1) % 10 + 1,
               (n - 1) % 10 + 1, sha256('x')
          FROM generate_series(1, {ENTRIES}) n;
    INSERT INTO points_lots (book_id, account_id, expires_on, budget_id, issued, points_left, cost_left_fen)
        SELECT {BOOK}, '{PASSBOOK}', date '2020-01-01' + n, md5('b')::uuid, 9, 1, 1 FROM generate_series(1, 5000) n;
    INSERT INTO points_lots (book_id, account_id, expires_on, budget_id, issued, points_left, cost_left_fen)
        SELECT {BOOK}, md5('a' || n)::uuid, date '2026-12-31', md5('b')::uuid, 9, 9, 9 FROM generate_series(1, 5000) n;
    ANALYZE;
"""


@pytest.fixture(scope="module")
def engine(servers, template) -> Iterator[Engine]:
    """A database with many rows."""
    with filled(servers, template, FILL) as engine:
        yield engine


@pytest.fixture
def session(engine) -> Iterator[Session]:
    with Session(engine) as opened:
        yield opened


def test_statements_read_a_page_however_long_the_account(session):
    def strict(before: int | None) -> Reading:
        return Reading(
            session, lambda: queries.list_strict_entries(session, BOOK, PASSBOOK, before=before, limit=LIMIT)
        )

    def folded(before: UUID | None) -> Reading:
        return Reading(
            session, lambda: queries.list_folded_entries(session, BOOK, SHOP_POINTS, before=before, limit=LIMIT)
        )

    for page, newest in ((strict(None), ENTRIES), (strict(25_000), 24_999), (strict(2), 1)):
        assert page.result[0].version == newest
        assert page.indexes == {"uq_points_entries_version", "points_transactions_pkey"}
        assert page.rows <= 2 * LIMIT
    first = folded(None)
    for page in (first, folded(first.result[-1].transaction_id), folded(UUID(int=1 << 120))):
        assert page.indexes == {"ix_points_entries_folded", "points_transactions_pkey"}
        assert page.rows <= 2 * LIMIT


def test_an_export_step_reads_its_entries_only(session):
    for after in (0, 30_000):
        step = Reading(
            session,
            lambda after=after: queries.list_chain(session, BOOK, PASSBOOK, after=after, through=40_000, limit=LIMIT),
        )
        assert [line.version for line in step.result] == list(range(after + 1, after + 1 + LIMIT))
        assert step.indexes == {"uq_points_entries_version", "points_transactions_pkey"}
        assert step.rows <= 2 * LIMIT


def test_a_page_of_accounts_reads_its_accounts_only(session):
    page = Reading(session, lambda: queries.list_accounts(session, BOOK, kind=None, after=None, limit=LIMIT))
    assert page.result[0].kind == "merchant_points"
    assert "uq_points_accounts_names" in page.indexes
    assert not any("points_accounts" in name for name in page.indexes if name.startswith("seq"))
    assert not any("points_balances" in name for name in page.indexes if name.startswith("seq"))
    assert page.rows <= 3 * LIMIT


def test_lots_to_come_are_read_from_the_first_that_has_not_lapsed(session):
    page = Reading(
        session,
        lambda: queries.list_lots_page(session, BOOK, PASSBOOK, today=date(2026, 6, 15), after=None, limit=LIMIT),
    )
    assert page.result[0].expires_on == date(2026, 6, 15)
    assert page.indexes == {"points_lots_pkey"}
    assert page.rows <= LIMIT
