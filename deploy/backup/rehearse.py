"""Rehearses a disaster: `python -m deploy.backup.rehearse`. Needs no server and leaves nothing behind.

A private PostgreSQL archives its log. Points are awarded, a base backup is taken, more are awarded, the time is noted,
more again; then the server is killed and its data destroyed. The backup is restored to the noted time with the very
scripts an operator runs, and the ledger must be what it was at that time: same trial balance, same chain heads, audit
green. Status 0 when it is.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import psycopg
from flask import Flask
from flask_migrate import upgrade

from app.factory import create_app
from app.infra.config import Config
from app.infra.db import db
from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.kernel.actor import SYSTEM
from app.points import queries
from app.points import service as points
from tools.embedded import roles
from tools.embedded.account import Account, account_for, plain_environment
from tools.embedded.binaries import Programs, find_postgres
from tools.embedded.credentials import Credentials
from tools.embedded.for_tests import private_folder
from tools.embedded.postgres import Postgres
from tools.embedded.process import wait_until

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ("backup/archive_wal.sh", "backup/base_backup.sh", "backup/restore.sh", "postgres/make_roles.sh")
BOOK = "rehearsal"
RESTORED = "restored/data"
RESIDENTS = 20
SPONSOR = uuid5(NAMESPACE_URL, "linli:rehearsal:sponsor")
ARCHIVE_SECONDS = 120.0


class Failed(Exception):
    """The rehearsal did not end as it must; its text says how."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything of one rehearsal is, and who owns it."""

    folder: Path
    programs: Programs
    account: Account
    credentials: Credentials

    def server(self, name: str) -> Postgres:
        """A server whose data is in the folder `name`."""
        return Postgres(
            self.folder / name,
            programs=self.programs,
            account=self.account,
            log=self.folder / f"{name}.log",
            password=self.credentials.superuser,
        )

    def run(self, script: str, *arguments: str | Path, **more: str) -> str:
        """Run one of the operator's scripts as the servers' account; what it said."""
        environment = {**plain_environment(), **more}
        environment["PATH"] = f"{self.programs.path}{os.pathsep}{environment['PATH']}"
        done = subprocess.run(
            [str(self.folder / "scripts" / script), *(str(argument) for argument in arguments)],
            cwd="/",
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            **self.account.identity(),  # type: ignore[call-overload] # a mapping of keyword arguments
        )
        if done.returncode:
            raise Failed(f"{script} ended with status {done.returncode}: {done.stderr.strip()}")
        return str(done.stdout).strip()


def main() -> int:
    """Rehearse, saying each step; 0 when the ledger came back as it was."""
    began = time.monotonic()

    def say(words: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {words}", flush=True)

    with private_folder() as folder:
        try:
            rehearse(_prepare(folder), say)
        except Failed as failure:
            print(f"FAILED: {failure}", file=sys.stderr)
            return 1
    say("restored: balances, chain heads and audit are those of the noted time")
    return 0


def _prepare(folder: Path) -> Place:
    account = account_for(folder / "first")
    place = Place(folder, find_postgres(account), account, Credentials.random())
    for name in ("scripts", "wal", "backups", "restored"):
        (folder / name).mkdir(mode=0o755)
        account.own(folder / name)
    for name in SCRIPTS:
        # copied, because the servers' account need not be able to read the project's folder
        copy = shutil.copy(ROOT / "deploy" / name, folder / "scripts")
        Path(copy).chmod(0o755)
    return place


def rehearse(place: Place, say: Any) -> None:
    """The whole story. Refuses Failed when the restored ledger is not that of the noted time."""
    first = place.server("first")
    try:
        _start_archiving(place, first)
        say(f"PostgreSQL {place.programs.version} runs and archives its log")
        with _application(place, first):
            upgrade(directory=str(ROOT / "migrations"))
            budget = run_in_transaction(_open_book, actor=SYSTEM)
            _award(budget, "before the backup")
            say("a book with its first awards")
            backup = place.run("base_backup.sh", place.folder / "backups", **_superuser(place, first))
            say(f"base backup taken: {Path(backup).name}")
            _award(budget, "between backup and noted time")
            noted, moment = _picture(), _moment(first)
            say(f"more awards; noted time: {moment}")
            _award(budget, "after the noted time")
            if _picture() == noted:
                raise Failed("the last awards left no trace: the comparison would prove nothing")
            _finish_archiving(first)
        first.child.process.kill()
        first.child.process.wait()
        shutil.rmtree(place.folder / "first")
        say("more awards; then the server was killed and its data destroyed")
    finally:
        first.stop()
    _restore(place, Path(backup), moment, noted, say)


def _restore(place: Place, backup: Path, moment: str, noted: object, say: Any) -> None:
    place.run("restore.sh", backup, place.folder / "wal", place.folder / RESTORED, moment)
    say("base backup laid out and verified")
    second = place.server(RESTORED)
    try:
        second.start()
        if not wait_until(lambda: not _in_recovery(second), seconds=ARCHIVE_SECONDS):
            raise Failed("the restored server did not open for writing")
        say("log replayed to the noted time; the server is open")
        with _application(place, second):
            if _picture() != noted:
                raise Failed("the restored ledger is not that of the noted time")
        _audit(place, second)
    finally:
        second.stop()


def _start_archiving(place: Place, server: Postgres) -> None:
    """Switch archiving on as an operator does, which takes a restart; make roles and database."""
    server.start()
    command = f"{place.folder}/scripts/archive_wal.sh {place.folder}/wal %p %f"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET archive_mode = on")
        connection.execute(f"ALTER SYSTEM SET archive_command = '{command}'")
    server.stop()
    server.start()
    passwords = {"LINLI_OWNER_PASSWORD": place.credentials.owner, "LINLI_APP_PASSWORD": place.credentials.app}
    place.run("make_roles.sh", **_superuser(place, server), **passwords)


def _superuser(place: Place, server: Postgres) -> dict[str, str]:
    """How the scripts reach a server, as their environment says it."""
    passwords = place.folder / "pgpass"
    passwords.write_text(f"127.0.0.1:{server.port}:*:postgres:{place.credentials.superuser}\n", encoding="utf-8")
    passwords.chmod(0o600)
    place.account.own(passwords)
    return {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGUSER": "postgres", "PGPASSFILE": str(passwords)}


def _settings(place: Place, server: Postgres) -> dict[str, str]:
    secrets = place.credentials
    return {
        "LINLI_MODE": "test",
        "DATABASE_URL": server.url(user=roles.APP, password=secrets.app, database=roles.DATABASE),
        "DATABASE_OWNER_URL": server.url(user=roles.OWNER, password=secrets.owner, database=roles.DATABASE),
        "REDIS_URL": "redis://127.0.0.1:9/0",  # never asked: the ledger does without
        "LINLI_LOG_LEVEL": "WARNING",
    }


@contextmanager
def _application(place: Place, server: Postgres) -> Iterator[Flask]:
    app = create_app(Config.from_environment(_settings(place, server)))
    with app.app_context():
        yield app
        db.engine.dispose()


def _open_book(uow: UnitOfWork) -> UUID:
    book = points.create_book(uow, code=BOOK, name="Rehearsal", currency_name="points")
    points.fund_sponsor(
        uow, book.id, cause="fund", sponsor_id=SPONSOR, amount_fen=1_000_000, bank_reference="rehearsal"
    )
    budget = points.create_budget(uow, book.id, sponsor_id=SPONSOR, name="Rehearsal", point_value_fen=10)
    points.mint_points(uow, book.id, cause="mint", budget_id=budget.id, points=100_000)
    return budget.id


def _award(budget: UUID, when: str) -> None:
    awards = [
        points.Award(f"{when}: {number}", uuid5(NAMESPACE_URL, f"linli:rehearsal:{number}"), number + 1)
        for number in range(RESIDENTS)
    ]

    def act(uow: UnitOfWork) -> None:
        book = queries.get_book(uow.session, BOOK)
        for outcome in points.award_points(uow, book, budget_id=budget, awards=awards):
            outcome.raise_if_declined()

    run_in_transaction(act, actor=SYSTEM)


def _picture() -> object:
    """Everything that must be the same again: the trial balance and the head of every chain."""

    def look(uow: UnitOfWork) -> object:
        book = queries.get_book(uow.session, BOOK)
        balances = db.metadata.tables["points_balances"]
        columns = (balances.c.account_id, balances.c.posted, balances.c.version, balances.c.head)
        rows = uow.session.execute(balances.select().with_only_columns(*columns).order_by(columns[0])).all()
        return queries.list_trial_balance(uow.session, book.id), [tuple(row) for row in rows]

    return run_in_transaction(look, actor=SYSTEM)


def _moment(server: Postgres) -> str:
    with psycopg.connect(server.url()) as connection:
        row = connection.execute("SELECT clock_timestamp()::text").fetchone()
    return str(row[0]) if row else ""


def _finish_archiving(server: Postgres) -> None:
    """Close the current segment and wait until it is archived: what archive_timeout does by the clock."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        row = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
        segment = row[0] if row else ""

        def archived() -> bool:
            last = connection.execute("SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver").fetchone()
            return bool(last and last[0] >= segment)

        if not wait_until(archived, seconds=ARCHIVE_SECONDS):
            raise Failed(f"segment {segment} was not archived within {ARCHIVE_SECONDS:.0f} s")


def _in_recovery(server: Postgres) -> bool:
    with psycopg.connect(server.url()) as connection:
        row = connection.execute("SELECT pg_is_in_recovery()").fetchone()
    return bool(row and row[0])


def _audit(place: Place, server: Postgres) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "points", "audit", "--book", BOOK]
    environment = {**os.environ, **_settings(place, server)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"the audit found something: {done.stdout}{done.stderr}")
    print("\n".join(f"          {line}" for line in done.stdout.splitlines()), flush=True)


if __name__ == "__main__":
    sys.exit(main())
