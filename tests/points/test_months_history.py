"""Random histories over three months: every instant and every month against sums made of the entries alone."""

import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import SYSTEM
from app.kernel.periods import add_months, local_date, month_start
from app.points import queries
from app.points.service.balances import show_account_balance, show_trial_balance
from app.points.service.figures import show_figures
from tests.fixtures import servers as places
from tests.fixtures.work import NOW
from tests.points.audited import Neighbourhood, close_months, engine_of
from tests.points.ledger import Acts, open_ledger

ENTRIES = text("""
    SELECT t.recorded_at, t.code, a.kind, a.asset, a.id AS account_id, e.amount, e.version
      FROM points_entries e JOIN points_transactions t ON t.book_id = e.book_id AND t.id = e.transaction_id
      JOIN points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id
     WHERE e.book_id = :book ORDER BY t.id""")
FIRST, LAST = date(2026, 5, 1), date(2026, 8, 1)


@dataclass
class History:
    """A book with a past, and all of its entries."""

    acts: Acts
    entries: list[Any]

    @property
    def code(self) -> str:
        return self.acts.book.code

    def until(self, instant: datetime) -> list[Any]:
        return [entry for entry in self.entries if entry.recorded_at <= instant]

    def of(self, month: date) -> list[Any]:
        return [entry for entry in self.entries if month_start(local_date(entry.recorded_at)) == month]


@pytest.fixture(scope="module", params=[11, 12, 13])
def written(servers, template, request) -> Iterator[tuple[str, Acts]]:
    """Such a history, committed once, and the address of its database."""
    made = places.clone(servers, template)
    try:
        with engine_of(made.app_url) as engine, Session(engine, expire_on_commit=False) as session:
            uow = UnitOfWork(session=session, actor=SYSTEM, now=NOW)
            life = Neighbourhood(uow, open_ledger(uow, minted=160_000, validity_months=1), request.param)
            life.live(75)
            # a clock that runs behind: a younger id, recorded earlier
            Acts(replace(uow, now=NOW + timedelta(days=3)), life.acts.ledger).pay(3)
            session.commit()
        places.count_rows(made)
        yield made.app_url, life.acts
    finally:
        places.drop(servers, made)


@pytest.fixture
def history(written) -> Iterator[History]:
    """It once more, for each test; what the test does is rolled back."""
    url, acts = written
    with engine_of(url) as engine, Session(engine, expire_on_commit=False) as session:
        rows = list(session.execute(ENTRIES, {"book": acts.ledger.id}))
        recorded = [row.recorded_at for row in rows]
        assert recorded != sorted(recorded)  # ids are in another order than recorded_at
        yield History(Acts(replace(acts.uow, session=session), acts.ledger), rows)
        session.rollback()


def sums(entries: list[Any]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for entry in entries:
        found[entry.kind] += entry.amount
    return {kind: amount for kind, amount in found.items() if amount}


def instants(history: History) -> list[datetime]:
    chance = random.Random(5)
    recorded = [entry.recorded_at for entry in history.entries]
    now = history.acts.uow.now  # the last of them may have been recorded just now, and what is ahead is refused
    edges = [min(chance.choice(recorded) + timedelta(microseconds=n), now) for n in (-1, 0, 1) for _ in range(6)]
    return [*edges, *(NOW + timedelta(days=chance.uniform(-3, 74)) for _ in range(8))]


@pytest.mark.parametrize("closed", [False, True])
def test_the_trial_balance_of_any_instant_is_the_sum_of_what_was_recorded(history, closed):
    if closed:
        close_months(history.acts)
    for instant in instants(history):
        told = show_trial_balance(history.acts.uow, book=history.code, as_of=instant)
        assert {row.kind: row.balance for row in told.rows if row.balance} == sums(history.until(instant)), instant
        assert told.balanced
    now = show_trial_balance(history.acts.uow, book=history.code, as_of=history.acts.uow.now)
    live = show_trial_balance(history.acts.uow, book=history.code)
    assert {row.kind: row.balance for row in now.rows if row.balance} == {
        row.kind: row.balance for row in live.rows if row.balance
    }


def test_the_balance_of_any_account_at_any_instant_is_the_sum_of_its_entries(history):
    accounts: dict[UUID, list[Any]] = defaultdict(list)
    for entry in history.entries:
        accounts[entry.account_id].append(entry)
    for number, (account_id, entries) in enumerate(accounts.items()):
        for instant in instants(history)[number % 3 :: 3]:
            told = show_account_balance(history.acts.uow, book=history.code, account_id=account_id, as_of=instant)
            earlier = [entry for entry in entries if entry.recorded_at <= instant]
            assert told.balance == sum(entry.amount for entry in earlier)
            if told.version is not None:
                assert told.version == max((entry.version for entry in earlier), default=0)


def naive(entries: list[Any], before: list[Any]) -> dict[str, int]:
    """The figures of a month once more, in words of their own."""

    def moved(code: str, kind: str = "resident", way: int = 1) -> int:
        return sum(abs(e.amount) for e in entries if e.code == code and e.kind == kind and (e.amount > 0) == (way > 0))

    def held(kind: str) -> int:
        return sum(e.amount for e in (*before, *entries) if e.kind == kind)

    passbooks = [e for e in entries if e.kind == "resident"]
    return {
        "issued": -sum(e.amount for e in entries if e.kind == "issuance"),
        "awarded_opening": moved("opening"),
        "awarded_award": moved("award"),
        "awarded_report_award": moved("report_award"),
        "redeemed": moved("redemption", way=-1),
        "refunded": moved("refund"),
        "expired": moved("expiry", way=-1),
        "clawed_back": moved("clawback", way=-1) + moved("recovery", way=-1),
        "owed_back": moved("clawback", "clawback"),
        "corrected": moved("reversal") - moved("reversal", way=-1),
        "transferred_out": moved("transfer", way=-1),
        "transferred_in": moved("transfer"),
        "cleared_out": moved("clearing_out", way=-1),
        "cleared_in": moved("clearing_in"),
        "outstanding": held("resident"),
        "received_fen": moved("fund", "bank", way=-1),
        "paid_fen": moved("payout", "bank"),
        "liability_fen": held("points_liability"),
        "reserve_fen": held("budget_reserve"),
        "owed_to_shops_fen": held("merchant_payable"),
        "sponsors_free_fen": held("sponsor_funding"),
        "active_people": len({e.account_id for e in passbooks}),
        "new_passbooks": sum(e.version == 1 for e in passbooks),
    }


@pytest.mark.parametrize("closed", [False, True])
def test_the_figures_of_each_month_are_those_counted_by_hand(history, closed):
    if closed:
        close_months(history.acts)
    report = show_figures(history.acts.uow, book=history.code, first=FIRST, last=LAST)
    assert [row.closed for row in report.months] == [False, closed, closed, False]
    before: list[Any] = []
    for row in report.months:
        entries = history.of(row.month)
        assert asdict(row.figures) == naive(entries, before), row.month
        before += entries
    alone = show_figures(history.acts.uow, book=history.code, first=LAST, last=LAST)
    assert alone.months == report.months[-1:]


def test_the_figures_of_all_months_sum_to_the_trial_balance(history):
    report = show_figures(history.acts.uow, book=history.code, first=FIRST, last=LAST)
    trial = {row.kind: row.balance for row in show_trial_balance(history.acts.uow, book=history.code).rows}
    months = [row.figures for row in report.months]
    assert sum(f.issued for f in months) == -trial["issuance"]
    assert sum(f.grown for f in months) == trial["resident"] == months[-1].outstanding
    assert sum(f.received_fen - f.paid_fen for f in months) == -trial["bank"]
    excused = sum(entry.amount for entry in history.entries if (entry.kind, entry.code) == ("breakage", "clawback"))
    assert sum(f.expired for f in months) + excused == trial["breakage"]
    assert sum(f.new_passbooks for f in months) == len(
        {entry.account_id for entry in history.entries if entry.kind == "resident"}
    )
    for earlier, later in itertools.pairwise(months):
        assert later.outstanding == earlier.outstanding + later.grown
    last = months[-1]
    assert (last.liability_fen, last.reserve_fen, last.owed_to_shops_fen, last.sponsors_free_fen) == tuple(
        trial[kind] for kind in ("points_liability", "budget_reserve", "merchant_payable", "sponsor_funding")
    )


def test_every_way_into_and_out_of_a_passbook_is_in_a_figure(uow):
    """A new code that moves passbooks must find its place in rules/figures.py, or months would not add up."""
    legs = uow.session.execute(text("SELECT code, sign FROM points_code_legs WHERE kind = 'resident'")).all()
    counted = {
        ("opening", 1), ("award", 1), ("report_award", 1), ("redemption", -1), ("refund", 1), ("expiry", -1),
        ("clawback", -1), ("recovery", -1), ("reversal", 1), ("reversal", -1), ("transfer", -1), ("transfer", 1),
        ("clearing_out", -1), ("clearing_in", 1),
    }  # fmt: skip
    assert {(code, sign) for code, sign in legs} == counted


def test_months_follow_one_another(history):
    close_months(history.acts)
    last = queries.find_last_closing(history.acts.uow.session, history.acts.ledger.id)
    assert last.month == add_months(LAST, -1)
