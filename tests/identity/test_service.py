from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
import pytest

from app.identity import terms
from app.identity.errors import TokenInvalid
from app.identity.rules import demo as rules
from app.identity.service import TokenOffice, issue_dev_token
from app.infra.config import DEMO_SECRET, Mode
from app.kernel.actor import Actor, Role

NOW = datetime.now(UTC)
KEY = "k" * 40
OFFICE = TokenOffice(keys={terms.DEV_KEY_ID: KEY})
ACTOR = Actor(id=UUID(int=5), roles=frozenset({Role.CASHIER}), book="meilihua", shop_id=UUID(int=9), name="店员")


def good_claims():
    return rules.claims_of(ACTOR, token_id=UUID(int=1), now=NOW)


def signed(claims=None, *, key=KEY, algorithm="HS256", kid=terms.DEV_KEY_ID, without=(), **changes):
    claims = {k: v for k, v in {**(claims or good_claims()), **changes}.items() if k not in without}
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid} if kid is not None else {})


def test_authenticate_gives_back_the_actor_that_was_signed():
    assert OFFICE.authenticate(OFFICE.sign(ACTOR, token_id=UUID(int=1), now=NOW)) == ACTOR
    assert OFFICE.authenticate(signed()) == ACTOR


def test_the_district_office_belongs_to_no_book():
    office = Actor(id=UUID(int=5), roles=frozenset({Role.DISTRICT}), name="区里")
    assert OFFICE.authenticate(OFFICE.sign(office, token_id=UUID(int=1), now=NOW)) == office


BAD = {
    "garbage": "abc",
    "empty": "",
    "three dots": "a.b.c",
    "too long": "a" * 5000,
    "other key": signed(key="x" * 40),
    "other algorithm": signed(key="k" * 64, algorithm="HS512"),
    "no signature": jwt.encode(good_claims(), None, algorithm="none", headers={"kid": terms.DEV_KEY_ID}),
    "unknown kid": signed(kid="other"),
    "no kid": signed(kid=None),
    "other audience": signed(aud="linli"),
    "other issuer": signed(iss="someone"),
    "expired": signed(exp=int((NOW - timedelta(minutes=1)).timestamp())),
    "from the future": signed(iat=int((NOW + timedelta(days=1)).timestamp())),
    **{
        f"without {claim}": signed(without=[claim])
        for claim in ("exp", "iat", "jti", "aud", "iss", "sub", "roles", "book")
    },
    "subject no uuid": signed(sub="me"),
    "roles unknown": signed(roles=["king"]),
    "roles empty": signed(roles=[]),
    "roles a text": signed(roles="cashier"),
    "role system": signed(roles=["system"]),
    "role system beside": signed(roles=["cashier", "system"]),
    "shop no uuid": signed(shop="x"),
    "shop a number": signed(shop=5),
    "book a number": signed(book=5),
    "the district office in a book": signed(roles=["district"]),
    "the district office and a role of a book": signed(roles=["district", "cashier"], book=None),
}


@pytest.mark.parametrize("case", list(BAD))
def test_authenticate_refuses_everything_else_with_one_coarse_answer(case):
    with pytest.raises(TokenInvalid) as caught:
        OFFICE.authenticate(BAD[case])
    assert str(caught.value) == str(TokenInvalid())


def test_a_clock_thirty_seconds_apart_is_forgiven():
    ended = datetime.now(UTC) - timedelta(seconds=20)
    assert OFFICE.authenticate(signed(exp=int(ended.timestamp()))) == ACTOR


def test_production_knows_no_key_and_takes_no_development_token(database):
    office = TokenOffice.for_config(database.config(mode=Mode.PRODUCTION, token_keys=(("k", KEY),)))
    assert office.keys == {}
    with pytest.raises(TokenInvalid):
        office.authenticate(signed())


def test_the_same_name_is_the_same_person_and_another_book_another_one(uow):
    office = TokenOffice(keys={terms.DEV_KEY_ID: DEMO_SECRET})

    def person(name, book):
        issued = issue_dev_token(uow, office, role=Role.RESIDENT, name=name, book=book, person_id=None, shop_id=None)
        return issued.actor.id

    assert person("王阿姨", "meilihua") == person("王阿姨", "meilihua")
    assert len({person("王阿姨", "meilihua"), person("王阿姨", "zhongyi"), person("李阿姨", "meilihua")}) == 3
