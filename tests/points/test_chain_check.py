"""The check of a chain: pure, and on a copy of the ledger in which a superuser has changed one thing."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import SYSTEM
from app.points.rules import chain
from app.points.rules.verification import Follower, Link
from app.points.service import verifying
from tests.points import committed
from tests.points.audited import engine_of
from tests.points.committed import commit, commit_ledger
from tests.points.ledger import ANNA

ACCOUNT = UUID(int=5)
HEADER = chain.Header(UUID(int=1), UUID(int=2), datetime(2026, 6, 15, tzinfo=UTC), datetime(2026, 6, 15, tzinfo=UTC),
                      "award", "cause", None)  # fmt: skip


def links(amounts: list[int]) -> list[Link]:
    made: list[Link] = []
    before, balance = chain.GENESIS, 0
    for version, amount in enumerate(amounts, 1):
        balance += amount
        before = chain.link(
            before,
            book_id=1,
            account_id=ACCOUNT,
            version=version,
            amount=amount,
            balance_after=balance,
            digest=HEADER.digest(),
        )
        made.append(Link(version, amount, balance, before, HEADER))
    return made


CHANGES = {
    "link": lambda entry: replace(entry, chain=bytes(32)),
    "balance": lambda entry: replace(entry, amount=entry.amount + 1),
    "version": lambda entry: replace(entry, version=entry.version + 1),
    "words": lambda entry: replace(entry, header=replace(entry.header, evidence="another")),
}


@given(
    amounts=st.lists(st.integers(1, 10**9), min_size=1, max_size=12),
    change=st.sampled_from(sorted(CHANGES)),
    data=st.data(),
)
def test_the_first_entry_that_was_changed_is_named(amounts, change, data):
    right = links(amounts)
    follower = Follower(1, ACCOUNT)
    assert follower.follow(right) is None
    assert (follower.version, follower.balance) == (len(amounts), sum(amounts))
    at = data.draw(st.integers(0, len(amounts) - 1))
    wrong = Follower(1, ACCOUNT).follow([*right[:at], CHANGES[change](right[at]), *right[at + 1 :]])
    assert (wrong.version, wrong.what) == (at + 1, "link" if change == "words" else change)


@given(amounts=st.lists(st.integers(1, 9), min_size=2, max_size=9), data=st.data())
def test_an_entry_that_is_left_out_is_named(amounts, data):
    right = links(amounts)
    gone = data.draw(st.integers(0, len(amounts) - 2))
    wrong = Follower(1, ACCOUNT).follow(right[:gone] + right[gone + 1 :])
    assert (wrong.version, wrong.what) == (gone + 1, "version")


@pytest.fixture(scope="module")
def place(servers, template):
    with committed.open_place(servers, template, pool_size=2) as place:
        yield place


@pytest.fixture(scope="module")
def ledger(place):
    made = commit_ledger()
    for amount in range(1, 9):
        commit(made, lambda acts, amount=amount: acts.award(ANNA, amount))
    return made


@pytest.fixture
def superuser(place, ledger):
    """A unit of work of somebody whom no trigger stops; rolled back."""
    with engine_of(place.database.superuser_url) as engine, Session(engine) as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        yield UnitOfWork(session=session, actor=SYSTEM, now=datetime(2026, 6, 15, 2, tzinfo=UTC))
        session.rollback()


def walk(uow, ledger) -> tuple[list[tuple[int, int]], object]:
    """All steps of a check, until its end or where it breaks."""
    steps, after = [], 0
    while True:
        step = verifying.check_chain(uow, book=ledger.book.code, account_id=ledger.passbook(ANNA), after_version=after)
        steps.append((step.checked_from, step.checked_to))
        if step.next_after_version is None:
            return steps, step.wrong
        after = step.next_after_version


ENTRY = "UPDATE points_entries SET {change} WHERE account_id = :account AND version = 5"
HEADERS = """UPDATE points_transactions SET {change} WHERE id =
             (SELECT transaction_id FROM points_entries WHERE account_id = :account AND version = 5)"""
CORRUPTIONS = {
    "amount": (ENTRY.format(change="amount = amount + 1"), 5, "balance"),
    "amount and balance": (ENTRY.format(change="amount = amount + 1, balance_after = balance_after + 1"), 5, "link"),
    "link": (ENTRY.format(change="chain = sha256('')"), 5, "link"),
    "gone": ("DELETE FROM points_entries WHERE account_id = :account AND version = 5", 5, "version"),
    "evidence": (HEADERS.format(change="evidence = 'another'"), 5, "link"),
    "date": (HEADERS.format(change="effective_at = effective_at - interval '1 day'"), 5, "link"),
    "last gone": ("DELETE FROM points_entries WHERE account_id = :account AND version = 8", 8, "version"),
    "all gone": ("DELETE FROM points_entries WHERE account_id = :account", 1, "version"),
    "head": ("UPDATE points_balances SET head = sha256('') WHERE account_id = :account", 8, "head"),
    "balance row": ("UPDATE points_balances SET posted = posted + 1 WHERE account_id = :account", 8, "head"),
}


@pytest.mark.parametrize("step", [1, 2, 3, 4, 8, 1000])
def test_a_sound_chain_holds_in_steps_of_any_size(superuser, ledger, monkeypatch, step):
    monkeypatch.setattr(verifying, "ENTRIES_MAX", step)
    steps, wrong = walk(superuser, ledger)
    assert wrong is None
    covered = [version for first, last in steps for version in range(first, last + 1)]
    assert covered == list(range(1, 9))


@pytest.mark.parametrize("step", [1, 3, 4, 1000])
@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_corrupted_copy_is_named_wherever_the_steps_fall(superuser, ledger, monkeypatch, name, step):
    statement, version, what = CORRUPTIONS[name]
    superuser.session.execute(text(statement), {"account": ledger.passbook(ANNA)})
    monkeypatch.setattr(verifying, "ENTRIES_MAX", step)
    steps, wrong = walk(superuser, ledger)
    assert (wrong.version, wrong.what) == (version, what)
    assert steps[-1][1] == version


def test_a_step_that_begins_at_an_entry_that_is_gone_says_so(superuser, ledger):
    superuser.session.execute(text(CORRUPTIONS["gone"][0]), {"account": ledger.passbook(ANNA)})
    found = verifying.check_chain(superuser, book=ledger.book.code, account_id=ledger.passbook(ANNA), after_version=5)
    assert (found.ok, found.wrong.version, found.wrong.what) == (False, 5, "version")
