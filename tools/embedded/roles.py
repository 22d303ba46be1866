"""The two roles of the application and its database, made by whoever may make them.

`linli_owner` owns the database and every object in it and is used by migrations alone; `linli_app` logs in for the
web server and the worker, and has only what the migrations grant it.
"""

import psycopg
from psycopg import sql

OWNER = "linli_owner"
APP = "linli_app"
DATABASE = "linli"


def ensure_roles(connection: psycopg.Connection, *, owner_password: str, app_password: str) -> None:
    """Make both roles, or set the passwords of those that are there. The connection must be in autocommit."""
    for role, password in ((OWNER, owner_password), (APP, app_password)):
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        verb = "ALTER" if known else "CREATE"
        connection.execute(
            sql.SQL(verb + " ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}").format(
                sql.Identifier(role), sql.Literal(password)
            )
        )


def ensure_database(connection: psycopg.Connection, name: str = DATABASE) -> None:
    """Make the database, owned by `linli_owner`, where nobody else but `linli_app` may connect."""
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER)))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(APP)))
