from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.identity.errors import TokenInvalid
from app.identity.rules import refreshing
from app.identity.rules.refreshing import Use

SESSION, SEED = UUID(int=5), b"s" * 16
KEYS = {"new": "n" * 40, "old": "o" * 40}
NOW = datetime(2026, 6, 15, 2, tzinfo=UTC)


def token(generation=3, *, session_id=SESSION, seed=SEED, name="new", key=None):
    return refreshing.write(session_id, generation, seed, key_name=name, key=key or KEYS[name])


def test_a_token_is_read_back_and_is_always_the_same_text():
    read = refreshing.read(token())
    assert (read.session_id, read.generation, read.key_name) == (SESSION, 3, "new")
    refreshing.check(read, SEED, KEYS)
    assert token() == token()


def test_a_token_signed_with_the_key_before_is_good_while_that_key_is_kept():
    read = refreshing.read(token(name="old"))
    refreshing.check(read, SEED, KEYS)
    with pytest.raises(TokenInvalid):
        refreshing.check(read, SEED, {"new": KEYS["new"]})


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "r1",
        token()[:-1],
        token() + "=",
        token() + "\n",
        token().replace("r1.", "r2.", 1),
        token().replace(".3.", ".03.", 1),
        token().replace(".3.", ".0.", 1),
        token().upper(),
        "r1.new." + "g" * 32 + ".3." + "a" * 43,
    ],
)
def test_what_we_never_wrote_is_refused(wrong):
    with pytest.raises(TokenInvalid):
        refreshing.read(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        token(4).rsplit(".", 1)[0] + "." + token(3).rsplit(".", 1)[1],
        token(session_id=UUID(int=6)).rsplit(".", 1)[0] + "." + token().rsplit(".", 1)[1],
        token(seed=b"t" * 16),
        token(key="x" * 40),
    ],
)
def test_a_mac_of_something_else_is_refused(wrong):
    with pytest.raises(TokenInvalid):
        refreshing.check(refreshing.read(wrong), SEED, KEYS)


@pytest.mark.parametrize(
    ("generation", "seconds", "use"),
    [
        (3, 0, Use.ROTATE),
        (3, 10**6, Use.ROTATE),
        (2, 0, Use.REPEAT),
        (2, 60, Use.REPEAT),
        (2, 61, Use.REUSE),
        (1, 0, Use.REUSE),
        (4, 0, Use.REUSE),
    ],
)
def test_only_the_newest_generation_rotates_and_the_one_before_is_repeated_for_a_minute(generation, seconds, use):
    read = refreshing.read(token(generation))
    now = NOW + timedelta(seconds=seconds)
    assert refreshing.use(read, generation=3, rotated_at=NOW, now=now) is use
