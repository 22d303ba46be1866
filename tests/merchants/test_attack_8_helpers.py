"""Attack 8 over HTTP: a shop's owner who is somebody's helper spends her points at his own counter."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.identity.service import guardianships, signing_in
from app.merchants.models import Merchant
from app.merchants.service import merchants, open_shop
from app.merchants.terms import PersonKind
from tests.identity import estate as estates
from tests.identity.conftest import areas, desk, headers, keyring
from tests.merchants.counter import offer
from tests.merchants.keys import Pen, enrol
from tests.merchants.settled import plain_terms
from tests.points.api import refused

__all__ = ["areas", "desk", "keyring"]

FAMILY = 5
"""For so many in thirty days one helper spends without anybody looking."""
OWN = (403, "merchants.own_shop", [])
PHONE = "13900001234"


@dataclass
class Town:
    """A till; an old lady with 5,000 points; her helper. Both sign in with their own telephones."""

    client: Any
    pen: Pen
    book: str
    lady: Any
    helper: Any
    helping: Any

    def post(self, path: str, body: Any, who: Any) -> Any:
        return self.client.post(f"/v1/books/{self.book}/passbook{path}", json=body, headers=who)

    def pay(self, who: Any, *, points: int, number: str) -> Any:
        """Show her code at the till, as it was got by somebody."""
        code = self.post("/codes", {}, who)
        assert code.status_code == 201, code.text
        body = {"code": code.json["code"], "out_trade_no": number, "order_fen": 100_000, "points": points}
        return self.pen.send(self.client, "POST", "/v1/merchant/redemptions", body)


@pytest.fixture
def town(client, desk):
    estate = estates.build(desk)
    acts, book, uow = estate.acts, estate.book, estate.uow
    lady, helper = desk.wechat("李奶奶", install="her telephone"), desk.wechat("店主", install="his telephone")
    signing_in.bind_phone(desk.as_person(helper.person_id), phone=PHONE)
    guardianships.choose_helper(
        desk.as_person(lady.person_id), guardian_phone=PHONE, reason="邻居", valid_to=uow.now + timedelta(days=1)
    )
    home = estate.homes.claim(lady.person_id)
    estate.homes.confirm_directly(str(home.residency.id), lady.person_id)
    acts.award(lady.person_id, 5000)
    plain_terms(uow, book)
    shop = open_shop(uow, book=book, name="忠义面馆", street="忠义街")
    uow.session.flush()
    offer(uow, book, shop.id)
    merchants.register_person(
        uow,
        uow.session.get_one(Merchant, shop.id),
        kind=PersonKind.OWNER,
        name="店主",
        phone=None,
        person_id=helper.person_id,
        shop_id=None,
    )
    uow.session.flush()
    helping = headers(helper) | {"Linli-Acting-For": str(lady.person_id)}
    return Town(client, enrol(uow, shop), book, headers(lady), headers(helper), helping)


def test_attack_8_her_helper_gets_no_code_of_hers_taken_at_his_own_counter(town):
    assert refused(town.pay(town.helping, points=10, number="T-1")) == OWN
    assert town.pay(town.lady, points=10, number="T-2").json["state"] == "held"


def test_attack_8_her_helper_does_not_confirm_for_her_at_his_own_counter(town):
    asked = town.pay(town.lady, points=2001, number="T-1").json
    assert asked["state"] == "pending_confirm"
    assert refused(town.post(f"/redemptions/{asked['id']}/confirm", {}, town.helping)) == OWN


def test_attack_8_who_spends_for_more_than_a_family_is_looked_at_and_goes_on(client, desk):
    estate = estates.build(desk)
    book, uow = estate.book, estate.uow
    helper = desk.wechat("帮手", install="his telephone")
    signing_in.bind_phone(desk.as_person(helper.person_id), phone=PHONE)
    shop = open_shop(uow, book=book, name="五金店", street="忠义街")
    uow.session.flush()
    offer(uow, book, shop.id)
    pen = enrol(uow, shop)
    for number in range(FAMILY + 1):
        lady = desk.wechat(f"奶奶{number}", install=f"telephone {number}")
        guardianships.choose_helper(
            desk.as_person(lady.person_id), guardian_phone=PHONE, reason="邻居", valid_to=uow.now + timedelta(days=1)
        )
        home = estate.homes.claim(lady.person_id, room=f"50{number}")
        estate.homes.confirm_directly(str(home.residency.id), lady.person_id)
        estate.acts.award(lady.person_id, 500)
        helping = headers(helper) | {"Linli-Acting-For": str(lady.person_id)}
        town = Town(client, pen, book, headers(lady), headers(helper), helping)
        for turn, who in enumerate((town.helping, town.helping, town.lady)):  # once is she counted, herself never
            paid = town.pay(who, points=10, number=f"T-{number}-{turn}")
            assert paid.json["state"] in {"held", "pending_confirm"}, paid.text
    told = uow.session.execute(
        text(
            "SELECT features->>'helper_residents_30d' AS helped, 'HELPER_MANY' = ANY (reasons) AS seen"
            " FROM risk_decisions ORDER BY id"
        )
    ).all()
    assert [row.helped for row in told] == [
        each for number in range(1, FAMILY + 2) for each in (str(number), str(number), None)
    ]
    assert [row.seen for row in told] == [row.helped == str(FAMILY + 1) for row in told]
