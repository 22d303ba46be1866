"""Both servers together, with the folder that holds their data and the passwords that open them."""

import os
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tools.embedded import roles
from tools.embedded.account import account_for, make_folder, reachable_home
from tools.embedded.binaries import find_postgres, find_valkey
from tools.embedded.credentials import Credentials, load_or_make
from tools.embedded.postgres import Postgres
from tools.embedded.valkey import Valkey
from tools.refusal import Refusal


@dataclass(slots=True)
class Servers:
    """PostgreSQL and Valkey in `home`; start PostgreSQL before, and stop it after, whatever uses it."""

    home: Path
    postgres: Postgres
    valkey: Valkey
    credentials: Credentials
    notes: list[str]

    @property
    def server_url(self) -> str:
        """The superuser's address: for the launcher and for tests, never for the application."""
        return self.postgres.url()

    @property
    def owner_url(self) -> str:
        return self.postgres.url(user=roles.OWNER, password=self.credentials.owner, database=roles.DATABASE)

    @property
    def app_url(self) -> str:
        return self.postgres.url(user=roles.APP, password=self.credentials.app, database=roles.DATABASE)

    @property
    def redis_url(self) -> str:
        return self.valkey.url

    def start(self) -> None:
        """Start both; when the second fails, the first does not stay behind."""
        try:
            self.postgres.start()
            self.valkey.start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self.valkey.stop()
        self.postgres.stop()

    def prepare_database(self) -> None:
        """Make roles and database where they are missing; without effect the second time."""
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            roles.ensure_roles(connection, owner_password=self.credentials.owner, app_password=self.credentials.app)
            roles.ensure_database(connection)
        if self.postgres.has_statistics():
            with psycopg.connect(self.postgres.url(database=roles.DATABASE), autocommit=True) as connection:
                connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")


def _require_writable(folder: Path) -> None:
    try:
        make_folder(folder, 0o755)
    except OSError as failure:
        raise Refusal(f"{folder} cannot be made ({failure.strerror}). Name another with LINLI_DATA_DIR.") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        owner = folder.stat().st_uid
        raise Refusal(
            f"{folder} belongs to another account (number {owner}): start as that account, give the folder to "
            "yours, or name another with LINLI_DATA_DIR."
        )


def servers_in(folder: Path, logs: Path) -> Servers:
    """Prepare (but do not start) the servers whose data is in `folder`, or for root in a folder it refers to."""
    _require_writable(folder)
    account = account_for(folder / "postgres")
    home = reachable_home(account, folder)
    account = account_for(home / "postgres")
    postgres_programs = find_postgres(account)
    valkey_programs = find_valkey(account)
    credentials = load_or_make(home / "credentials.json", data_exists=(home / "postgres").exists())
    notes = [
        f"PostgreSQL {postgres_programs.version} from {postgres_programs.origin}",
        f"Valkey {valkey_programs.version} from {valkey_programs.origin}",
        f"data in {home}",
    ]
    if home != folder:
        notes.append(f"(not in {folder}, which the account '{account.name}' that runs the servers cannot enter)")
    return Servers(
        home,
        Postgres(
            home / "postgres",
            programs=postgres_programs,
            account=account,
            log=logs / "postgres.log",
            password=credentials.superuser,
        ),
        Valkey(
            home / "valkey",
            programs=valkey_programs,
            account=account,
            log=logs / "valkey.log",
            password=credentials.valkey,
        ),
        credentials,
        notes,
    )
