"""Forged and broken access tokens: attack 17 of the catalogue, each by its name."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
import pytest
import time_machine

from app.identity import terms
from app.identity.errors import TokenInvalid
from app.identity.rules import access
from app.identity.rules.access import Access
from app.identity.terms import Channel

NOW = datetime.now(UTC)
KEYS = {"new": "n" * 40, "old": "o" * 40}
ACCESS = Access(UUID(int=1), UUID(int=2), Channel.MINI)
GOOD = {
    "iss": terms.ISSUER,
    "aud": "linli-mini",
    "sub": str(ACCESS.person_id),
    "sid": str(ACCESS.session_id),
    "jti": str(UUID(int=3)),
    "iat": int(NOW.timestamp()),
    "exp": int((NOW + terms.ACCESS_LIFE).timestamp()),
}


@pytest.fixture(autouse=True)
def standing_clock():
    """It is NOW in every test: a token made when tests were collected may wait for its turn longer than it lives."""
    with time_machine.travel(NOW, tick=False):
        yield


def forged(*, key=KEYS["new"], algorithm="HS256", kid="new", without=(), header=None, **claims):
    body = {name: value for name, value in {**GOOD, **claims}.items() if name not in without}
    return jwt.encode(body, key, algorithm=algorithm, headers={**({"kid": kid} if kid else {}), **(header or {})})


def signed(name="new", channel=Channel.MINI, now=NOW):
    of = Access(ACCESS.person_id, ACCESS.session_id, channel)
    return access.sign(of, token_id=UUID(int=3), now=now, key_name=name, key=KEYS[name])


@pytest.mark.parametrize("channel", list(Channel))
def test_a_token_says_whose_it_is_and_where_it_was_signed_in(channel):
    assert access.verify(signed(channel=channel), KEYS) == Access(ACCESS.person_id, ACCESS.session_id, channel)
    assert access.verify(forged(), KEYS) == ACCESS


def test_a_key_is_rotated_without_signing_anybody_out():
    before = signed("old")
    assert access.verify(before, KEYS) == ACCESS
    assert access.verify(signed("new"), KEYS) == ACCESS
    with pytest.raises(TokenInvalid):
        access.verify(before, {"new": KEYS["new"]})


FORGED = {
    "algorithm none": jwt.encode(GOOD, None, algorithm="none", headers={"kid": "new"}),
    "another algorithm": forged(key="n" * 64, algorithm="HS512"),
    "another key": forged(key="x" * 40),
    "unknown kid": forged(kid="newest"),
    "no kid": forged(kid=None),
    "kid a path": forged(kid="../../new"),
    "kid of another key": forged(key=KEYS["old"]),
    "critical extension": forged(header={"crit": ["x"], "x": 1}),
    "audience of the demonstration": forged(aud=terms.DEV_AUDIENCE),
    "unknown audience": forged(aud="linli-till"),
    "two audiences": forged(aud=["linli-mini", "linli-desk"]),
    "another issuer": forged(iss="somebody"),
    "over": forged(exp=int((NOW - timedelta(minutes=1)).timestamp())),
    "from the future": forged(iat=int((NOW + timedelta(days=1)).timestamp())),
    "subject no id": forged(sub="me"),
    "session no id": forged(sid=7),
    "padded": signed() + "=",
    "padded twice": signed() + "==",
    "a space behind": signed() + " ",
    "too long": signed() + "a" * 5000,
    "not ASCII": signed() + "é",
    "nothing": "",
    "a refresh token": "r1.new." + "0" * 32 + ".1." + "a" * 43,
    **{f"without {name}": forged(without=[name]) for name in GOOD},
}


@pytest.mark.parametrize("case", list(FORGED))
def test_a_forged_token_is_refused(case):
    with pytest.raises(TokenInvalid):
        access.verify(FORGED[case], KEYS)
