import json
import logging

import psycopg
import pytest
import structlog
from sqlalchemy.exc import IntegrityError

from app.infra import logging as linli_logging

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"


@pytest.fixture
def lines(capsys):
    """Log into a fresh handler, and give the parsed lines so far."""
    linli_logging.configure("INFO")
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_lines_are_json_and_carry_the_request(lines):
    with structlog.contextvars.bound_contextvars(request_id="r-1", actor_id="a-1"):
        structlog.get_logger("linli.test").info("something", points=5)
    (line,) = lines()
    assert {
        "event": "something",
        "points": 5,
        "request_id": "r-1",
        "actor_id": "a-1",
        "level": "info",
    }.items() <= line.items()


@pytest.mark.parametrize(
    "key",
    [
        "token",
        "access_token",
        "Authorization",
        "password",
        "secret",
        "LINLI_TOKEN_KEYS",
        "cookie",
        "body",
        "request_body",
        "code",
        "pay_code",
        "database_url",
        "arguments",
    ],
)
def test_values_of_secret_keys_are_blanked_also_when_nested(lines, key):
    structlog.get_logger("linli.test").info("event", **{key: "hush"}, details={key: "hush", "list": [{key: "hush"}]})
    assert "hush" not in json.dumps(lines())


@pytest.mark.parametrize("key", ["error_code", "status_code", "route"])
def test_plain_keys_are_kept(lines, key):
    structlog.get_logger("linli.test").info("event", **{key: "shown"})
    assert lines()[0][key] == "shown"


def test_secrets_are_found_by_their_look_in_any_text(lines):
    log = logging.getLogger("some.library")
    log.warning("calling with Bearer %s", JWT)
    log.warning("connecting to postgresql://linli_app:hunter2@db/linli")
    try:
        raise ValueError(f"bad token {JWT}")
    except ValueError:
        log.exception("failed")
    text = json.dumps(lines())
    assert JWT not in text
    assert "hunter2" not in text
    assert "ValueError: bad token ***" in text


def test_configure_twice_logs_once(lines):
    linli_logging.configure("INFO")
    logging.getLogger("x").warning("once")
    assert len(lines()) == 1


def test_the_row_that_broke_a_constraint_is_not_kept(lines, owner_connection):
    broken = "INSERT INTO breaks (name, points) VALUES (%s, 0)"
    owner_connection.execute("CREATE TEMP TABLE breaks (name text UNIQUE, points integer CHECK (points < 9))")
    for name, statement in (("王\n阿姨", broken.replace("0)", "10)")), ("李大爷", broken), ("李大爷", broken)):
        try:
            with owner_connection.transaction():
                owner_connection.execute(statement, (name,))
        except psycopg.IntegrityError as error:
            try:
                raise IntegrityError("INSERT INTO breaks", {}, error) from error
            except IntegrityError:
                structlog.get_logger("linli.test").exception("unexpected")
    kept = [line["exception"] for line in lines()]
    assert ["breaks_points_check" in kept[0], "breaks_name_key" in kept[1]] == [True, True]
    assert all("[SQL: INSERT INTO breaks]" in each and "The above exception" in each for each in kept)
    assert not any(word in each for each in kept for word in ("阿姨", "李大爷", "Failing row", "Key ("))
