"""What PostgreSQL itself refuses to have posted, changed or deleted, also when the owner of the tables asks."""

from uuid import uuid4

import pytest
from psycopg import errors as pg

from app.points.rules.accounts import AccountRef, account_id
from app.points.terms import AccountKind
from tests.points.committed import commit_ledger
from tests.points.guarded import DATA, JOURNAL, KEPT, NOW, Raw, columns, owner, place, raw, story
from tests.points.ledger import SHOP

__all__ = ["owner", "place", "raw", "story"]


def test_the_owner_can_post_what_is_right(raw):
    """So that each refusal below is for the reason it names."""
    raw.post(*raw.good())
    raw.post((1, raw.bank, -5), (2, raw.funding, 5, 3, 5, DATA.hex()))
    raw.post(*raw.good(), (3, raw.issuance, -1), (4, raw.shop_points, 1))


WRONG_LEGS = {
    "unbalanced": lambda r: [(1, r.bank, -5), (2, r.payable, 4)],
    "one asset unbalanced": lambda r: [*r.good(), (3, r.issuance, -1), (4, r.shop_points, 2)],
    "points against money": lambda r: [(1, r.bank, -5), (2, r.shop_points, 5)],
    "sums past what a bigint holds": lambda r: [(1, r.bank, 2**63 - 1), (2, r.payable, 2**63 - 1), (3, r.bank, 2)],
    "an unknown account": lambda r: [(1, r.bank, -5), (2, str(uuid4()), 5)],
    "a leg of nothing": lambda r: [(1, r.bank, 0), (2, r.payable, 0)],
    "one leg": lambda r: [(1, r.bank, -5)],
    "no leg": lambda _: [],
    "a gap in the lines": lambda r: [(1, r.bank, -5), (3, r.payable, 5)],
    "lines from nought": lambda r: [(0, r.bank, -5), (1, r.payable, 5)],
    "a strict entry without version": lambda r: [(1, r.bank, -5), (2, r.funding, 5)],
    "a strict entry without chain": lambda r: [(1, r.bank, -5), (2, r.funding, 5, 9, 5)],
    "a strict entry with half a chain": lambda r: [(1, r.bank, -5), (2, r.funding, 5, 9, 5, "00")],
    "a strict entry with all but its version": lambda r: [(1, r.bank, -5), (2, r.funding, 5, None, 5, DATA.hex())],
    "a strict entry of version nought": lambda r: [(1, r.bank, -5), (2, r.funding, 5, 0, 5, DATA.hex())],
    "a folded entry with a chain": lambda r: [(1, r.bank, -5), (2, r.payable, 5, None, None, DATA.hex())],
    "a strict entry without balance": lambda r: [(1, r.bank, -5), (2, r.funding, 5, 9, None, DATA.hex())],
    "a folded entry with version": lambda r: [(1, r.bank, -5), (2, r.payable, 5, 9, 5, DATA.hex())],
}


@pytest.mark.parametrize("name", WRONG_LEGS)
def test_a_wrong_transaction_is_refused(raw, name):
    with pytest.raises((pg.CheckViolation, pg.UniqueViolation)):
        raw.post(*WRONG_LEGS[name](raw))


@pytest.mark.parametrize("lines", [1, 3, 0])
def test_a_header_that_counts_other_lines_is_refused(raw, lines):
    with pytest.raises(pg.CheckViolation):
        raw.post(*raw.good(), lines=lines)


def test_a_version_is_used_once(raw):
    leg = (2, raw.funding, 5, 1, 5, DATA.hex())
    with pytest.raises(pg.UniqueViolation):
        raw.post((1, raw.bank, -5), leg)


def test_an_account_of_another_book_is_unknown(raw, place):
    other = commit_ledger()
    theirs = str(account_id(other.id, AccountRef(AccountKind.MERCHANT_PAYABLE, SHOP)))
    with pytest.raises(pg.CheckViolation):
        raw.post((1, raw.bank, -5), (2, theirs, 5))


ENTRY = "INSERT INTO points_entries (book_id, transaction_id, line, account_id, amount) VALUES "


def add_legs(raw: Raw, transaction, first_line: int) -> None:
    rows = [(raw.book, transaction, first_line, raw.bank, -5), (raw.book, transaction, first_line + 1, raw.payable, 5)]
    raw.connection.execute(
        ENTRY + "(%s, %s, %s, %s, %s), (%s, %s, %s, %s, %s)", [value for row in rows for value in row]
    )


@pytest.mark.parametrize("first_line", [1, 3, 5])
def test_a_leg_added_to_a_transaction_of_the_same_database_transaction_is_refused(raw, first_line):
    made = raw.post(*raw.good())
    with pytest.raises((pg.CheckViolation, pg.UniqueViolation)):
        add_legs(raw, made, first_line)


@pytest.mark.parametrize("first_line", [1, 3, 5, 7])
def test_a_leg_added_to_an_earlier_transaction_is_refused(raw, story, first_line):
    with pytest.raises((pg.CheckViolation, pg.UniqueViolation)):
        add_legs(raw, story.redemption, first_line)


def test_legs_without_a_transaction_are_refused(raw):
    with pytest.raises(pg.CheckViolation):
        add_legs(raw, uuid4(), 1)


def test_copy_and_merge_pass_the_same_guards(raw, owner, story):
    columns_ = "(book_id, transaction_id, line, account_id, amount)"
    with pytest.raises(pg.CheckViolation), owner.transaction(), owner.cursor() as cursor:  # noqa: SIM117 - COPY must end first
        with cursor.copy(f"COPY points_entries {columns_} FROM STDIN") as copy:
            copy.write_row((raw.book, story.redemption, 5, raw.bank, 7))
    for action in ("UPDATE SET amount = amount + 1", "DELETE"):
        with pytest.raises(pg.RestrictViolation), owner.transaction():
            owner.execute(f"MERGE INTO points_entries e USING (SELECT 1) x ON true WHEN MATCHED THEN {action}")
    upsert = f"{ENTRY} (%s, %s, 1, %s, 7) ON CONFLICT (book_id, transaction_id, line) DO UPDATE SET amount = 7"
    with pytest.raises(pg.RestrictViolation):
        owner.execute(upsert, [raw.book, story.redemption, raw.bank])


HEADER = """INSERT INTO points_transactions (book_id, id, code, cause, lines, actor_id, recorded_at, effective_at)
            VALUES (%s, %s, 'reversal', %s, %s, %s, %s, %s)"""


@pytest.mark.parametrize("lines", [0, 2, 5])
def test_an_empty_transaction_is_refused(raw, lines):
    made = uuid4()
    raw.claim(made, "empty")
    with pytest.raises(pg.CheckViolation):
        raw.connection.execute(HEADER, [raw.book, made, "empty", lines, made, NOW, NOW])


def test_a_transaction_needs_an_outcome_of_its_own(raw, story):
    for cause in ("of nobody", story.posted_cause, story.declined_cause):
        with pytest.raises(pg.CheckViolation), raw.connection.transaction():
            raw.post(*raw.good(), cause=cause)
    made = uuid4()
    raw.claim(made, "refused already", "insufficient")
    with pytest.raises(pg.CheckViolation):
        raw.post(*raw.good(), transaction=made, cause="refused already")


def test_a_second_reversal_is_refused(raw, story):
    reversed_ = raw.connection.execute(
        "SELECT reverses_id FROM points_transactions WHERE id = %s", [story.reversal]
    ).fetchone()[0]
    with pytest.raises(pg.UniqueViolation):
        raw.post(*raw.good(), reverses=reversed_)
    raw.connection.rollback()
    raw.post(*raw.good(), reverses=story.redemption)
    with pytest.raises(pg.UniqueViolation):
        raw.post(*raw.good(), reverses=story.redemption)


def test_lot_moves_that_do_not_add_up_to_their_entry_are_refused(owner, story):
    move = "INSERT INTO points_lot_moves VALUES (%s, %s, %s, '2030-01-31', %s, %s, %s)"
    for line, points, fen in ((2, 1, 10), (1, -1, -10), (9, 1, 10), (2, 0, 0), (2, 1, -10)):
        with pytest.raises(pg.CheckViolation), owner.transaction():
            owner.execute(move, [story.ledger.id, story.award, line, story.ledger.budget_id, points, fen])


@pytest.mark.parametrize("table", JOURNAL)
def test_the_journal_is_append_only_for_its_owner_as_well(owner, table):
    assert owner.execute(f"SELECT count(*) FROM {table}").fetchone()[0] > 0
    statements = [f"UPDATE {table} SET {name} = {name}" for name in columns(owner, table)]
    statements += [f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"]
    for statement in statements:
        with pytest.raises(pg.RestrictViolation), owner.transaction():
            owner.execute(statement)


@pytest.mark.parametrize("table", KEPT)
def test_nothing_that_counts_is_deleted_by_its_owner(owner, table):
    assert owner.execute(f"SELECT count(*) FROM {table}").fetchone()[0] > 0
    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(pg.RestrictViolation), owner.transaction():
            owner.execute(statement)


@pytest.mark.parametrize(
    "values",
    [
        "987654, gen_random_uuid(), 'resident', {o}, 0, 'points', false",
        "{b}, gen_random_uuid(), 'nonsense', {o}, 0, 'points', false",
        "{b}, gen_random_uuid(), 'resident', {o}, 0, 'fen', false",
        "{b}, gen_random_uuid(), 'resident', {o}, 0, 'points', true",
        "{b}, gen_random_uuid(), 'resident', {o}, 1, 'points', false",
        "{b}, gen_random_uuid(), 'sponsor_budget', {o}, -1, 'points', false",
    ],
)
def test_an_account_names_a_book_and_is_as_its_kind_is(owner, story, values):
    wrong = values.format(b=story.ledger.id, o="gen_random_uuid()")
    with pytest.raises(pg.ForeignKeyViolation, match="points: account"):
        owner.execute(f"INSERT INTO points_accounts SELECT {wrong}, now()")


def test_a_household_is_of_a_book_and_a_book_keeps_its_number(owner, story):
    household = "INSERT INTO points_households VALUES (%s, gen_random_uuid(), gen_random_uuid(), now())"
    owner.execute(household, [story.ledger.id])
    with pytest.raises(pg.ForeignKeyViolation, match="of no book"), owner.transaction():
        owner.execute(household, [987_654])
    with pytest.raises(pg.RestrictViolation):
        owner.execute("UPDATE points_books SET id = 987654 WHERE id = %s", [story.ledger.id])
