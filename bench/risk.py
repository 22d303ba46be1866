"""What a risk decision costs: the median of `decide` for a payment, and its ratio to one SELECT in the same run.

`python -m bench.risk DECISIONS` is the process that measures, on a book with a history of facts, and prints both.
`python -m bench.risk` starts a server of its own and keeps the rows.
"""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter, process_time
from uuid import UUID

from sqlalchemy import text

from app.factory import create_app
from app.infra.config import Config
from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.kernel.actor import SYSTEM
from app.points import service as points
from app.risk.service import Event, decide, start_defaults
from app.risk.terms import EventKind, Outcome
from bench import places
from bench.places import ROOT, Server, environment, make_empty_place
from bench.table import Row, at_most, keep_part, render, shown

DECISIONS = 2000
WARM_UP = 200
RESIDENTS, SHOPS = 2000, 500
HISTORY = 100_000
MILLISECONDS_MAX = 1.5
FILL = text("""
    INSERT INTO risk_facts (book_id, kind, subject_id, decided_at, resident_id, person_id, device_id, household_id, shop_id,
        coordinator_id, asked, points)
    SELECT :book_id, 'redeem', gen_random_uuid(), CAST(:now AS timestamptz) - make_interval(secs => n * 25),
           CAST('1' || lpad(to_hex(n % :residents), 31, '0') AS uuid), NULL,
           CAST('2' || lpad(to_hex(n % :residents), 31, '0') AS uuid),
           NULL, CAST('3' || lpad(to_hex(n % :shops), 31, '0') AS uuid), NULL, 20, 20
      FROM generate_series(1, :count) n""")


def measure(server: Server) -> list[Row]:
    """The median milliseconds of a decision on a payment, its writing within, and how many plain SELECTs that is."""
    place = make_empty_place(server, "bench_risk")
    command = [sys.executable, "-m", "bench.risk", str(DECISIONS)]
    told = subprocess.run(
        command, cwd=ROOT, env=environment(server, place), stdout=subprocess.PIPE, text=True, check=True
    )
    found = json.loads(told.stdout)
    decision, select = found["decision_ms"], found["select_ms"]
    note = (
        f"p95 {found['p95_ms']:.2f} ms, least {found['least_ms']:.2f} ms, {found['cpu_ms']:.2f} ms of it Python's own;"
        f" one SELECT by key {select:.3f} ms; {HISTORY:,} facts of thirty days; load {os.getloadavg()[0]:.1f} on"
        f" {os.cpu_count()} cores"
    )
    return [
        at_most("risk decision on a payment, median ms", decision, MILLISECONDS_MAX, note),
        shown("risk decision / one SELECT by primary key", decision / select, f"{found['rules']} rules asked"),
    ]


def main() -> None:
    """Decide, and read one row, in turns; print the medians."""
    count = int(sys.argv[1])
    with create_app(Config.from_environment(os.environ)).app_context():
        book_id = run_in_transaction(_prepare, actor=SYSTEM)
        places.settle_plans()
        decisions, selects, spent = [], [], []
        for number in range(count + WARM_UP):
            taken = run_in_transaction(lambda uow, n=number: _one(uow, book_id, n), actor=SYSTEM)
            if number == WARM_UP:
                places.settle_plans()
            if number >= WARM_UP:
                decisions.append(taken[0])
                selects.append(taken[1])
                spent.append(taken[2])
        rules = run_in_transaction(lambda uow: _rules(uow, book_id), actor=SYSTEM)
    told = {
        "decision_ms": 1000 * median(decisions),
        "least_ms": 1000 * min(decisions),
        "p95_ms": 1000 * sorted(decisions)[int(len(decisions) * 0.95)],
        "select_ms": 1000 * median(selects),
        "cpu_ms": 1000 * median(spent),
        "rules": rules,
    }
    print(json.dumps(told))


def _prepare(uow: UnitOfWork) -> int:
    book = points.create_book(uow, code="bench-risk", name="bench", currency_name="points")
    start_defaults(uow, book=book.code)
    sizes = {"residents": RESIDENTS, "shops": SHOPS, "count": HISTORY}
    uow.session.execute(FILL, {"book_id": book.id, "now": datetime.now(UTC) - timedelta(minutes=1), **sizes})
    return book.id


def _one(uow: UnitOfWork, book_id: int, number: int) -> tuple[float, float, float]:
    event = Event(
        kind=EventKind.REDEEM,
        book_id=book_id,
        subject_id=uow.new_id(),
        resident_id=UUID(f"1{number * 7919 % RESIDENTS:031x}"),
        device_id=UUID(f"2{number * 7919 % RESIDENTS:031x}"),
        shop_id=UUID(f"3{number % SHOPS:031x}"),
        terminal_id=UUID(int=number % SHOPS + 1),
        points=20,
        order_fen=2000,
        mode="code",
        facts={"account_age_days": 90, "device_age_hours": 900, "is_shop_staff": False},
    )
    uow.session.execute(text("SELECT 1"))  # the transaction has begun: neither of the two pays for that
    started = perf_counter()
    uow.session.execute(text("SELECT name FROM points_books WHERE id = :id"), {"id": book_id}).scalar_one()
    read, before = perf_counter(), process_time()
    decision = decide(uow, event)
    done, spent = perf_counter(), process_time() - before
    if decision.outcome is not Outcome.APPROVE:
        raise RuntimeError(f"{decision.outcome} {decision.reasons}: the bench measures what is ordinary")
    return done - read, read - started, spent


def _rules(uow: UnitOfWork, book_id: int) -> int:
    query = "SELECT jsonb_array_length(answers) FROM risk_decisions WHERE book_id = :book_id LIMIT 1"
    return int(uow.session.execute(text(query), {"book_id": book_id}).scalar_one())


def alone() -> None:
    """Measure this part only, and keep its rows among the others."""
    with places.open_server() as server:
        rows = measure(server)
    print(render(rows))
    keep_part(rows)


if __name__ == "__main__":
    main() if len(sys.argv) > 1 else alone()
