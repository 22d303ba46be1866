"""What anti-fraud is told of where a payment comes from: a till's address, a phone's distance; and no position."""

import json
from itertools import count

import pytest
from sqlalchemy import text

from app.infra import redis
from app.kernel.actor import Role
from app.merchants.models import Branch
from app.merchants.service import terminals
from tests.merchants.counter import Counter, offer
from tests.points.api import refused, statements
from tests.points.ledger import ANNA
from tests.risk.facts import Desk as RiskDesk
from tests.risk.facts import rule

HOME, AWAY = "127.0.0.1", "203.0.113.9"
HERE = {"lat": 31.2304, "lng": 121.4737, "datum": "wgs84"}
NEAR = HERE | {"lat": 31.2313, "accuracy_m": 24.6}
FAR = HERE | {"lat": 31.2754, "accuracy_m": 30}
NONCES = count(1)


@pytest.fixture
def counter(api, acts, shop):
    """A till at the shop, and Anna with points."""
    acts.award(ANNA, 1000)
    offer(acts.uow, acts.book.code, shop.id)
    return Counter.at(api, acts.uow, shop.id)


@pytest.fixture
def scene(counter):
    return counter.api.post(f"/shops/{counter.shop_id}/sign", {}).json["scene"]


def place(counter):
    """Say where the shop is."""
    answer = counter.api.post(f"/shops/{counter.shop_id}/position", {"position": HERE})
    assert answer.status_code == 200, answer.text


def send(counter, path, body, address):
    """What the till sends, from this address."""
    raw = json.dumps(body).encode()
    headers = counter.pen.headers("POST", f"/v1/merchant{path}", raw)
    return counter.api.client.post(
        f"/v1/merchant{path}", data=raw, headers=headers, environ_base={"REMOTE_ADDR": address}
    )


def take(counter, address):
    number = f"of-{next(NONCES)}"
    asked = {"code": counter.code(), "out_trade_no": number, "order_fen": 10_000, "points": 10, "capture": "auto"}
    answer = send(counter, "/redemptions", asked, address)
    assert answer.status_code == 201, answer.text
    return number


def told(acts, name, kind="redeem"):
    """The fact of the newest decision of a kind."""
    query = "SELECT features->:name FROM risk_decisions WHERE kind = :kind ORDER BY id DESC LIMIT 1"
    return acts.uow.session.scalar(text(query), {"name": name, "kind": kind})


def test_attack_20_an_address_that_is_new_to_a_till_is_told_with_every_payment_from_there(acts, counter):
    take(counter, HOME)
    assert told(acts, "is_first_seen_address") is False
    number = take(counter, AWAY)
    assert told(acts, "is_first_seen_address") is True
    take(counter, AWAY)  # one look first does not make it an old one
    assert told(acts, "is_first_seen_address") is True
    send(counter, f"/redemptions/{number}/refunds", {"points": 5, "out_refund_no": "R-1"}, AWAY)
    assert told(acts, "is_first_seen_address", "refund") is True
    take(counter, HOME)
    assert told(acts, "is_first_seen_address") is False
    take(counter.later(hours=23, minutes=59), AWAY)
    assert told(acts, "is_first_seen_address") is True
    take(counter.later(hours=24), AWAY)
    assert told(acts, "is_first_seen_address") is False


def test_an_address_that_the_shop_has_looked_at_is_a_new_one_no_more(acts, counter):
    take(counter, AWAY)
    branch = acts.uow.session.get_one(Branch, counter.shop_id)
    (alert,) = terminals.list_alerts(acts.uow, branch, limit=9, cursor=None).items
    terminals.close_alert(acts.uow, branch, alert_id=alert.id)
    acts.uow.session.flush()
    take(counter, AWAY)
    assert told(acts, "is_first_seen_address") is False


def test_attack_20_a_rule_stops_payments_from_an_address_nobody_knows(acts, counter):
    RiskDesk(acts.uow, acts.book).publish(
        rule("away", "is_first_seen_address", 60, defaults={"is_first_seen_address": False})
    )
    asked = {"code": counter.code(), "out_trade_no": "A-1", "order_fen": 10_000, "points": 10, "capture": "auto"}
    assert send(counter, "/redemptions", asked, AWAY).json["state"] == "pending_confirm"
    at_home = asked | {"code": counter.code(), "out_trade_no": "A-2"}
    assert send(counter, "/redemptions", at_home, HOME).json["state"] == "captured"


def test_the_address_takes_no_statement_more(counter):
    take(counter, AWAY)
    with statements(every=True) as known:
        take(counter, HOME)
    with statements(every=True) as new:
        take(counter, AWAY)
    assert len(known) == len(new)
    assert len([each for each in new if "merchants_terminal_addresses" in each]) == 1


def test_attack_25_the_distance_from_the_shop_is_shown_and_told(acts, counter, scene):
    place(counter)
    quote = counter.quote(scene, order_fen=3000, points=10, position=FAR).json
    assert quote["distance_m"] == 5004
    assert counter.own("", {"quote_id": quote["quote_id"]}).status_code == 201
    assert (told(acts, "distance_metres"), told(acts, "accuracy_metres")) == (5004, 30)
    decided = "SELECT outcome, reasons FROM risk_decisions WHERE kind = 'redeem' ORDER BY id DESC LIMIT 1"
    assert tuple(acts.uow.session.execute(text(decided)).one()) == ("review", ["GEO_FAR"])
    quote = counter.quote(scene, order_fen=3000, points=10, position=NEAR).json
    assert quote["distance_m"] == 100
    counter.own("", {"quote_id": quote["quote_id"]})
    assert (told(acts, "distance_metres"), told(acts, "accuracy_metres")) == (100, 25)


def test_an_orders_code_is_told_the_distance_as_well(acts, counter):
    place(counter)
    scene = counter.order(points=10).json["scene"]
    quote = counter.quote(scene, position=FAR).json
    counter.own("", {"quote_id": quote["quote_id"]})
    assert (told(acts, "mode"), told(acts, "distance_metres")) == ("order_code", 5004)


def test_what_nobody_says_is_not_told(acts, counter, scene):
    unplaced = counter.quote(scene, order_fen=3000, points=10, position=NEAR).json
    counter.own("", {"quote_id": unplaced["quote_id"]})
    assert (unplaced["distance_m"], told(acts, "distance_metres"), told(acts, "accuracy_metres")) == (None, None, None)
    place(counter)
    for position in ({}, {"position": None}):
        silent = counter.quote(scene, order_fen=3000, points=10, **position).json
        counter.own("", {"quote_id": silent["quote_id"]})
        assert (silent["distance_m"], told(acts, "distance_metres")) == (None, None)
    vague = counter.quote(scene, order_fen=3000, points=10, position=HERE).json
    counter.own("", {"quote_id": vague["quote_id"]})
    assert (told(acts, "distance_metres"), told(acts, "accuracy_metres")) == (0, None)


def test_a_position_is_kept_nowhere(acts, counter, scene):
    """Neither in the decision, nor with the quote, nor in the answer that a key repeats."""
    place(counter)
    spot = NEAR | {"lat": 31.2987654, "lng": 121.4123456}
    body = {"scene": scene, "order_fen": 3000, "points": 10, "position": spot}
    quote = counter.api.post("/passbook/redemption-quotes", body, Role.RESIDENT, person_id=ANNA, key="K-1")
    moved = body | {"position": NEAR}  # asked again from one step further, it is the same request
    again = counter.api.post("/passbook/redemption-quotes", moved, Role.RESIDENT, person_id=ANNA, key="K-1")
    assert (quote.status_code, again.json) == (201, quote.json)
    counter.own("", {"quote_id": quote.json["quote_id"]})
    kept = [str(redis.client().get(name)) for name in redis.client().scan_iter("linli:quotes:*")]
    rows = [
        str(row)
        for table in ("risk_decisions", "merchants_redemptions", "web_idempotency_keys")
        for row in acts.uow.session.execute(text(f"SELECT row_to_json(t)::text FROM {table} t"))
    ]
    assert kept
    assert not [each for each in (*kept, *rows) if "31.298" in each or "121.412" in each]


@pytest.mark.parametrize(
    ("position", "field"),
    [
        ({"lat": 121.4737, "lng": 31.2304, "datum": "wgs84"}, "position.lat"),
        ({"lat": 31.2, "lng": 121.4}, "position.datum"),
        (NEAR | {"accuracy_m": -1}, "position.accuracy_m"),
        ({"latitude": 31.2}, "position.latitude"),
        ("here", "position"),
    ],
)
def test_what_is_no_position_is_refused_by_its_name(counter, scene, position, field):
    status, code, fields = refused(counter.quote(scene, order_fen=3000, position=position))
    assert (status, code) == (422, "web.invalid")
    assert field in fields
