"""The server, the databases on it, and the neighbourhood in each that the measured statements act on."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from app.points.rules.accounts import AccountRef, account_id, stripe_for
from app.points.terms import AccountKind
from bench import history
from tools.embedded import for_tests, roles
from tools.embedded.account import account_for
from tools.embedded.binaries import find_postgres

ROOT = Path(__file__).parents[1]
PASSWORD = "linli-bench"
SHOPS = 500
BUDGETS = 200
DRIVERS = 2  # processes that drive points.service: one per core
RESIDENTS = 8_000  # in every history, so that only its length differs


@dataclass(frozen=True, slots=True)
class Place:
    """One database with a history in it."""

    name: str
    superuser_url: str
    owner_url: str
    app_url: str
    book_id: int = 1


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL with fsync on, and the pgbench that belongs to it."""

    url: str
    redis_url: str
    pgbench: str

    def database_url(self, name: str, user: str | None = None) -> str:
        """Address of a database, as the superuser or as a role of the application."""
        url = make_url(self.url).set(database=name)
        if user:
            url = url.set(username=user, password=PASSWORD)
        return url.render_as_string(hide_password=False)


@contextmanager
def open_server() -> Iterator[Server]:
    """An embedded server for this run, or the one named in LINLI_TEST_SERVER_URL."""
    with for_tests.ensure_servers(settings={}) as found:  # as `make run` has it: what is measured pays for the disk
        with psycopg.connect(found.server_url, autocommit=True) as connection:
            roles.ensure_roles(connection, owner_password=PASSWORD, app_password=PASSWORD)
            # a checkpoint in the middle of one script and not of the other would be measured as a difference
            for setting in ("max_wal_size = '16GB'", "checkpoint_timeout = '1h'"):
                connection.execute(sql.SQL("ALTER SYSTEM SET " + setting))  # type: ignore[arg-type]  # a constant of this file
            connection.execute("SELECT pg_reload_conf()")
        folder = find_postgres(account_for(ROOT)).path
        yield Server(found.server_url, found.redis_url, str(folder / "pgbench"))


def make_empty_place(server: Server, name: str) -> Place:
    """A migrated database without a book."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(roles.OWNER))
        )
    place = Place(
        name, server.database_url(name), server.database_url(name, roles.OWNER), server.database_url(name, roles.APP)
    )
    _migrate(server, place)
    return place


def make_place(server: Server, name: str, entries: int) -> Place:
    """A migrated database with a valid history of `entries` entries, ready to be measured."""
    started = time.perf_counter()
    place = make_empty_place(server, name)
    with psycopg.connect(place.owner_url) as connection:
        told = history.fill(connection, entries, residents=RESIDENTS)
        connection.commit()
        _describe(connection, told)
    with psycopg.connect(place.superuser_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
    print(f"  {name}: {told.entries:,} entries in {time.perf_counter() - started:.0f} s", flush=True)
    return place


def environment(server: Server, place: Place) -> dict[str, str]:
    """Settings of an application on this database."""
    return os.environ | {
        "LINLI_MODE": "test",
        "DATABASE_URL": place.app_url,
        "DATABASE_OWNER_URL": place.owner_url,
        "REDIS_URL": server.redis_url,
        "LINLI_LOG_LEVEL": "WARNING",
    }


def settle_plans() -> None:
    """Let the server learn how much there is, as autovacuum does within a minute: until then statements keep the plans
    that were made for empty tables. Of the process that drives, once it is warm.
    """
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _migrate(server: Server, place: Place) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    subprocess.run(command, cwd=ROOT, env=environment(server, place), check=True, stdout=subprocess.DEVNULL)


def _describe(connection: psycopg.Connection, told: history.History) -> None:
    """Tables that name accounts for the scripts, so that a script reads one row instead of computing ids."""
    book = told.book_id
    shops = [UUID(int=n + 1, version=4) for n in range(SHOPS)]
    budgets = [UUID(int=(1 << 40) + n, version=4) for n in range(BUDGETS)]
    liability = account_id(book, AccountRef(AccountKind.POINTS_LIABILITY))
    connection.execute(
        """CREATE TABLE bench_pairs (n integer PRIMARY KEY, owner uuid, account uuid, shop uuid, taken uuid, payable uuid,
               liability uuid, budget uuid, source uuid, stripe smallint, reserve uuid,
               other_budget uuid, other_source uuid, other_reserve uuid, day date)"""
    )
    with connection.cursor() as cursor, cursor.copy("COPY bench_pairs FROM STDIN") as copy:
        for n, owner in enumerate(told.residents, start=1):
            shop, other = shops[n * 7919 % SHOPS], budgets[n * 104729 % BUDGETS]
            stripe = stripe_for(AccountKind.SPONSOR_BUDGET, owner)
            copy.write_row(
                (
                    n,
                    owner,
                    account_id(book, AccountRef(AccountKind.RESIDENT, owner)),
                    shop,
                    account_id(book, AccountRef(AccountKind.MERCHANT_POINTS, shop)),
                    account_id(book, AccountRef(AccountKind.MERCHANT_PAYABLE, shop)),
                    liability,
                    told.budget_id,
                    account_id(book, AccountRef(AccountKind.SPONSOR_BUDGET, told.budget_id, stripe)),
                    stripe,
                    account_id(book, AccountRef(AccountKind.BUDGET_RESERVE, told.budget_id)),
                    other,
                    account_id(book, AccountRef(AccountKind.SPONSOR_BUDGET, other, stripe)),
                    account_id(book, AccountRef(AccountKind.BUDGET_RESERVE, other)),
                    "2028-12-31",
                )
            )
    connection.execute("GRANT SELECT ON bench_pairs TO linli_app")
    connection.execute(
        f"CREATE FUNCTION bench_new_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$ SELECT {_new_id(connection)} $$"
    )
    connection.commit()


def _new_id(connection: psycopg.Connection) -> str:
    """SQL for an id that grows with time, as the unit of work makes them: random ids would touch other pages."""
    if connection.info.server_version >= 180000:
        return "uuidv7()"
    milliseconds = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
    return f"(lpad(to_hex({milliseconds}), 12, '0') || '7' || substr(md5(random()::text), 1, 19))::uuid"
