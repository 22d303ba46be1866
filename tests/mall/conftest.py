"""A mall beside a book: the stand-in, a shop with a number, a rule, and somebody who lives there and is on WeChat."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.factory import create_app
from app.infra.config import Config
from app.infra.vault import vault
from app.infra.wechatpay.callbacks import Stamp
from app.mall import service
from app.mall.models import Earn, MallRefund
from app.mall.routes import HEADERS
from app.merchants import service as merchants
from app.merchants.queries.tills import find_ties_of_shop
from sandbox.wechatpay import server
from sandbox.wechatpay.world import APPID, Mall
from tests.fixtures.databases import closed_at_the_end
from tests.fixtures.servers import Database
from tests.places.ground import lay
from tests.points.conftest import acts, ledger
from tests.points.ledger import ANNA
from tests.points.programme import publish

__all__ = ["acts", "ledger"]

work_earn = partial(service.work_earn, ties_of=find_ties_of_shop)
OPENID, STRANGER = "o-anna-1", "o-stranger"
NUMBER = "S-7"


@pytest.fixture(scope="session")
def standing_in() -> Iterator[tuple[Mall, str]]:
    mall = Mall()
    with server.running(mall) as url:
        yield mall, url


@pytest.fixture(scope="session")
def build_app(standing_in, tmp_path_factory) -> Callable[[Config], Flask]:
    mall, url = standing_in
    given = mall.write_keys(tmp_path_factory.mktemp("keys"))

    def build(config: Config) -> Flask:
        return create_app(
            replace(
                config,
                wechat_appid=APPID,
                wechat_secret="s" * 32,
                mall_base_url=url,
                mall_mchid=given["LINLI_MALL_MCHID"],
                mall_api_v3_key=given["LINLI_MALL_API_V3_KEY"],
                mall_key_file=given["LINLI_MALL_KEY_FILE"],
                mall_key_serial=given["LINLI_MALL_KEY_SERIAL"],
                mall_platform_keys=(tuple(given["LINLI_MALL_PLATFORM_KEYS"].split(":", 1)),),
            )
        )

    return build


@pytest.fixture(scope="session")
def application(database: Database, build_app) -> Iterator[Flask]:
    yield from closed_at_the_end(build_app(database.config()))


@dataclass
class Story:
    """What happens in the mall at one time, and what Linli does of it."""

    uow: object
    mall: Mall
    acts: object
    shop: object
    seen: dict = field(default_factory=dict)

    def at(self, **span):
        uow = replace(self.uow, now=self.uow.now + timedelta(**span))
        return Story(uow, self.mall, replace(self.acts, uow=uow), self.shop)

    def tell(self, document, **changes):
        body = json.dumps(document, ensure_ascii=False).encode()
        headers = self.mall.sign(body, at=self.uow.now) | changes
        service.receive_callback(self.uow, stamp=Stamp(*(headers.get(name, "") for name in HEADERS)), content=body)
        self.uow.session.flush()
        return headers, body

    def consent(self, openid=OPENID):
        return self.tell(self.mall.activate(openid))

    def pay(self, yuan=100, number="4200001", *, openid=OPENID, shop_number=NUMBER):
        self.mall.now = lambda: self.uow.now
        return self.tell(self.mall.pay(openid, shop_number, yuan * 100, number))

    def refund(self, yuan, refund="5030001", *, number="4200001", of=100, shop_number=NUMBER):
        self.mall.now = lambda: self.uow.now
        return self.tell(
            self.mall.refund(OPENID, number, refund, of * 100, yuan * 100, change={"shop_number": shop_number})
        )

    def work(self):
        """What the worker does now."""
        for act in (work_earn, service.work_refund):
            while act(self.uow):
                pass
        while questions := service.claim_question(self.uow):
            for question in questions:
                service.record_answer(self.uow, question, service.ask(question))
        while work_earn(self.uow):
            pass
        while reports := service.claim_report(self.uow):
            for report in reports:
                service.record(self.uow, report, service.carry_out(report))
        self.uow.session.flush()

    def earn(self, number="4200001") -> Earn:
        return self.uow.session.scalar(
            select(Earn).where(Earn.transaction_id == number), execution_options={"populate_existing": True}
        )

    def kept(self, refund="5030001") -> MallRefund:
        return self.uow.session.get(MallRefund, refund, populate_existing=True)


PERSON = "INSERT INTO identity_people (id, name, registered_at) VALUES (:person, '王秀英', :now)"
WECHAT = """INSERT INTO identity_wechat_users (app_id, openid_index, openid_sealed, person_id, bound_at)
            VALUES (:app, :openid, 'x', :person, :now)"""
HOUSEHOLD = "INSERT INTO identity_households (id, area_id, room, opened_at) VALUES (:home, :area, '501', :now)"
RESIDENCY = """INSERT INTO identity_residencies
    (id, person_id, household_id, book, resident_id, relation, name, state, claimed_at, decided_by, decided_at)
    VALUES (:id, :person, :home, :book, :resident, 'owner', '王秀英', 'confirmed', :now, :id, :now)"""


@pytest.fixture
def live_in(uow, ledger):
    """Make somebody of WeChat a person, and a resident of the book where a passbook is given."""

    def make(openid=OPENID, resident_id=ANNA):
        values = {
            "person": uow.new_id(),
            "app": APPID,
            "openid": vault().index(openid, kind=f"openid:{APPID}"),
            "now": uow.now,
            "id": uow.new_id(),
            "home": uow.new_id(),
            "book": ledger.book.code,
            "resident": resident_id,
        }
        ground = lay(uow, book=ledger.book.code, name=f"区 {ledger.book.code}")
        values["area"] = ground.estate(buildings=1, units=1)["1号楼"].id
        for statement in (PERSON, WECHAT, *((HOUSEHOLD, RESIDENCY) if resident_id else ())):
            uow.session.execute(text(statement), values)

    return make


@pytest.fixture
def story(app, uow, acts, standing_in):
    mall, _ = standing_in
    mall.told.clear()
    mall.said.clear()
    mall.answers.clear()
    mall.heard.clear()
    mall.quota = None
    shop = merchants.open_shop(uow, book=acts.book.code, name="忠义面馆", street="忠义街")
    publish(uow, acts.ledger, "mall", "events", points_max=500, person_day_max=300)
    service.open_shop(uow, book=acts.book.code, shop_number=NUMBER, shop_id=shop.id, rule="mall", return_days=7)
    uow.session.flush()
    return Story(uow, mall, acts, shop)


@pytest.fixture
def tell(client):
    """WeChat Pay tells us something, over HTTP, at the time of a story."""

    def post(story, document):
        body = json.dumps(document).encode()
        headers = story.mall.sign(body, at=story.uow.now) | {"Linli-Demo-Clock": story.uow.now.isoformat()}
        assert client.post("/v1/wechatpay/mall", headers=headers, data=body).status_code == 200
        story.work()

    return post


@pytest.fixture
def buy(tell):
    """Pay in the mall, and wait for the points."""

    def pay(story, yuan, number="4200001"):
        story.mall.now = lambda: story.uow.now
        tell(story, story.mall.pay(OPENID, NUMBER, yuan * 100, number))
        story.at(days=7).work()
        return story.at(days=8)

    return pay


@pytest.fixture
def give_back(tell):
    """Have money back for what was bought."""

    def refund(story, fen, refund, *, number="4200001", of=100):
        story.mall.now = lambda: story.uow.now
        change = {"shop_number": NUMBER}
        tell(story, story.mall.refund(OPENID, number, refund, of * 100, fen, change=change))
        return story

    return refund
