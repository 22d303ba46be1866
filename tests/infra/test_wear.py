"""The sweeping between files of tests: dead rows go, living ones stay, and the planner hears nothing of it."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.fixtures import servers as places
from tests.fixtures import wear
from tests.fixtures.servers import Database
from tests.points.committed import commit_ledger, open_place

SIZES = "SELECT pg_relation_size('points_outcomes'), pg_relation_size('points_code_legs')"
COUNTED = "SELECT reltuples FROM pg_class WHERE oid IN ('points_outcomes'::regclass, 'points_lots'::regclass)"
LIVING = "SELECT (SELECT count(*) FROM points_code_legs), (SELECT count(*) FROM points_books)"
ROW = """INSERT INTO points_outcomes (book_id, cause, content_hash, subject_id, decided_at)
         SELECT 1, 'cause-' || n, '\\x00', gen_random_uuid(), now() FROM generate_series(1, 5000) n"""


@pytest.fixture
def worn(servers, template) -> Iterator[Database]:
    made = places.clone(servers, template)
    with psycopg.connect(made.superuser_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(ROW)
        connection.rollback()
    yield made
    places.drop(servers, made)


def ask(database: Database, query: str) -> list[tuple]:
    with psycopg.connect(database.superuser_url) as connection:
        return connection.execute(query).fetchall()


def test_dead_rows_go_and_what_migrations_put_there_stays(worn):
    (dead, seeded), living = ask(worn, SIZES)[0], ask(worn, LIVING)
    assert dead > 100_000
    wear.sweep(worn, worn_bytes=0)
    assert ask(worn, SIZES) == [(0, seeded)]
    assert ask(worn, LIVING) == living
    assert ask(worn, COUNTED) == [(-1,), (-1,)]  # as in a new table: never counted


def test_a_database_that_is_not_worn_is_left_alone(worn):
    before = ask(worn, SIZES)
    wear.sweep(worn)
    assert ask(worn, SIZES) == before


def test_whose_transaction_is_still_open_is_not_waited_for_long(worn):
    before = ask(worn, SIZES)
    with psycopg.connect(worn.app_url) as other:
        other.execute("SELECT 1 FROM points_lots")
        wear.sweep(worn, worn_bytes=0)
        assert ask(worn, SIZES) == before


def test_what_was_committed_stays(servers, template):
    with open_place(servers, template) as place:
        commit_ledger()
        wear.sweep(place.database, worn_bytes=0)
        assert ask(place.database, "SELECT count(*) FROM points_books") == [(1,)]
        assert ask(place.database, "SELECT count(*) > 0 FROM points_entries") == [(True,)]
