"""What the night and the lists read of a shop that has traded for seven months: a day, and not its whole past."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.merchants.models import Settlement
from app.merchants.queries import checking, complaints, disputes, holds, payouts, redemptions, settlements, statements
from app.merchants.terms import ComplaintState, DisputeState, RedemptionState
from app.points.queries.movements import payable_account, sum_given_back
from app.points.queries.programme import sum_adjusted
from app.points.rules.accounts import NOBODY, AccountRef, account_id
from app.points.terms import AccountKind
from tests.points.ledger import ANNA, SHOP
from tests.points.readings import Reading, filled

BOOK, DAYS, A_DAY = 1, 208, 96
LINES = DAYS * A_DAY
FEW = 3 * A_DAY * 6
"""Of two days, in the five tables or so that are joined; of all days there are a hundred times as many."""
FIRST = datetime(2025, 12, 31, 16, tzinfo=UTC)  # midnight in the district
LAST = FIRST + timedelta(days=DAYS)
POINTS, MONEY = account_id(BOOK, AccountRef(AccountKind.MERCHANT_POINTS, SHOP)), payable_account(BOOK, SHOP)
MERCHANT = "00000000-0000-0000-0000-0000000000aa"


def _id(kind: int, number: str, at: str) -> str:
    """An id as they are made: the time, then what tells them apart."""
    milliseconds = f"(extract(epoch FROM {at}) * 1000)::bigint"
    return f"(lpad(to_hex({milliseconds}), 12, '0') || '7{kind}008' || lpad(to_hex({number}), 15, '0'))::uuid"


AT = f"(timestamptz '{FIRST}' + (n - 1) * interval '15 min')"
DAY = f"(timestamptz '{FIRST}' + d * interval '1 day')"
MOVE, PAID, DECIDED, CASE = (_id(kind, "n", AT) for kind in (1, 2, 3, 4))
STATED, COMPLAINT = _id(5, "d", DAY), _id(6, "d", DAY)
MOVE_OF_DAY, PAID_OF_DAY = (_id(k, f"d * {A_DAY} - 1", f"({DAY} - interval '30 min')") for k in (1, 2))

# Every 15 minutes somebody paid; each day is stated and paid but for the last; every tenth is looked at by anti-fraud,
# and the cases are closed. Triggers and keys are left out: only the shape of the tables matters here.
FILL = f"""
    SET session_replication_role = replica;
    INSERT INTO points_books VALUES ({BOOK}, 'many', 'Many', 'points', 24, 30, 'sponsor', now());
    INSERT INTO merchants_merchants (id, home_book_id, name, state, opened_at)
        VALUES ('{MERCHANT}', 1, 'm', 'unverified', now());
    INSERT INTO merchants_branches (id, merchant_id, name, street, state, opened_at)
        VALUES ('{SHOP}', '{MERCHANT}', 'b', 's', 'open', now());
    INSERT INTO merchants_shops (book_id, id, name, street, opened_at) VALUES ({BOOK}, '{SHOP}', 'b', 's', now());
    INSERT INTO points_transactions (book_id, id, code, cause, lines, actor_id, recorded_at, effective_at)
        SELECT {BOOK}, {MOVE}, 'redemption', 'c' || n, 2, '{NOBODY}', {AT}, {AT} FROM generate_series(1, {LINES}) n;
    INSERT INTO points_entries SELECT {BOOK}, {MOVE}, 1, '{POINTS}', 2 FROM generate_series(1, {LINES}) n;
    INSERT INTO points_entries SELECT {BOOK}, {MOVE}, 2, '{MONEY}', 20 FROM generate_series(1, {LINES}) n;
    INSERT INTO points_folded_balances VALUES ({BOOK}, '{MONEY}', {20 * A_DAY}, {LINES}, now());
    INSERT INTO merchants_redemptions (id, branch_id, out_trade_no, mode, state, book_id, resident_id, takes_at_once,
                                       points, captured_points, transaction_id, decision_id, requested_at, closed_at)
        SELECT {PAID}, '{SHOP}', 'n' || n, 'code', 'captured', {BOOK}, '{ANNA}', true, 2, 2, {MOVE},
               {DECIDED}, {AT}, {AT} FROM generate_series(1, {LINES}) n;
    INSERT INTO risk_decisions (book_id, id, kind, subject_id, decided_at, acted_by, points, order_fen,
                                features_version, features, version, answers, score, outcome, reasons, case_id)
        SELECT {BOOK}, {DECIDED}, 'redeem', {PAID}, {AT}, '{NOBODY}', 2, 0, 1, '{{}}', 0, '[]', 0,
               CASE WHEN n % 10 = 0 THEN 'review' ELSE 'approve' END, '{{}}', CASE WHEN n % 10 = 0 THEN {CASE} END
          FROM generate_series(1, {LINES}) n;
    INSERT INTO risk_cases (book_id, id, about, about_id, state, opened_at, last_at, closed_by, closed_at, label)
        SELECT {BOOK}, {CASE}, 'resident', '{ANNA}', 'closed', {AT}, {AT}, '{NOBODY}', {AT}, 'false_positive'
          FROM generate_series(10, {LINES}, 10) n;
    INSERT INTO merchants_settlements (book_id, id, shop_id, through, line_count, points, fen, payable_fen, payable_on,
                                       state, stated_by, stated_at, bank_reference, paid_by, paid_at, transaction_id)
        SELECT {BOOK}, {STATED}, '{SHOP}', date '2025-12-31' + d, {A_DAY}, {2 * A_DAY}, {20 * A_DAY},
               {20 * A_DAY}, date '2026-01-02', 'paid', '{NOBODY}', {DAY}, 'B' || d,
               '{NOBODY}', {DAY}, {STATED}
          FROM generate_series(1, {DAYS - 1}) d;
    INSERT INTO merchants_settlement_lines (book_id, transaction_id, settlement_id, code, points, fen, recorded_at)
        SELECT {BOOK}, {MOVE}, {STATED}, 'redemption', 2, 20, {AT}
          FROM generate_series(1, {DAYS - 1}) d, generate_series((d - 1) * {A_DAY} + 1, d * {A_DAY}) n;
    INSERT INTO merchants_disputes (book_id, id, shop_id, settlement_id, transaction_id, fen, reason, cause, case_id,
                                    state, opened_by, opened_at, closed_by, closed_at, closed_why, released_into)
        SELECT {BOOK}, {MOVE_OF_DAY}, '{SHOP}', {STATED}, {MOVE_OF_DAY}, 20, 'x', 'review', '{MERCHANT}', 'for_shop',
               '{NOBODY}', {DAY}, '{MERCHANT}', {DAY}, 'x', {STATED} FROM generate_series(1, {DAYS - 1}) d;
    INSERT INTO merchants_complaints (book_id, id, redemption_id, shop_id, transaction_id, resident_id, kind, text,
                                      state, due_at, opened_by, opened_at, decided_by, decided_at, decided_why)
        SELECT {BOOK}, {COMPLAINT}, {PAID_OF_DAY}, '{SHOP}', {MOVE_OF_DAY}, '{ANNA}', 'other', 'x', 'rejected',
               {DAY}, '{ANNA}', {DAY}, '{NOBODY}', {DAY}, 'x' FROM generate_series(1, {DAYS - 1}) d;
    SET default_statistics_target = 1000; -- of all rows: of a sample the plans would be those of chance
    ANALYZE;
"""


def shown(reading: Reading) -> list[tuple[object, ...]]:
    """What it read where, for whoever has to mend it."""
    names = ("Node Type", "Index Name", "Actual Rows", "Actual Loops", "Rows Removed by Filter")
    return [(node["Relation Name"], *(node.get(name) for name in names)) for node in reading.scans]


@pytest.fixture(scope="module")
def many(servers, template) -> Iterator[Engine]:
    with filled(servers, template, FILL) as engine:
        yield engine


@pytest.fixture
def session(many) -> Iterator[Session]:
    """As the planner sees tables that are too large to be read whole; these are not, so that they are made quickly."""
    with Session(many) as found:
        found.execute(text("SET LOCAL enable_seqscan = off"))
        yield found


@pytest.fixture
def newest(session):
    return session.query(Settlement).order_by(Settlement.id.desc()).first()


@pytest.fixture
def tonight(newest):
    """The statement of the last day, before its lines are taken."""
    return Settlement(book_id=BOOK, id=newest.id, shop_id=SHOP, through=date(2025, 12, 31) + timedelta(days=DAYS))


def test_a_statement_takes_a_day_and_looks_at_two(session, tonight):
    first = Reading(session, lambda: statements.find_first_open(session, BOOK, SHOP))
    assert first.rows < 10
    taken = Reading(
        session, lambda: session.execute(statements.select_unsettled(tonight, from_id=first.result, limit=5000)).all()
    )
    assert len(taken.result) == A_DAY
    assert taken.rows < FEW, shown(taken)
    whole = Reading(
        session, lambda: session.execute(statements.select_unsettled(tonight, from_id=None, limit=5000)).all()
    )
    assert whole.result == taken.result
    assert whole.rows > LINES  # what it would be


def test_doubts_are_asked_of_the_lines_of_one_statement(session, newest):
    asked = Reading(session, lambda: session.execute(holds._doubted(newest, None)).all())
    assert asked.result == []
    assert asked.rows < FEW, shown(asked)


def test_what_is_free_is_found_among_what_is_kept(session, tonight):
    free = Reading(session, lambda: holds.lock_free_disputes(session, tonight, before=LAST))
    assert free.rows < 10, shown(free)


def test_the_nightly_comparison_reads_what_can_have_changed(session):
    first = statements.find_first_open(session, BOOK, SHOP)
    read = Reading(session, lambda: checking.find_difference(session, BOOK, SHOP, from_id=first, newest=10))
    assert read.result is None
    assert read.rows < 12 * A_DAY + FEW, shown(read)
    whole = Reading(session, lambda: checking.find_difference(session, BOOK, SHOP, from_id=None, newest=None))
    assert whole.result is not None  # of this shop no payout was written: only the balance knows of it
    assert whole.rows > LINES


def test_a_statement_is_made_again_from_its_own_lines(session, newest):
    lines, _, fen, _ = statements.rebuild(session, newest)
    assert (lines, fen) == (A_DAY, 20 * A_DAY)


STATES, PAGE = RedemptionState, {"now": LAST, "before": None, "limit": 5}
LISTS = {
    "given back": lambda s: sum_given_back(s, BOOK, SHOP, NOBODY),
    "adjusted": lambda s: sum_adjusted(s, BOOK, SHOP, [NOBODY]),
    "settlements of a shop": lambda s: settlements.list_settlements_of(s, [SHOP], book_id=None, before=None, limit=5),
    "disputes": lambda s: disputes.list_disputes(s, BOOK, state=DisputeState.FOR_SHOP, before=None, limit=5),
    "complaints": lambda s: complaints.list_complaints(s, BOOK, state=ComplaintState.REJECTED, before=None, limit=5),
    "of a resident": lambda s: complaints.list_of_resident(s, BOOK, ANNA, before=None, limit=5),
    "of a shop": lambda s: complaints.list_of_shops(s, [SHOP], before=None, limit=5),
    "due": lambda s: complaints.find_due(s, now=LAST),
    "waiting": lambda s: complaints.count_waiting(s, BOOK, ANNA),
    "reversed at a branch": lambda s: redemptions.list_of_branch(s, SHOP, state=STATES.REVERSED, **PAGE),
    "held at a branch": lambda s: redemptions.list_of_branch(s, SHOP, state=STATES.HELD, **PAGE),
    "of a number": lambda s: redemptions.list_of_book(s, BOOK, None, out_trade_no="n77", before=None, limit=5),
    "payable": lambda s: payouts.lock_due(s, BOOK, today=date(2026, 12, 31), limit=5),
    "kept": lambda s: holds.list_kept(s, BOOK, NOBODY, limit=5),
    "released": lambda s: holds.list_released(s, BOOK, NOBODY, limit=5),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_reads_its_page(session, name):
    page = Reading(session, lambda: LISTS[name](session))
    assert page.rows < 30, shown(page)


def test_a_number_is_looked_up_at_each_shop_of_the_book(session):
    """Rows alone do not tell: a whole index may be gone through for the one row that it gives."""
    read = Reading(session, lambda: LISTS["of a number"](session))
    assert len(read.result) == 1
    (scan,) = [node for node in read.scans if node["Relation Name"] == "merchants_redemptions"]
    assert "branch_id" in scan["Index Cond"], shown(read)
