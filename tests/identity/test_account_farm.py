"""Attack 15 over HTTP: accounts of WeChat's stand-in sign in from one device, and what they may then do."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.identity.service import homes
from app.infra import redis
from app.points import service as points
from app.web import limits
from tests.identity.homes import Homes

CODES = "/v1/books/meilihua/passbook/codes"


@dataclass
class Estate:
    """People with telephones, who live in one house of meilihua."""

    app: object
    client: object
    world: object
    town: Homes
    worker: object

    def sign_in(self, name, install):
        """As the mini-program does; a minute after the one before, so that nobody is too fast."""
        self.app.extensions[limits.EXTENSION] = limits.Windows(redis.client_of(self.app), f"farm:{uuid4()}")
        body = {"code": self.world.issue_code(name), "install_id": install, "model": "HUAWEI"}
        return self.client.post("/v1/sessions/wechat", json=body)

    def may_pay(self, tokens, room):
        """Live there, confirmed by a person, and ask for a payment code. Answers the refusal's code, None: got one."""
        claim = self.town.claim(UUID(tokens["person_id"]), room=room)
        self.town.confirm(self.worker, claim)
        answer = self.client.post(CODES, headers=signed(tokens), json={})
        return None if answer.status_code == 201 else answer.json["code"]

    def outcomes(self):
        rows = self.town.desk.uow.session.execute(
            text("SELECT outcome FROM risk_decisions WHERE book_id = 0 AND kind = 'login' ORDER BY decided_at, id")
        )
        return [row.outcome for row in rows]

    def cases(self):
        rows = self.town.desk.uow.session.execute(text("SELECT about FROM risk_cases WHERE book_id = 0"))
        return [row.about for row in rows]


def signed(tokens):
    return {"Authorization": f"Bearer {tokens['access_token']}"}


@pytest.fixture
def estate(app, client, desk, stand_in):
    town = Homes(desk).build()
    points.create_book(desk.uow, code="meilihua", name="梅里花", currency_name="积分", validity_months=24)
    desk.uow.session.flush()
    before = app.extensions[limits.EXTENSION]
    yield Estate(app, client, stand_in.world, town, town.by(town.person("网格员")))
    app.extensions[limits.EXTENSION] = before


def test_attack_15_the_fourth_account_on_a_device_gets_in_and_is_looked_at(estate):
    names = ["甲", "乙", "丙", "丁"]
    estate.world.add_people(names)
    tokens = [estate.sign_in(name, "one-telephone-for-all") for name in names]
    assert [answer.status_code for answer in tokens] == [201] * 4
    assert [answer.json["is_paused"] for answer in tokens] == [False] * 4
    assert estate.outcomes() == ["approve"] * 3 + ["review"]
    assert estate.cases() == ["device"]


def test_attack_15_a_farm_of_twenty_reads_everything_and_pays_nothing(estate):
    names = [f"账号{number}" for number in range(20)]
    estate.world.add_people(names)
    answers = [estate.sign_in(name, "the-device-of-a-farm") for name in names]
    assert {answer.status_code for answer in answers} == {201}
    paused = [answer.json["is_paused"] for answer in answers]
    assert paused == [False] * 7 + [True] * 13
    first, last = answers[0].json, answers[-1].json
    assert estate.may_pay(last, "101") == "web.account_paused"
    assert estate.may_pay(first, "102") == "web.account_paused", "it was let in before this was a farm"
    assert estate.client.get("/v1/books/meilihua/passbook", headers=signed(first)).status_code == 200
    assert estate.client.get("/v1/me", headers=signed(last)).status_code == 200
    elsewhere = estate.sign_in(names[-1], "a-telephone-of-its-own").json
    assert elsewhere["is_paused"], "the account is paused, not the device"


def test_attack_15_whoever_came_to_a_farm_with_a_telephone_of_his_own_goes_on(estate):
    names = [f"账号{number}" for number in range(8)]
    estate.world.add_people(["老住户", *names])
    at_home = estate.sign_in("老住户", "a-telephone-of-his-own").json
    estate.sign_in("老住户", "the-device-of-a-farm")
    paused = [estate.sign_in(name, "the-device-of-a-farm").json["is_paused"] for name in names]
    assert paused == [False] * 6 + [True] * 2
    assert estate.may_pay(at_home, "103") is None


def test_attack_15_a_family_of_four_with_two_telephones_is_not_bothered(estate):
    family = ["爷爷", "奶奶", "爸爸", "妈妈"]
    estate.world.add_people(family)
    homes_of = dict(zip(family, ["grandparents-phone"] * 2 + ["parents-telephone"] * 2, strict=True))
    tokens = {name: estate.sign_in(name, install).json for name, install in homes_of.items()}
    tokens["爷爷"] = estate.sign_in("爷爷", "grandparents-phone").json
    estate.sign_in("妈妈", "grandparents-phone")
    assert set(estate.outcomes()) == {"approve"}
    assert estate.cases() == []
    assert [estate.may_pay(each, "501") for each in tokens.values()] == [None] * 4


def test_attack_15_a_ninth_resident_of_a_dwelling_waits_for_a_person(estate):
    for number in range(9):
        home = estate.town.claim(estate.town.person(f"住户{number}"), room="601")
        if number < 8:
            estate.town.confirm(estate.town.desk.uow, home)
    with pytest.raises(homes.HomeFull):
        estate.town.confirm(estate.town.desk.uow, home)
    assert estate.town.confirm(estate.worker, home).residency.state == "confirmed"


def test_attack_15_from_the_fourth_account_of_a_device_on_a_person_confirms(estate):
    people = [estate.town.desk.wechat(f"住户{number}", install="one-telephone-for-all") for number in range(4)]
    claims = [estate.town.claim(each.person_id, room=f"60{number}") for number, each in enumerate(people)]
    with pytest.raises(homes.DeviceFull):
        estate.town.confirm(estate.town.desk.uow, claims[3])
    assert estate.town.confirm(estate.worker, claims[3]).residency.state == "confirmed"


def test_a_first_account_waits_as_many_days_as_are_set(app, desk, monkeypatch):
    set_so = replace(app.extensions["linli.config"], first_redemption_days=3)
    monkeypatch.setitem(app.extensions, "linli.config", set_so)
    assert desk.wechat("李桂芳").cools_until == desk.uow.now + timedelta(days=3)
    # another device is no way round it
    assert desk.wechat("李桂芳", install="another-telephone").cools_until == desk.uow.now + timedelta(days=3)
