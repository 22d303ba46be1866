"""Who is of a shop's house earns nothing there in the mall either (attack 8); of its kin, when somebody has looked."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.kernel.actor import Actor, Role
from app.mall import service
from app.mall.errors import EarnOfKin
from app.mall.terms import EarnState, Reason
from app.merchants import service as merchants_door
from app.merchants.models import Merchant
from app.merchants.service import merchants
from app.merchants.terms import PersonKind
from tests.mall.conftest import NUMBER, OPENID
from tests.points.ledger import ANNA, named

RELATIVES = """INSERT INTO identity_relatives (id, person_id, relative_id, kind, declared_by, declared_at)
               VALUES (:id, :one, :other, 'sibling', :id, :now)"""


@pytest.fixture
def anna(story, live_in):
    """The account of Anna, who lives here, is on WeChat and wants points."""
    live_in()
    story.consent()
    return story.uow.session.scalar(text("SELECT person_id FROM identity_wechat_users"))


@pytest.fixture
def hire(story, uow):
    """Write somebody down as one of the people of the shop."""

    def write(person_id, kind=PersonKind.OWNER, *, shop=story.shop):
        merchant = uow.session.get(Merchant, shop.id)
        who = {"kind": kind, "name": "王秀英", "phone": None, "person_id": person_id, "shop_id": None}
        written = merchants.register_person(uow, merchant, **who)
        uow.session.flush()
        return written

    return write


@pytest.fixture
def related(story, uow, anna):
    """Make somebody, and declare that Anna is a relative."""
    other = uow.new_id()
    named_so = "INSERT INTO identity_people (id, name, registered_at) VALUES (:other, '王秀兰', :now)"
    values = {"other": other, "one": anna, "id": uow.new_id(), "now": uow.now}
    uow.session.execute(text(named_so), values)
    uow.session.execute(text(RELATIVES), values)
    return other


def test_attack_8_an_owner_earns_nothing_for_paying_the_own_shop(client, story, acts, anna, hire):
    hire(anna)
    story.mall.now = lambda: story.uow.now
    body = json.dumps(story.mall.pay(OPENID, NUMBER, 10_000, "4200001")).encode()
    headers = story.mall.sign(body, at=story.uow.now) | {"Linli-Demo-Clock": story.uow.now.isoformat()}
    assert client.post("/v1/wechatpay/mall", headers=headers, data=body).status_code == 200
    story.work()
    story.at(days=7).work()
    assert (story.earn().state, story.earn().reason) == (EarnState.REVIEW, Reason.OWN_SHOP)
    assert (acts.available(ANNA), story.mall.told) == (0, [])
    service.retry_earn(story.at(days=8).uow, book=acts.book.code, earn_id=story.earn().id)
    story.at(days=8).work()
    assert (story.earn().state, acts.available(ANNA)) == (EarnState.REVIEW, 0)  # nobody lets that pass


def test_attack_8_who_is_hired_before_the_points_come_is_asked_about_again(story, acts, anna, hire):
    story.pay(100)
    story.work()
    assert story.earn().state == EarnState.PENDING
    hire(anna, PersonKind.STAFF)
    story.at(days=7).work()
    assert (story.earn().state, story.earn().reason) == (EarnState.REVIEW, Reason.OWN_SHOP)
    assert acts.available(ANNA) == 0


def test_who_left_the_shop_earns_when_somebody_looks_again(story, acts, anna, hire):
    written = hire(anna, PersonKind.STAFF)
    story.pay(100)
    story.work()
    written.ended_at, written.ended_by, written.ended_why = story.uow.now, named("treasurer"), "left"
    service.retry_earn(story.uow, book=acts.book.code, earn_id=story.earn().id)
    story.work()
    story.at(days=7).work()
    assert (story.earn().state, acts.available(ANNA)) == (EarnState.AWARDED, 100)


def test_attack_8_a_relative_of_the_shop_earns_when_somebody_else_let_it_pass(story, acts, anna, hire, related):
    hire(related)
    story.pay(100)
    story.work()
    assert (story.earn().state, story.earn().reason) == (EarnState.REVIEW, Reason.KIN_OF_SHOP)
    treasurer = Actor(named("treasurer"), frozenset({Role.TREASURER}))
    for kin in (anna, related):
        own = replace(story.uow, actor=replace(treasurer, person_id=kin))
        with pytest.raises(EarnOfKin):
            service.retry_earn(own, book=acts.book.code, earn_id=story.earn().id)
    service.retry_earn(replace(story.uow, actor=treasurer), book=acts.book.code, earn_id=story.earn().id)
    story.work()
    assert (story.earn().state, story.earn().cleared_by) == (EarnState.PENDING, treasurer.id)
    late = story.at(days=7)
    late.work()
    assert (late.earn().state, acts.available(ANNA)) == (EarnState.AWARDED, 100)
    assert late.earn().due_at == story.uow.now + timedelta(days=7)


def test_other_shops_of_other_owners_are_none_of_it(story, acts, anna, hire):
    other = merchants_door.open_shop(story.uow, book=acts.book.code, name="别家", street="忠义街")
    hire(anna, shop=other)
    story.pay(100)
    story.work()
    assert story.earn().state == EarnState.PENDING
