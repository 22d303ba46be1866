"""Migration 0022 on a database that was in use before: no number stands in it in plain text, and each is found."""

import time
import uuid

import psycopg
import pytest
from flask_migrate import upgrade
from psycopg import sql
from psycopg.rows import dict_row

from app.enrolment.service import phones
from app.factory import create_app
from app.infra.db import db
from app.infra.vault import vault
from tests.fixtures import servers as places
from tests.fixtures.servers import OWNER, ROOT

RESIDENT, STAGED, WITHOUT = (uuid.UUID(int=number) for number in (1, 2, 3))
NUMBER, OTHER = "13812345678", "01012345678"


@pytest.fixture
def old(servers, template):
    """A database as version 0021 left it. (`template`: for the roles.)"""
    made = places.database_of(servers, f"linli_test_{int(time.time())}_{uuid.uuid4().hex[:10]}")
    with places.alone(servers) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(made.name), sql.Identifier(OWNER[0]))
        )
    try:
        with create_app(made.config()).app_context():
            upgrade(directory=str(ROOT / "migrations"), revision="0021")
            yield made
            db.engine.dispose()
    finally:
        places.drop(servers, made)


def test_numbers_that_were_there_are_sealed_and_found_by_their_index(old):
    with psycopg.connect(old.owner_url, autocommit=True, row_factory=dict_row) as connection:
        for resident_id, phone in ((RESIDENT, NUMBER), (WITHOUT, None)):
            connection.execute(
                "INSERT INTO enrolment_residents (book_id, id, import_id, name, phone, passbook_no, enrolled_at)"
                " VALUES (1, %s, %s, '李桂芳', %s, 'A1', now())",
                (resident_id, resident_id, phone),
            )
        connection.execute(
            "INSERT INTO enrolment_lines (book_id, import_id, line, resident_id, phone)"  # the rest of the row is wrong
            " VALUES (1, %s, 2, %s, %s)",
            (STAGED, STAGED, OTHER),
        )
        upgrade(directory=str(ROOT / "migrations"))
        rows = connection.execute(
            "SELECT id, phone_sealed, phone_index FROM enrolment_residents"
            " UNION ALL SELECT resident_id, phone_sealed, phone_index FROM enrolment_lines ORDER BY 1"
        ).fetchall()
        assert [row["id"] for row in rows] == [RESIDENT, STAGED, WITHOUT]
        opened = [row["phone_sealed"] and phones.open_phone(row["id"], row["phone_sealed"]) for row in rows]
        assert opened == [NUMBER, OTHER, None]
        assert rows[0]["phone_index"] == vault().index(NUMBER, kind="phone")
        plain = connection.execute(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'phone'"
        ).fetchall()
        assert plain == []
