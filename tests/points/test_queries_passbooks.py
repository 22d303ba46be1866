"""What filters, tellings and years read of a passbook with 100,000 entries, among many others."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.kernel.periods import month_bounds
from app.points import queries
from app.points.queries import Mark
from app.points.rules.accounts import NOBODY, AccountRef, account_id, passbook_of
from app.points.service import statements
from app.points.terms import AccountKind, Code
from tests.points.ledger import ANNA, SHOP, SPONSOR
from tests.points.readings import Reading, filled

BOOK = 1
ENTRIES = 100_000
OTHERS = 20_000
LIMIT = 20
LAPSED = 5  # the only entry of its kind
PASSBOOK = passbook_of(BOOK, ANNA)
SHOP_POINTS = account_id(BOOK, AccountRef(AccountKind.MERCHANT_POINTS, SHOP))
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
MINUTES = 15  # between two entries: the last one is recorded in November 2026

# Odd entries are awards with a record in the register, even ones redemptions at one shop. The triggers are left out:
# only the shape of the tables matters here.
FILL = f"""
    SET session_replication_role = replica;
    INSERT INTO points_books VALUES ({BOOK}, 'many', 'Many', 'points', 24, 30, 'sponsor', now());
    INSERT INTO points_accounts (book_id, id, kind, owner_id, stripe, asset, folded, opened_at) VALUES
        ({BOOK}, '{PASSBOOK}', 'resident', '{ANNA}', 0, 'points', false, now()),
        ({BOOK}, '{SHOP_POINTS}', 'merchant_points', '{SHOP}', 0, 'points', true, now());
    INSERT INTO points_accounts (book_id, id, kind, owner_id, stripe, asset, folded, opened_at)
        SELECT {BOOK}, md5('a' || n)::uuid, 'resident', md5('o' || n)::uuid, 0, 'points', false, now()
          FROM generate_series(1, {OTHERS}) n;
    INSERT INTO points_owner_names (book_id, owner_id, kind, name, named_at)
        SELECT {BOOK}, md5('o' || n)::uuid, 'shop', 'Shop ' || n, now() FROM generate_series(1, {OTHERS}) n;
    INSERT INTO points_owner_names VALUES ({BOOK}, '{SHOP}', 'shop', '忠义粮油店', now());
    INSERT INTO points_balances (book_id, account_id, lock_rank, floor, posted, version, moved_at)
        SELECT {BOOK}, id, 1, 0, 10, CASE id WHEN '{PASSBOOK}' THEN {ENTRIES} ELSE 1 END, now()
          FROM points_accounts WHERE NOT folded;
    INSERT INTO points_transactions (book_id, id, code, cause, lines, actor_id, recorded_at, effective_at)
        SELECT {BOOK}, md5('t' || n)::uuid,
               CASE WHEN n = {LAPSED} THEN 'expiry' WHEN n % 2 = 1 THEN 'award' ELSE 'redemption' END,
               'c' || n, 2, '{NOBODY}', at, at
          FROM generate_series(1, {ENTRIES}) n,
               LATERAL (SELECT timestamptz '{FIRST}' + n * interval '{MINUTES} min') m (at);
    INSERT INTO points_transactions (book_id, id, code, cause, lines, actor_id, recorded_at, effective_at)
        SELECT {BOOK}, md5('u' || n)::uuid, 'expiry', 'u' || n, 2, '{NOBODY}', now(), now()
          FROM generate_series(1, {OTHERS}) n;
    INSERT INTO points_entries
        SELECT {BOOK}, md5('t' || n)::uuid, 1, '{PASSBOOK}', CASE WHEN n % 2 = 1 THEN 3 ELSE -2 END, n, 1000 + n,
               sha256('x')
          FROM generate_series(1, {ENTRIES}) n;
    INSERT INTO points_entries
        SELECT {BOOK}, md5('t' || n)::uuid, 2, '{SHOP_POINTS}', 2 FROM generate_series(2, {ENTRIES}, 2) n;
    INSERT INTO points_entries
        SELECT {BOOK}, md5('u' || n)::uuid, 1, md5('a' || n)::uuid, 1, 1, 1, sha256('x')
          FROM generate_series(1, {OTHERS}) n;
    INSERT INTO points_lot_moves
        SELECT {BOOK}, md5('u' || n)::uuid, 1, date '2026-12-31', '{SPONSOR}', -1, 0
          FROM generate_series(1, {OTHERS}) n;
    INSERT INTO points_awards (book_id, id, rule_code, rule_version, subject, beneficiary_id, cycle, passbook_id,
                               performed_on, title, minutes, streak, computed_points, points, budget_id, awarded_by,
                               awarded_at, transaction_id)
        SELECT {BOOK}, md5('w' || n)::uuid, 'r', 1, 's' || n, '{ANNA}', 'once', '{ANNA}', date '2026-06-15',
               'Activity ' || n % 30, 60, 1, 3, 3, '{SPONSOR}', '{NOBODY}', now(), md5('t' || n)::uuid
          FROM generate_series(1, {ENTRIES}, 2) n;
    INSERT INTO points_holds (book_id, id, account_id, points, cause, actor_id, placed_at, expires_at, open)
        SELECT {BOOK}, md5('h' || n)::uuid, CASE WHEN n <= 30 THEN '{PASSBOOK}' ELSE md5('a' || n)::uuid END, 1,
               'h' || n, '{NOBODY}', timestamptz '{FIRST}', timestamptz '2099-01-01', n % 100 < 30
          FROM generate_series(1, {OTHERS}) n;
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


def version_before(instant: datetime) -> int:
    """How many entries were recorded before, by the way the tables were filled."""
    full, rest = divmod((instant - FIRST).total_seconds(), MINUTES * 60)
    return max(0, min(ENTRIES, int(full) - (rest == 0)))


def read_in(session: Session) -> int:
    """Rows of entries and transactions read in this transaction so far."""
    return session.scalar(
        text(
            "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
            " WHERE relname IN ('points_entries', 'points_transactions')"
        )
    )


def test_a_month_is_found_in_a_few_looks(session):
    instants = [edge for month in range(12) for edge in month_bounds(date(2024 + month // 4, month % 12 + 1, 1))]
    instants += [FIRST, datetime(1999, 1, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC)]
    before = read_in(session)
    marks = queries.list_marks(session, BOOK, PASSBOOK, instants)
    assert [mark.version for mark in marks] == [version_before(instant) for instant in instants]
    assert all(mark.balance == (1000 + mark.version if mark.version else 0) for mark in marks)
    looks = 17 + 1  # the logarithm of 100,000; each look reads an entry and its transaction, and the mark its balance
    assert read_in(session) - before <= len(instants) * (2 * looks + 1)


def test_an_account_that_never_moved_has_marks_of_nothing(session):
    assert queries.list_marks(session, BOOK, NOBODY, [FIRST, FIRST]) == [Mark(0, 0)] * 2


@pytest.mark.parametrize("through", [ENTRIES, 50_000, 30])
def test_a_page_of_a_range_reads_its_entries_only(session, through):
    page = Reading(
        session,
        lambda: queries.list_entries_between(session, BOOK, PASSBOOK, first=1, through=through, limit=LIMIT),
    )
    assert [line.version for line in page.result] == list(range(through, through - LIMIT, -1))
    assert page.indexes == {"uq_points_entries_version", "points_transactions_pkey"}
    assert page.rows <= 2 * LIMIT


@pytest.mark.parametrize("kind", [Code.REDEMPTION, Code.EXPIRY, Code.TRANSFER])
def test_a_search_for_a_kind_reads_no_more_than_its_range(session, kind):
    for through in (ENTRIES, statements.SCANNED_MAX):
        first = through - statements.SCANNED_MAX + 1
        page = Reading(
            session,
            lambda first=first, through=through: queries.list_entries_between(
                session, BOOK, PASSBOOK, first=first, through=through, limit=LIMIT, code=kind
            ),
        )
        wanted = {Code.REDEMPTION: list(range(through, through - 2 * LIMIT, -2)), Code.TRANSFER: []}
        lapsed = [LAPSED] if first == 1 else []
        assert [line.version for line in page.result] == wanted.get(kind, lapsed)
        assert page.indexes == {"uq_points_entries_version", "points_transactions_pkey"}
        assert page.rows <= 2 * (statements.SCANNED_MAX if kind != Code.REDEMPTION else 2 * LIMIT + 1)


def test_what_is_told_of_a_page_is_read_by_its_transactions(session):
    page = queries.list_entries_between(session, BOOK, PASSBOOK, first=1, through=ENTRIES, limit=100)
    awards = [line.transaction_id for line in page if line.code == Code.AWARD]
    spent = [line.transaction_id for line in page if line.code == Code.REDEMPTION]

    told = Reading(session, lambda: queries.activities_of(session, BOOK, awards))
    assert len(told.result) == 50
    assert told.indexes == {"uq_points_awards_transaction_id"}
    assert told.rows <= 50

    told = Reading(session, lambda: queries.partners_of(session, BOOK, spent))
    assert set(told.result.values()) == {"忠义粮油店"}
    assert len(told.result) == 50
    assert told.rows <= 50 * 5  # the two legs of each, their accounts, the name
    assert not [index for index in told.indexes if index.startswith("seq")]

    told = Reading(session, lambda: queries.originals_of(session, BOOK, awards))
    assert len(told.result) == 50
    assert told.indexes == {"points_transactions_pkey"}
    assert told.rows <= 50

    others = session.scalars(text("SELECT md5('u' || n)::uuid FROM generate_series(1, 50) n")).all()
    told = Reading(session, lambda: queries.last_days_of(session, BOOK, others))
    assert set(told.result.values()) == {date(2026, 12, 31)}
    assert told.indexes == {"points_lot_moves_pkey"}
    assert told.rows <= 50


def test_open_holds_are_read_by_their_passbook(session):
    page = Reading(
        session, lambda: queries.list_open_holds(session, BOOK, PASSBOOK, now=FIRST, after=None, limit=LIMIT)
    )
    assert len(page.result) == LIMIT
    assert page.indexes == {"ix_points_holds_open_by_account"}
    assert page.rows <= 30


def test_a_year_reads_its_own_entries_and_what_belongs_to_them(session):
    """A year of 360 entries, thirty a month; a busier one costs as much for each entry."""
    versions = list(range(60_000, 60_361, 30))
    year = Reading(session, lambda: queries.list_month_sums(session, BOOK, PASSBOOK, versions=versions))
    assert [(line.month, line.code, line.entries) for line in year.result] == [
        (month, code, 15) for month in range(1, 13) for code in (Code.AWARD, Code.REDEMPTION)
    ]
    assert (year.result[0].points_in, year.result[1].points_out) == (45, 30)
    assert year.indexes == {"uq_points_entries_version", "points_transactions_pkey"}
    assert year.rows <= 2 * 360

    top = Reading(
        session,
        lambda: queries.list_top_activities(session, BOOK, PASSBOOK, after=60_000, through=60_360, limit=10),
    )
    assert [line.times for line in top.result] == [12] * 10
    assert "uq_points_entries_version" in top.indexes
    assert not [index for index in top.indexes if index.startswith("seq")]
    assert top.rows <= 3 * 360


def test_a_months_sums_follow_its_edges_also_where_months_are_empty(session):
    versions = [10, 10, 12, 12, 12, 15, 15, 15, 15, 15, 15, 15, 16]
    sums = queries.list_month_sums(session, BOOK, PASSBOOK, versions=versions)
    assert {(line.month, line.code): line.entries for line in sums} == {
        (2, "award"): 1,
        (2, "redemption"): 1,
        (5, "award"): 2,
        (5, "redemption"): 1,
        (12, "redemption"): 1,
    }
