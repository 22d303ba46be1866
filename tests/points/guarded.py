"""A committed book to tamper with, the two roles that may try, and raw postings by SQL."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from app.points import errors
from app.points.rules.accounts import AccountRef, account_id
from app.points.terms import AccountKind
from tests.points import committed
from tests.points.committed import Story, commit, commit_ledger
from tests.points.ledger import ANNA, SHOP, SPONSOR

NOW = datetime(2026, 6, 15, 2, tzinfo=UTC)
JOURNAL = [
    "points_accounts",
    "points_transactions",
    "points_entries",
    "points_lot_moves",
    "points_hold_lots",
    "points_hold_resolutions",
    "points_freezes",
]
KEPT = ["points_outcomes", "points_holds", "points_lots", "points_balances", "points_books", "points_budgets"]
DERIVED = ["points_folded_balances", "points_unfolded", "points_account_kinds", "points_code_legs"]
# Beside the ledger: the application writes these itself. What it may do besides SELECT, table by table.
PROGRAMME = {
    "points_owner_names": "insert update",
    "points_households": "insert update delete",
    "points_household_changes": "insert",
    "points_proposals": "insert update",
    "points_allotments": "insert update",
    "points_allotment_spenders": "insert delete",
    "points_alerts": "insert",
    "points_award_rules": "insert update",
    "points_award_rule_versions": "insert update",
    "points_awards": "insert",
    "points_cap_locks": "insert update",
    "points_successors": "insert",
    "points_expiry_runs": "insert update",
    "points_expiry_notices": "insert update",
    "points_expiry_policies": "",
    "points_month_closings": "insert",
    "points_paper_passbooks": "insert delete",
    "points_clearing_agreements": "insert update",
    "points_clearing_transfers": "insert update",
    "points_clearing_nettings": "insert update",
    "points_news_marks": "insert update",
}
DOORS = {
    "points_begin",
    "points_lock_stripes",
    "points_write",
    "points_place_hold",
    "points_release_hold",
    "points_sweep_holds",
    "points_set_frozen",
    "points_fold",
    "points_lock_for_correction",
    "points_lock_passbooks",
    "points_set_expiry_policy",
    "points_lock_accounts",
    "points_open_passbooks",
    "points_lock_openings",
    "points_version_before",
}
DATA = b"\1" * 32


@pytest.fixture(scope="module")
def place(servers, template):
    with committed.open_place(servers, template, pool_size=2) as place:
        yield place


@pytest.fixture(scope="module")
def story(place) -> Story:
    ledger = commit_ledger()
    award = commit(ledger, lambda acts: acts.award(ANNA, 100, cause="award")).subject_id
    bought = commit(ledger, lambda acts: acts.redeem(ANNA, 10)).subject_id
    wrong = commit(ledger, lambda acts: acts.award(ANNA, 5)).subject_id
    reversal = commit(ledger, lambda acts: acts.reverse(wrong)).subject_id
    held = commit(ledger, lambda acts: acts.hold(ANNA, 20)).hold_id
    ended = commit(ledger, lambda acts: acts.hold(ANNA, 7)).hold_id
    commit(ledger, lambda acts: acts.release(ended))
    commit(ledger, lambda acts: (acts.freeze(ANNA), acts.thaw(ANNA)))
    commit(ledger, lambda acts: acts.fold())
    with pytest.raises(errors.PointsInsufficient):
        commit(ledger, lambda acts: acts.redeem(ANNA, 1000, cause="declined"))
    return Story(ledger, award, bought, reversal, held, ended, "declined", "award")


@pytest.fixture
def owner(place, story):
    """The role that owns the tables; its changes are rolled back."""
    with psycopg.connect(place.database.owner_url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def application(place, story):
    """The role of web server and worker; its changes are rolled back."""
    with psycopg.connect(place.database.app_url) as connection:
        yield connection
        connection.rollback()


POST = """
    WITH header AS (
        INSERT INTO points_transactions
               (book_id, id, code, cause, lines, actor_id, recorded_at, effective_at, reverses_id)
        VALUES (%(book)s, %(id)s, 'reversal', %(cause)s, %(lines)s, %(id)s, %(recorded)s, %(effective)s, %(reverses)s))
    INSERT INTO points_entries (book_id, transaction_id, line, account_id, amount, version, balance_after, chain)
    SELECT %(book)s, %(id)s, (leg->>0)::int, (leg->>1)::uuid, (leg->>2)::bigint, (leg->>3)::bigint, (leg->>4)::bigint,
           decode(leg->>5, 'hex')
      FROM jsonb_array_elements(%(legs)s) leg"""
CLAIM = "INSERT INTO points_outcomes VALUES (%s, %s, %s, %s, %s, NULL, %s)"


class Raw:
    """Raw postings between a shop's money and the bank's, both folded, and the sponsor's strict funding."""

    def __init__(self, connection: psycopg.Connection, story: Story) -> None:
        self.connection = connection
        self.book = story.ledger.id
        self.bank, self.payable, self.funding, self.shop_points, self.issuance = (
            str(account_id(self.book, AccountRef(kind, owner)))
            for kind, owner in (
                (AccountKind.BANK, UUID(int=0)),
                (AccountKind.MERCHANT_PAYABLE, SHOP),
                (AccountKind.SPONSOR_FUNDING, SPONSOR),
                (AccountKind.MERCHANT_POINTS, SHOP),
                (AccountKind.ISSUANCE, UUID(int=0)),
            )
        )

    def claim(self, transaction: UUID, cause: str, decline: str | None = None) -> None:
        self.connection.execute(CLAIM, [self.book, cause, DATA, transaction, decline, NOW])

    def post(
        self,
        *legs,
        lines: int | None = None,
        transaction: UUID | None = None,
        cause=None,
        reverses=None,
        recorded_at: datetime = NOW,
        effective_at: datetime = NOW,
    ) -> UUID:
        made = transaction or uuid4()
        if cause is None:
            self.claim(made, str(made))
        values = {
            "book": self.book,
            "id": made,
            "cause": cause or str(made),
            "lines": len(legs) if lines is None else lines,
            "recorded": recorded_at,
            "effective": effective_at,
            "reverses": reverses,
            "legs": Jsonb([[*leg, *[None] * (6 - len(leg))] for leg in legs]),
        }
        self.connection.execute(POST, values)
        return made

    def good(self) -> list[tuple]:
        return [(1, self.bank, -5), (2, self.payable, 5)]


@pytest.fixture
def raw(owner, story) -> Raw:
    return Raw(owner, story)


def columns(connection: psycopg.Connection, table: str) -> list[str]:
    rows = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped", [table]
    )
    return [row[0] for row in rows]
