"""Endpoints and what is looked at: what is refused, and what nobody else sees."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.kernel.actor import Role
from app.merchants import service as merchants
from app.webhooks import service
from app.webhooks.errors import (
    DeliveryMissing,
    EndpointClosed,
    EndpointMissing,
    EndpointsTooMany,
    EventTypeUnknown,
    PeriodWrong,
    UrlNotAllowed,
)
from app.webhooks.rules.retrying import next_try, rest
from app.webhooks.terms import BACKOFF, DeliveryState, EndpointState
from tests.fixtures.work import NOW
from tests.points.api import Api
from tests.points.ledger import open_ledger
from tests.webhooks.conftest import TYPE, Desk


@pytest.mark.parametrize("url", ["http://shop.example.cn/", "https://10.0.0.1/", "https://metadata.internal/"])
def test_an_address_inside_is_refused_when_it_is_given(uow, url):
    desk = Desk(uow, url)
    with pytest.raises(UrlNotAllowed):
        desk.open()


def test_only_known_types_and_only_five_endpoints(desk):
    with pytest.raises(EventTypeUnknown):
        desk.open("payment.made")
    assert desk.open(TYPE, TYPE).types == [TYPE]
    for _ in range(4):
        desk.open()
    with pytest.raises(EndpointsTooMany):
        desk.open()
    page = service.list_endpoints(desk.uow, **desk.who, limit=2, cursor=None)
    desk.act("close_endpoint", page.items[0])
    desk.open()
    rest_of = service.list_endpoints(desk.uow, **desk.who, limit=9, cursor=page.next_cursor)
    assert len(page.items) + len(rest_of.items) == 5


def test_an_endpoint_of_another_owner_or_book_is_as_missing_as_none(desk):
    endpoint = desk.open()
    desk.publish()
    delivery = desk.one(endpoint)
    for who in ({"owner_id": UUID(int=1)}, {"hears": {"book": "anju"}}, {"hears": {}}):
        other = desk.who | who
        with pytest.raises(EndpointMissing):
            service.close_endpoint(desk.uow, **other, endpoint_id=endpoint.id)
        with pytest.raises(EndpointMissing):
            service.show_delivery(desk.uow, **other, endpoint_id=endpoint.id, delivery_id=delivery.id)
        assert service.list_endpoints(desk.uow, **other, limit=9, cursor=None).items == []
    with pytest.raises(DeliveryMissing):
        desk.act("show_delivery", endpoint, delivery_id=UUID(int=1))
    with pytest.raises(DeliveryMissing):
        desk.act("replay_delivery", endpoint, delivery_id=UUID(int=1))


def test_a_closed_one_stays_closed(desk):
    endpoint = desk.open()
    desk.publish()
    desk.act("close_endpoint", endpoint)
    assert desk.one(endpoint).state == DeliveryState.DEAD
    for name in ("pause_endpoint", "resume_endpoint", "change_secret", "send_test"):
        with pytest.raises(EndpointClosed):
            desk.act(name, endpoint)
    with pytest.raises(EndpointClosed):
        desk.act("replay_delivery", endpoint, delivery_id=desk.one(endpoint).id)
    assert desk.act("close_endpoint", endpoint).state == EndpointState.CLOSED


def test_a_period_is_replayed(desk, shop):
    endpoint = desk.open()
    for hours in range(4):
        desk.at(hours=hours).publish(f"k{hours}")
    late = desk.at(hours=9)
    late.work()
    assert len(shop.got) == 4
    period = {"since": NOW + timedelta(hours=1), "until": NOW + timedelta(hours=3)}
    assert late.act("replay_period", endpoint, **period, state=DeliveryState.DEAD) == 0
    assert late.act("replay_period", endpoint, **period, state=DeliveryState.DELIVERED) == 2
    late.work()
    again = [got[0]["webhook-id"] for got in shop.got]
    assert sorted(again[4:]) == sorted(again[1:3])
    for since, until in ((NOW, NOW), (NOW, NOW - timedelta(days=1)), (NOW, NOW + timedelta(days=7, seconds=1))):
        with pytest.raises(PeriodWrong):
            late.act("replay_period", endpoint, since=since, until=until, state=DeliveryState.DEAD)


def test_a_test_reaches_one_endpoint_whatever_it_listens_to(desk, shop):
    endpoint, other = desk.open(), desk.open()
    sent = desk.act("send_test", endpoint)
    assert sent.type == "test.ping"
    desk.work()
    assert len(shop.got) == 1
    assert desk.deliveries(other) == []


def test_the_waits_grow_to_a_day_and_come_apart_by_chance():
    assert [next_try(NOW, tries, 0) - NOW for tries in range(1, 12)] == [*BACKOFF, BACKOFF[-1], BACKOFF[-1]]
    assert next_try(NOW, 2, 1) - NOW == timedelta(minutes=6)
    assert [rest(failures).total_seconds() for failures in (1, 2, 3, 8, 99)] == [5, 10, 20, 300, 300]


def test_routes_open_rotate_test_and_show(client, bearer, uow, local, shop):
    ledger = open_ledger(uow, minted=0)
    made = merchants.open_shop(uow, book=ledger.book.code, name="面馆", street="忠义街")
    api, base = Api(client, bearer, ledger.book.code), f"/shops/{made.id}/webhooks"
    uow.session.flush()
    opened = api.post(base, {"url": shop.url, "types": [TYPE]})
    assert opened.status_code == 201, opened.text
    assert opened.json["secret"].startswith("whsec_")
    one = f"{base}/{opened.json['webhook']['id']}"
    assert api.post(f"{one}/secret", {}).json["secret"] != opened.json["secret"]
    sent = api.post(f"{one}/test", {}, key="t")
    Desk(uow, shop.url).work()
    assert api.get(f"{one}/deliveries?state=delivered", Role.AUDITOR).json["items"][0]["id"] == sent.json["id"]
    shown = api.get(f"{one}/deliveries/{sent.json['id']}")
    assert '"type":"test.ping"' in shown.json["body"]
    assert api.get(f"{one}/deliveries/{sent.json['id']}/attempts").json["items"][0]["status"] == 204
    assert api.post(f"{one}/deliveries/{sent.json['id']}/replay", {}).json["state"] == "pending"
    assert api.post(f"{one}/pause", {}).json["state"] == "paused"
    assert api.post(f"{one}/resume", {}).json["why"] is None
    span = {"since": "2026-06-15T00:00:00+08:00", "until": "2026-06-16T00:00:00+08:00"}
    assert api.post(f"{one}/replays", span).json == {"replayed": 0}
    assert api.post(f"{one}/close", {}).json["state"] == "closed"
    assert "secret" not in str(api.get(base).json["items"][0].keys() - {"old_secret_until"})
    wrong = api.post(base, {"url": "https://10.0.0.1/", "types": [TYPE]}, lang="en")
    assert (wrong.status_code, wrong.json["code"]) == (422, "webhooks.url_not_allowed")
