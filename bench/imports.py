"""Residents taken in from a file, against COPY of the same file into a plain table: rows per second, and memory.

`python -m bench.imports` runs this part alone. The file is a CSV that COPY takes as it is. What is timed is the whole
way of a file: upload, reading, checking, comparing, and the commit that opens every passbook in the ledger.
"""

import json
import subprocess
import sys
import time
from datetime import date
from statistics import median
from uuid import UUID

import psycopg
from psycopg import sql

from app.enrolment import service as enrolment
from app.enrolment.terms import CSV, ImportState
from app.factory import create_app
from app.infra.config import Config
from app.infra.db import db
from app.infra.unit_of_work import new_id, run_in_transaction
from app.kernel.actor import SYSTEM
from app.points import service as points
from bench import places
from bench.audits import MIB, SAMPLE_SECONDS, private_bytes
from bench.places import ROOT, Place, Server, environment
from bench.table import Row, at_least, at_most, keep_part, render, shown

NAME = "bench_imports"
ROWS = 100_000
ROUNDS = 3
JOBS = {"read": enrolment.read_file, "check": enrolment.check_rows}
LEFT = (
    *("enrolment_residents", "points_households", "points_paper_passbooks", "points_accounts", "points_balances"),
    *("points_entries", "points_lots", "points_lot_moves"),
)
HEADER = "姓名,电话,楼栋,单元,室,存折号,余额,到期日"


def make_file(rows: int, *, seed: str) -> bytes:
    """A list of so many residents, four to a home, with passbooks that no other seed has."""
    day = date(2027, 12, 31).isoformat()
    lines = (
        f"居民{n % 7919}号,138{n:08},{n // 400 + 1}栋,{n // 100 % 4 + 1}单元,{n // 4 % 25 + 1:03}室,{seed}{n:06},{n % 500 + 1},{day}"
        for n in range(rows)
    )
    return "\n".join([HEADER, *lines]).encode()


def measure(server: Server) -> list[Row]:
    """Rows per second ÷ COPY, what bounds them, and peak memory at ROWS over that at a quarter of them."""
    place = places.make_empty_place(server, NAME)
    _, quarter, _ = _drive(server, place, "Q", ROWS // 4)
    ratios, commits, peak = [], [], 0
    laps: list[dict[str, float]] = []
    for n in range(ROUNDS):
        copied = _copy(place, make_file(ROWS, seed=f"C{n}"))
        seconds, memory, told = _drive(server, place, f"R{n}", ROWS)
        ratios.append(copied / seconds)
        commits.append(copied / told["commit"])
        peak = max(peak, memory)
        laps.append(told)
    stages = ", ".join(f"{name} {median(lap[name] for lap in laps):.1f} s" for name in laps[0] if name != "total")
    bare, what = _bare(place)
    return [
        at_least(
            "import of 100,000 residents with balances / COPY of the same file",
            ratios,
            0.05,
            f"{stages}; its rows alone, inserted bare, reach {bare:.3f}",
        ),
        shown(
            "its commit to the ledger alone / COPY", median(commits), f"all or nothing; {bare:.3f} for its rows bare"
        ),
        shown("the rows it leaves, inserted bare with their indexes / COPY", bare, what),
        at_most(
            "import's memory at 100,000 rows / at a quarter",
            peak / quarter,
            1.5,
            f"peak {peak / MIB:.0f} MiB private in all, the database's processes included",
        ),
    ]


def _bare(place: Place) -> tuple[float, str]:
    """COPY's seconds ÷ those of inserting what an import of ROWS leaves, ready-made: no check, no guard, no chain.

    And what that is. About what an import that leaves these rows by INSERT can reach on this machine, whatever it does
    to make them; one that inserts them in the order of an index may pass it where the table's own order is another.
    """
    copied = _copy(place, make_file(ROWS, seed="BARE"))
    with psycopg.connect(place.owner_url) as connection:
        connection.execute("SET statement_timeout = 0")
        book = connection.execute("SELECT id FROM points_books WHERE code = 'import-r0'").fetchone()
        for table in LEFT:
            bare = sql.Identifier(f"bare_{table}")
            source = sql.Identifier(table)
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(bare))
            connection.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING INDEXES)").format(bare, source))
        connection.commit()
        rows = 0
        started = time.perf_counter()
        for table in LEFT:
            rows += connection.execute(
                sql.SQL("INSERT INTO {} SELECT * FROM {} WHERE book_id = %s").format(
                    sql.Identifier(f"bare_{table}"), sql.Identifier(table)
                ),
                book,
            ).rowcount
        connection.commit()
        seconds = time.perf_counter() - started
        indexes = connection.execute(
            "SELECT count(*) FROM pg_indexes WHERE tablename = ANY (%s)", [[f"bare_{table}" for table in LEFT]]
        ).fetchone()
    return copied / seconds, (
        f"{rows / ROWS:.1f} rows for each resident, in {len(LEFT)} tables with {indexes[0] if indexes else 0} indexes, against one without any;"
        f" {copied:.2f} s by COPY, {seconds:.1f} s bare"
    )


def _copy(place: Place, content: bytes) -> float:
    """Seconds of COPY of the file into a plain table, committed."""
    columns = (
        "name text, phone text, building text, unit text, room text, passbook_no text, points bigint, expires_on date"
    )
    with psycopg.connect(place.owner_url) as connection:
        connection.execute("DROP TABLE IF EXISTS bench_plain")
        connection.execute(f"CREATE TABLE bench_plain ({columns})")
        connection.commit()
        started = time.perf_counter()
        with connection.cursor().copy("COPY bench_plain FROM STDIN (FORMAT csv, HEADER)") as copy:
            copy.write(content)
        connection.commit()
        return time.perf_counter() - started


def _drive(server: Server, place: Place, seed: str, rows: int) -> tuple[float, int, dict[str, float]]:
    """Seconds, peak private bytes of all processes that take part, seconds by stage."""
    command = [sys.executable, "-m", "bench.imports", "drive", seed, str(rows)]
    driver = subprocess.Popen(command, cwd=ROOT, env=environment(server, place), stdout=subprocess.PIPE, text=True)
    peak = 0
    while driver.poll() is None:
        peak = max(peak, private_bytes(driver.pid, place.name))
        time.sleep(SAMPLE_SECONDS)
    told: dict[str, float] = json.loads(driver.communicate()[0])
    return told["total"], peak, told


def drive(seed: str, rows: int) -> dict[str, float]:
    """One import from upload to commit, each job in a transaction of its own as the worker runs it."""
    app = create_app(Config.from_process())
    with app.app_context():
        book, budget_id = run_in_transaction(lambda uow: open_book(uow, seed.lower()), actor=SYSTEM)
        book_id = run_in_transaction(lambda uow: points.show_book(uow, book=book).id, actor=SYSTEM)
        content = make_file(rows, seed=seed)
        told: dict[str, float] = {}
        started = lap = time.perf_counter()

        def stage(name: str) -> None:
            nonlocal lap
            told[name] = time.perf_counter() - lap
            lap = time.perf_counter()

        upload = {"book": book, "budget_id": budget_id, "content": content, "media_type": CSV}
        made = run_in_transaction(lambda uow: enrolment.upload_file(uow, **upload), actor=SYSTEM)
        names = {"book_id": book_id, "import_id": str(made.id)}
        stage("upload")
        run_in_transaction(lambda uow: enrolment.read_file(uow, **names), actor=SYSTEM)
        stage("read")
        while _state(book, made.id) == ImportState.CHECKING:
            run_in_transaction(lambda uow: enrolment.check_rows(uow, **names), actor=SYSTEM)
        stage("check")
        run_in_transaction(lambda uow: enrolment.start_commit(uow, book=book, import_id=made.id), actor=SYSTEM)
        run_in_transaction(lambda uow: enrolment.commit_import(uow, book=book, **names), actor=SYSTEM)
        stage("commit")
        told["total"] = time.perf_counter() - started
        if (state := _state(book, made.id)) != ImportState.COMMITTED:
            raise RuntimeError(f"the import ended {state}")
        db.engine.dispose()
    return told


def _state(book: str, import_id: UUID) -> str:
    return run_in_transaction(
        lambda uow: enrolment.show_import(uow, book=book, import_id=import_id), actor=SYSTEM
    ).state


def open_book(uow, seed: str) -> tuple[str, UUID]:  # noqa: ANN001 - a unit of work
    """A book with a budget that suffices for every list here."""
    book = points.create_book(uow, code=f"import-{seed}", name="bench", currency_name="points", validity_months=24)
    budget = points.create_budget(uow, book.id, sponsor_id=new_id(), name="openings", point_value_fen=10)
    points.fund_sponsor(
        uow, book.id, cause="fund", sponsor_id=budget.sponsor_id, amount_fen=10**10, bank_reference="bench"
    )
    points.mint_points(uow, book.id, cause="mint", budget_id=budget.id, points=10**8)
    return book.code, budget.id


def main() -> int:
    """Measure this part alone and keep its rows, or, as `drive`, be what is measured."""
    if sys.argv[1:2] == ["drive"]:
        print(json.dumps(drive(sys.argv[2], int(sys.argv[3]))))
        return 0
    with places.open_server() as server:
        rows = measure(server)
    print(render(rows))
    keep_part(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
