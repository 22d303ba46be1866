"""A passbook's page against a read by primary key, in the same session and the same run: the slowest of a hundred."""

import random
import time
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from app.infra.unit_of_work import UnitOfWork, clock
from app.kernel.actor import Actor, Role
from app.points import queries, service
from app.points.models import Transaction
from app.points.rules.accounts import AccountRef, account_id
from app.points.terms import AccountKind
from bench.places import Place
from bench.reads import BUSY_BOOK, BUSY_ENTRIES, PAGE
from bench.table import Row, at_most, shown

READS = 3000
KEYS = 5000


def measure(place: Place, label: str) -> list[Row]:
    """The 99th percentile of a page of entries anywhere in a long passbook ÷ that of one transaction by its key."""
    engine = create_engine(make_url(place.app_url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection, Session(connection) as session:
        owner, code, keys = _sample(session)
        account = account_id(BUSY_BOOK, AccountRef(AccountKind.RESIDENT, owner))
        chance = random.Random(7)

        def key() -> None:
            wanted = chance.choice(keys)
            session.execute(
                select(Transaction.__table__).where(Transaction.book_id == BUSY_BOOK, Transaction.id == wanted)
            ).one()

        def page() -> None:
            before = chance.randrange(PAGE, BUSY_ENTRIES)
            queries.list_strict_entries(session, BUSY_BOOK, account, before=before, limit=PAGE)

        uow = UnitOfWork(session, Actor(owner, frozenset({Role.RESIDENT}), book=code), clock())

        def whole() -> None:
            service.list_own_entries(uow, book=code, kind=None, month=None, limit=PAGE, cursor=None)

        times = _interleaved(key, page, whole)
    engine.dispose()
    keys_p99, page_p99, whole_p99 = (_percentile(each) for each in times)
    note = (
        f"{READS} reads of each, interleaved; one key p99 {keys_p99 * 1000:.2f} ms, a page p99 {page_p99 * 1000:.2f} ms"
    )
    return [
        at_most(f"statement page of {PAGE} at {label}, p99 / a primary-key read, p99", page_p99 / keys_p99, 3, note),
        shown(
            "the whole call, with book, head and words, p99 / the same", whole_p99 / keys_p99, "five statements more"
        ),
    ]


def _sample(session: Session) -> tuple[UUID, str, list[UUID]]:
    owner = session.scalar(
        text("SELECT owner_id FROM points_accounts WHERE book_id = :book AND kind = 'resident' LIMIT 1"),
        {"book": BUSY_BOOK},
    )
    code = session.scalar(text("SELECT code FROM points_books WHERE id = :book"), {"book": BUSY_BOOK})
    ids = session.scalars(
        text("SELECT id FROM points_transactions WHERE book_id = :book ORDER BY random() LIMIT :keys"),
        {"book": BUSY_BOOK, "keys": KEYS},
    ).all()
    if owner is None or code is None:
        raise RuntimeError("the busy passbook is not there; reads.add_busy_passbook comes first")
    return owner, code, list(ids)


def _interleaved(*reads: Callable[[], None]) -> list[list[float]]:
    """Run the reads in turn, so that a noisy moment falls on all of them; the first rounds only warm up."""
    times: list[list[float]] = [[] for _ in reads]
    for n in range(READS + 200):
        for read, kept in zip(reads, times, strict=True):
            started = time.perf_counter()
            read()
            if n >= 200:
                kept.append(time.perf_counter() - started)
    return times


def _percentile(times: list[float], share: float = 0.99) -> float:
    return sorted(times)[int(len(times) * share)]
