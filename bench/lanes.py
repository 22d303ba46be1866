"""Whether one book's long imports are felt by another: a one-row list, and a short job, while six long lists are taken in.

`python -m bench.lanes` runs this part alone and keeps its rows. One worker with its usual slots does everything; the books
share its process and the machine's cores, and nothing else.
"""

import json
import subprocess
import sys
import time
from statistics import median
from uuid import UUID

from sqlalchemy import text

from app.enrolment import service as enrolment
from app.enrolment.terms import CSV, ImportState
from app.factory import create_app
from app.infra.config import Config
from app.infra.db import db
from app.infra.unit_of_work import new_id, run_in_transaction
from app.kernel.actor import SYSTEM
from bench import places
from bench.imports import make_file, open_book
from bench.places import ROOT, Server, environment
from bench.table import Row, at_most, keep_part, render

NAME = "bench_lanes"
FILES = 6
ROWS = 100_000
TIMES = 9
GAP_SECONDS = 1.0
PATIENCE_SECONDS = 120
LOOK_SECONDS = 0.005
TARGET = 10
GONE = text("SELECT NOT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE id = :id)")


def measure(server: Server) -> list[Row]:
    """Seconds of a one-row list and of a short job beside another book's long lists ÷ alone."""
    place = places.make_empty_place(server, NAME)
    settings = environment(server, place)
    worker = subprocess.Popen([sys.executable, "-m", "flask", "--app", "wsgi", "worker"], cwd=ROOT, env=settings)
    try:
        driven = subprocess.run(
            [sys.executable, "-m", "bench.lanes", "drive"], cwd=ROOT, env=settings, stdout=subprocess.PIPE, check=True
        )
    finally:
        worker.kill()  # what it had in hand is of no interest any more
        worker.wait()
    told = json.loads(driven.stdout)
    return [_row(name, told[key]) for key, name in (("list", "a one-row list"), ("short", "a short job"))]


def _row(name: str, told: dict[str, list[float]]) -> Row:
    alone, beside = median(told["alone"]), median(told["beside"])
    note = (
        f"median {beside:.2f} s, longest {max(told['beside']):.2f} s of {TIMES}, against {alone:.2f} s;"
        f" {FILES} lists of {ROWS:,} rows of the other book read and checked by the same worker"
    )
    return at_most(f"{name} beside another book's long imports / alone", beside / alone, TARGET, note)


def drive() -> dict[str, dict[str, list[float]]]:
    """Take both alone, then while the lists of the other book are taken in."""
    app = create_app(Config.from_process())
    with app.app_context():
        ours, theirs = (run_in_transaction(lambda uow, s=seed: open_book(uow, s), actor=SYSTEM) for seed in ("o", "t"))
        alone = [_take_both(ours, n) for n in range(TIMES)]
        for n in range(FILES):
            _upload(*theirs, make_file(ROWS, seed=f"T{n}-"))
        beside = []
        for n in range(TIMES):
            beside.append(_take_both(ours, TIMES + n))
            time.sleep(GAP_SECONDS)
        if not run_in_transaction(lambda uow: _states(uow, theirs[0]) & {ImportState.CHECKING}, actor=SYSTEM):
            raise RuntimeError("the long lists were done before the short one was measured")
        db.engine.dispose()
    return {
        key: {"alone": [taken[at] for taken in alone], "beside": [taken[at] for taken in beside]}
        for at, key in enumerate(("list", "short"))
    }


def _take_both(book: tuple[str, UUID], n: int) -> tuple[float, float]:
    return _take_list(book, n), _take_job(book[0])


def _take_list(book: tuple[str, UUID], n: int) -> float:
    """A list of one row, from its upload until its passbook is open."""
    started = time.perf_counter()
    made = _upload(*book, make_file(1, seed=f"O{n}-"))
    _await_state(book[0], made, ImportState.CHECKED)
    run_in_transaction(lambda uow: enrolment.start_commit(uow, book=book[0], import_id=made), actor=SYSTEM)
    _await_state(book[0], made, ImportState.COMMITTED)
    return time.perf_counter() - started


def _take_job(book: str) -> float:
    """A job between books that finds nothing to do."""
    started = time.perf_counter()
    job = run_in_transaction(
        lambda uow: uow.defer("points.hear_stop", book=book, agreement_id=str(new_id())), actor=SYSTEM
    )
    _await(lambda: run_in_transaction(lambda uow: uow.session.scalar(GONE, {"id": job}), actor=SYSTEM))
    return time.perf_counter() - started


def _upload(book: str, budget_id: UUID, content: bytes) -> UUID:
    upload = {"book": book, "budget_id": budget_id, "content": content, "media_type": CSV}
    return run_in_transaction(lambda uow: enrolment.upload_file(uow, **upload), actor=SYSTEM).id


def _await_state(book: str, import_id: UUID, state: ImportState) -> None:
    def reached() -> bool:
        found = run_in_transaction(
            lambda uow: enrolment.show_import(uow, book=book, import_id=import_id), actor=SYSTEM
        ).state
        if found != state and found not in {ImportState.CHECKING, ImportState.COMMITTING}:
            raise RuntimeError(f"the list ended {found}")
        return found == state

    _await(reached)


def _await(reached) -> None:  # noqa: ANN001 - a question
    began = time.perf_counter()
    while not reached():
        if time.perf_counter() - began > PATIENCE_SECONDS:
            raise RuntimeError("the worker never came to it")
        time.sleep(LOOK_SECONDS)


def _states(uow, book: str) -> set[str]:  # noqa: ANN001 - a unit of work
    return {found.state for found in enrolment.list_imports(uow, book=book, limit=FILES, cursor=None).items}


def main() -> int:
    """Measure this part alone and keep it, or, as `drive`, do what is measured."""
    if sys.argv[1:2] == ["drive"]:
        print(json.dumps(drive()))
        return 0
    with places.open_server() as server:
        rows = measure(server)
    print(render(rows))
    keep_part(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
