"""An owner sees his own shop, lets staff go, and looks at alerts; a stranger finds nothing."""

import pytest
from sqlalchemy import text

from app.merchants.errors import office
from app.merchants.models import MerchantPerson, TerminalAddress
from app.merchants.service import own
from tests.merchants.counter import Counter, offer
from tests.merchants.owner import Owner
from tests.merchants.settled import by
from tests.merchants.test_gifts_judged import put
from tests.points.api import refused
from tests.points.ledger import ANNA, named

STRANGER = named("stranger")
MISSING = (404, "merchants.merchant_missing", ["merchant_id"])


@pytest.fixture
def counter(api, acts, shop):
    offer(acts.uow, acts.book.code, shop.id)
    return Counter.at(api, acts.uow, shop.id)


@pytest.fixture
def owner(api, acts, shop):
    return Owner.of(api, acts.uow, shop.id)


def items(owner, rest):
    answer = owner.get(owner.at_branch(rest))
    assert answer.status_code == 200, answer.text
    assert refused(owner.get(owner.at_branch(rest), who=STRANGER)) == MISSING
    return answer.json["items"]


def test_an_owner_sees_the_redemptions_of_a_day_page_by_page(counter, owner):
    for number in ("T-1", "T-2", "T-3"):
        counter.take(10, number=number)
    first = owner.get(owner.at_branch("/redemptions?day=2026-06-15&limit=2")).json
    rest = owner.get(owner.at_branch(f"/redemptions?day=2026-06-15&limit=2&cursor={first['next_cursor']}")).json
    both = [*first["items"], *rest["items"]]
    assert [each["out_trade_no"] for each in both] == ["T-3", "T-2", "T-1"]
    assert "resident" not in str(both)
    assert items(owner, "/redemptions?day=2026-06-14") == []
    assert items(owner, "/redemptions?day=2026-06-16") == []
    assert refused(owner.get(owner.at_branch("/redemptions"))) == (422, "web.invalid", ["day"])


def test_an_owner_sees_his_terms_gifts_and_webhooks(api, acts, counter, owner, shop):
    gift = put(acts, counter, 40)
    api.post(f"/gifts/{gift.id}/end", {})
    body = {"url": "https://pos.example.com/hook", "types": ["settlement.paid"]}
    hook = api.post(f"/shops/{shop.id}/webhooks", body).json["webhook"]
    ask = f"?book={api.book}"
    assert [each["points_per_yuan"] for each in items(owner, f"/offers{ask}")] == [10]
    assert [(each["title"], each["ended_at"] is None) for each in items(owner, f"/gifts{ask}")] == [("毛巾", False)]
    assert [each["id"] for each in items(owner, f"/webhooks{ask}")] == [hook["id"]]
    assert items(owner, f"/webhooks/{hook['id']}/deliveries{ask}") == []
    nowhere = owner.get(owner.at_branch("/gifts?book=nowhere"))
    assert refused(nowhere) == (404, "points.book_missing", ["book"])


def test_an_owner_closes_an_alert_about_his_till(acts, counter, owner, shop):
    alert = TerminalAddress(
        id=acts.uow.new_id(),
        branch_id=shop.id,
        terminal_id=acts.uow.session.scalar(text("SELECT id FROM merchants_terminals")),
        address="192.0.2.9",
        serial=counter.pen.serial,
        is_alert=True,
        first_seen_at=acts.uow.now,
    )
    acts.uow.session.add(alert)
    acts.uow.session.flush()
    path = owner.at_branch(f"/terminals/alerts/{alert.id}/close")
    assert refused(owner.post(path, who=STRANGER)) == MISSING
    closed = owner.post(path)
    assert (closed.status_code, closed.json["seen_at"]) == (200, "2026-06-15T10:00:00+08:00"), closed.text
    assert items(owner, "/terminals/alerts") == []


def test_attack_8_who_is_let_go_by_the_owner_still_redeems_nothing_there_for_a_month(api, acts, counter, owner, shop):
    """Otherwise a cashier would be let go for the hour in which he shops."""
    hired = owner.post("/people", {"kind": "staff", "name": "店员", "person_id": str(ANNA)}).json
    ask = lambda at: at.ask(points=10)  # noqa: E731 - an act
    own_shop = (403, "merchants.own_shop", [])
    assert refused(ask(counter))[:2] == own_shop[:2]
    ended = owner.post(f"/people/{hired['id']}/end", {"reason": "离职"})
    assert (ended.status_code, ended.json["bars_until"]) == (200, "2026-07-15T10:00:00+08:00"), ended.text
    assert refused(ask(counter))[:2] == own_shop[:2]
    assert list(own.list_own_shops(by(acts.uow, ANNA))) == [shop.id]
    assert refused(ask(counter.later(days=29)))[:2] == own_shop[:2]
    assert ask(counter.later(days=30, seconds=1)).status_code == 201
    again = owner.post(f"/people/{hired['id']}/end", {"reason": "x"})
    assert refused(again) == (409, "merchants.person_ended", [])


def test_an_owner_ends_neither_owners_nor_people_of_others(acts, owner, shop):
    mine = acts.uow.session.query(MerchantPerson).filter_by(merchant_id=shop.id, kind="owner").one()
    refusal = owner.post(f"/people/{mine.id}/end", {"reason": "x"})
    assert refused(refusal) == (403, office.OwnerStays.code, [])
    assert refused(owner.post(f"/people/{mine.id}/end", {"reason": "x"}, who=STRANGER)) == MISSING
    elsewhere = owner.post(f"/people/{named('nobody')}/end", {"reason": "x"})
    assert refused(elsewhere)[:2] == (404, "merchants.person_missing")
