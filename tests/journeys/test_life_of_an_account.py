"""The life of an account, over HTTP, with real commits and WeChat's stand-in: from the first sign-in to its closing.

Nobody has a development token here: residents come by WeChat, staff by invitation, password and second factor.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from app.infra import wechat
from app.kernel.periods import DISTRICT as DISTRICT_TIME
from sandbox.wechat import server
from sandbox.wechat.world import World
from tests.journeys.town import DISTRICT, Caller, Town, good

NAME, SHOP = "王秀英", "忠义面馆"
OLD_PHONE, NEW_PHONE = "installation-of-the-old-telephone", "installation-of-the-new-telephone"
BOOK = "/v1/books/meilihua"
WEEK = timedelta(days=7, minutes=1)


@pytest.fixture
def town(real_commits):
    world = World(seed=11)
    world.add_people([NAME, "网格员老周", "收银员小陈"])
    with server.running(world) as running:
        asked = {"wechat_base_url": running.url, "wechat_appid": world.appid, "wechat_secret": world.secret}
        wechat.install(real_commits, replace(real_commits.extensions["linli.config"], **asked))
        yield Town(real_commits, world)


@dataclass
class Office:
    """The community's people, each signed in as he would be."""

    admins: tuple[Caller, Caller]
    treasurer: Caller
    deputy: Caller
    grid_worker: Caller
    cashier: Caller
    community_id: str
    building_id: str


def test_the_life_of_an_account(town):
    office = open_the_office(town)
    her = moves_in(town, office)
    earns_and_spends(town, office, her)
    gets_a_role_and_loses_it(office, her)
    her = changes_her_telephone(town, her)
    is_frozen_and_thawed(office, her)
    closes_the_account(town, office, her)


def open_the_office(town):
    """Two administrators from the command line; they lay out the community and let everybody else in."""
    admins = (town.first_administrator("王芳", "wang.fang"), town.first_administrator("李强", "li.qiang"))
    [district] = admins[0].get("/v1/areas?kind=district")["items"]
    assert district["name"] == DISTRICT
    made = open_the_book(admins[0])
    area_id = district["id"]
    for kind, name, book in (("street", "中山街道", None), ("community", "美丽华都", "meilihua")):
        more = {"book": book} if book else {}
        area_id = admins[0].post("/v1/areas", {"kind": kind, "name": name, "parent_id": area_id, **more})["id"]
    community_id = parent_id = area_id
    for kind, name in (("estate", "美丽华都小区"), ("building", "1号楼")):
        parent_id = admins[0].post("/v1/areas", {"kind": kind, "name": name, "parent_id": parent_id})["id"]
    treasurer, deputy = (
        town.staff(admins, name, username, "treasurer", area_id=community_id)
        for name, username in (("赵会计", "zhao.kuaiji"), ("钱副会计", "qian.kuaiji"))
    )
    fill_the_till(treasurer, deputy, made)
    grid_worker = town.by_telephone("网格员老周", "installation-of-the-grid-worker")
    for role in ("grid_worker", "coordinator", "clerk"):
        town.grant(admins, grid_worker.id, role, community_id)
    shop = treasurer.post(f"{BOOK}/shops", {"name": SHOP, "street": "忠义街"})["id"]
    cashier = town.by_telephone("收银员小陈", "installation-of-the-till")
    till = {"person_id": cashier.id, "role": "cashier", "area_id": community_id, "shop_id": shop, "reason": "收银"}
    admins[0].post("/v1/grants", till)
    return Office(admins, treasurer, deputy, grid_worker, cashier, community_id, parent_id)


def open_the_book(admin):
    return admin.post("/v1/books", {"code": "meilihua", "template": "community"})


def fill_the_till(treasurer, deputy, made):
    """The sponsor pays in, points are minted for volunteers, and their rule is published: two people each time."""
    treasurer.post(
        f"{BOOK}/sponsors/{made['sponsors'][0]['id']}/funding", {"amount_fen": 500_000, "bank_reference": "ICBC-1"}
    )
    [budget] = [each["id"] for each in made["budgets"] if each["name"] == "志愿服务"]
    minted = treasurer.post(f"{BOOK}/budgets/{budget}/mint", {"points": 1_000})
    [rule] = [each["proposal_id"] for each in made["rules"] if each["code"] == "vol.lead"]
    for proposal_id in (minted["id"], rule):
        deputy.post(f"{BOOK}/proposals/{proposal_id}/approve")


def moves_in(town, office):
    """She signs in, binds her number, says where she lives; the grid worker confirms it."""
    her = town.by_telephone(NAME, OLD_PHONE)
    assert her.get("/v1/me")["roles"] == ["person"]
    assert her.refused("GET", f"{BOOK}/passbook") == "web.role_denied"
    phone = her.post("/v1/me/phone", {"phone_code": town.world.issue_code(NAME, "phone")})["phone"]
    assert phone == f"138****{town.world.person(NAME).phone[-4:]}"
    claim = {"area_id": office.building_id, "room": "501", "relation": "owner", "name": NAME}
    claimed = her.post("/v1/me/residencies", claim, **{"Idempotency-Key": "claim-1"})
    town.work()
    [waiting] = office.grid_worker.get(f"{BOOK}/residencies")["items"]
    assert (waiting["id"], waiting["name"], waiting["phone"]) == (claimed["id"], NAME, phone)
    assert her.refused("GET", f"{BOOK}/passbook") == "web.role_denied"
    confirmed = office.grid_worker.post(f"{BOOK}/residencies/{claimed['id']}/confirm")
    town.work()
    assert (confirmed["state"], confirmed["resident_id"]) == ("confirmed", her.id)
    return her


def earns_and_spends(town, office, her):
    """Twenty points for calling the neighbours together; eight of them for noodles."""
    today = datetime.now(DISTRICT_TIME).date().isoformat()
    service = {"resident_id": her.id, "rule": "vol.lead", "activity": "楼道清扫", "performed_on": today, "events": 1}
    assert office.grid_worker.post(f"{BOOK}/awards", service)["points"] == 20
    code = her.post(f"{BOOK}/passbook/codes")["code"]
    payment = office.cashier.post(f"{BOOK}/payments", {"code": code, "points": 8, "out_trade_no": "T-1"})
    office.cashier.post(f"{BOOK}/payments/{payment['id']}/capture")
    assert her.get(f"{BOOK}/passbook")["available"] == 12


def gets_a_role_and_loses_it(office, her):
    """She helps at the desk as a clerk, and no longer the moment the role is ended, with the very same token."""
    assert her.refused("GET", f"{BOOK}/residencies") == "web.role_denied"
    asked = {"person_id": her.id, "role": "clerk", "area_id": office.community_id, "reason": "帮忙"}
    granted = office.admins[0].post("/v1/grants", asked)
    [home] = her.get(f"{BOOK}/residencies?state=confirmed")["items"]
    assert her.refused("POST", f"{BOOK}/residencies/{home['id']}/end", {"reason": "x"}) == "identity.residency_own"
    assert her.refused("POST", "/v1/me/close", {"confirm": "注销"}) == "identity.closing_with_roles"
    office.admins[1].post(f"/v1/grants/{granted['id']}/end", {"reason": "不再帮忙"})
    assert her.refused("GET", f"{BOOK}/residencies") == "web.role_denied"
    assert [each["ended_why"] for each in her.get("/v1/me/grants")["items"]] == ["不再帮忙"]


def changes_her_telephone(town, her):
    """From the new one she sees everything, and nothing of value goes out for a day; the old one is signed out."""
    new = town.by_telephone(NAME, NEW_PHONE)
    assert (new.id, new.tokens["cools_until"] is not None) == (her.id, True)
    assert new.get(f"{BOOK}/passbook")["available"] == 12
    assert new.refused("POST", f"{BOOK}/passbook/codes") == "web.device_cooling"
    assert len(new.get("/v1/me/sessions")["items"]) == 2
    assert new.post("/v1/me/sessions/others/end") == {"ended": 1}
    assert her.refused("GET", f"{BOOK}/passbook") == "identity.token_invalid"
    return new


def is_frozen_and_thawed(office, her):
    """An administrator freezes the account; she may look at that and appeal, nothing else; he thaws it."""
    office.admins[0].post(f"/v1/people/{her.id}/freeze", {"reason": "疑似盗用"})
    assert her.refused("GET", f"{BOOK}/passbook") == "web.role_denied"
    assert her.get("/v1/me/freeze")["reason"] == "疑似盗用"
    assert her.refused("POST", "/v1/me/close", {"confirm": "注销"}) == "identity.closing_while_frozen"
    her.post("/v1/me/freeze/appeal", {"text": f"我是{NAME},只是换了手机"})
    [waiting] = office.admins[0].get("/v1/appeals")["items"]
    assert waiting["person_id"] == her.id
    office.admins[0].post(f"/v1/people/{her.id}/thaw", {"reason": "已核实"})
    assert her.get(f"{BOOK}/passbook")["available"] == 12


def closes_the_account(town, office, her):
    """A week after she asked for it nothing tells who she was, and the ledger has not noticed."""
    known = town.world.person(NAME)
    data = good(her.ask("GET", "/v1/me/data"))
    assert (data["account"]["name"], data["account"]["phone"], data["books"]) == (NAME, known.phone, ["meilihua"])
    assert "identity_people" in town.tables_that_say(NAME)
    book = statement(office, her)
    assert book["posted"] == 12
    her.post("/v1/me/close", {"confirm": "注销"})
    assert her.refused("GET", "/v1/me") == "identity.token_invalid"
    for name in ("web.purge_idempotency_keys", "identity.close_accounts"):
        town.nightly(name, later=WEEK - timedelta(minutes=2))
    assert "identity_people" in town.tables_that_say(NAME)  # a minute before the week is over
    for name in ("web.purge_idempotency_keys", "identity.close_accounts"):
        town.nightly(name, later=WEEK)
    town.work()

    for word in (NAME, known.phone, known.openid, NEW_PHONE, OLD_PHONE):
        assert town.tables_that_say(word) == set(), word
    for table in ("identity_wechat_users", "identity_devices", "identity_staff", "identity_invitations"):
        assert town.rows(table, her.id) == [], table
    [left] = town.rows("identity_people", her.id)
    assert (left["name"], left["phone_sealed"], left["phone_index"], left["closes_at"]) == ("", None, None, None)
    assert left["closed_at"] is not None
    again = town.by_telephone(NAME, NEW_PHONE)
    assert again.id != her.id
    assert again.refused("GET", f"{BOOK}/passbook") == "web.role_denied"

    assert statement(office, her) == book
    assert "账目一致 clean" in town.flask("points", "audit")


def statement(office, her):
    """What the books say under her id."""
    shown = office.treasurer.get(f"{BOOK}/passbooks/{her.id}")
    del shown["as_of"]
    return shown
