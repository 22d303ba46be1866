"""What a shop's program is told of statements, disputes, terms and tills: signed, once, where it listens."""

import json
from dataclasses import replace

import pytest
import time_machine
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook

from app.kernel.actor import Actor, Role
from app.merchants.models import Branch, Merchant, Settlement
from app.merchants.service import collecting, complaints, gift_codes, gifts, offers, reserving, terminals
from app.merchants.terms import ComplaintKind, ComplaintOutcome, DisputeState
from app.webhooks import service as webhooks
from app.webhooks.models import Delivery
from app.webhooks.rules.events import EVENTS
from app.webhooks.rules.signing import headers, write_secret
from tests.merchants.counter import offer
from tests.merchants.keys import Pen, enrol
from tests.merchants.settled import FIRST, Desk, by, enrol_shop
from tests.points.ledger import ANNA, named, open_ledger

MONEY = [name for name in EVENTS if name.startswith(("settlement.", "dispute.", "offer."))]
GIFTS = [name for name in EVENTS if name.startswith("gift.")]
TILLS = [name for name in EVENTS if name.startswith("terminal.")]
SECRET = write_secret(bytes(32))
ME = "/v1/merchant/terminal"


@pytest.fixture
def desk(acts):
    acts.award(ANNA, 100)
    return Desk(acts)


@pytest.fixture
def house(acts):
    """A shop with papers and a bank account."""
    return enrol_shop(acts, 1)


def listen(uow, shop_id, book, types):
    opened = webhooks.open_endpoint(
        uow, owner_id=shop_id, hears={"book": book}, url="https://shop.example.cn/linli", types=types
    )
    return opened.endpoint.id


def told(uow, endpoint_id):
    """What was written down for an endpoint: types and data, each as a vendor's library takes it."""
    uow.session.flush()
    chosen = select(Delivery).where(Delivery.endpoint_id == endpoint_id).order_by(Delivery.id)
    found = []
    for each in uow.session.scalars(chosen):
        sent = headers(event_id=each.id, at=uow.now, body=each.body, secrets=[SECRET])
        with time_machine.travel(uow.now, tick=False):
            event = Webhook(SECRET).verify(each.body, dict(sent))
        assert event["type"] == each.type
        found.append((each.type, event["data"]))
    return found


def names(uow, endpoint_id):
    return [name for name, _ in told(uow, endpoint_id)]


def test_a_statement_is_told_when_stated_approved_failed_and_paid(acts, desk, house):
    endpoint = listen(acts.uow, house, desk.book, MONEY)
    desk.till(house).pay(10)
    desk.on(1).night()
    desk.on(1).sign()
    made = desk.on(1).file()
    failing = desk.answer(made, 1)
    desk.on(1).result(made, failing)
    desk.on(1).result(made, failing)  # the same again tells nothing
    again = desk.on(2).file()
    desk.on(2).result(again, desk.answer(again))
    events = told(acts.uow, endpoint)
    steps = ["stated", "approved", "failed", "paid"]
    assert [name for name, _ in events] == [f"settlement.{step}" for step in steps]
    for name, data in events:
        assert set(EVENTS[name].fields) <= set(data), name
        assert (data["book"], data["shop_id"], data["payable_fen"]) == (desk.book, str(house), 100)
        assert str(ANNA) not in json.dumps(data)
    assert events[2][1]["reason"] == "账号户名不符"
    assert events[3][1]["bank_reference"].startswith("B-")


def test_a_dispute_is_told_when_opened_and_closed_without_anybodys_words(acts, desk, house):
    endpoint = listen(acts.uow, house, desk.book, MONEY)
    paid = desk.till(house).pay(10)
    desk.on(1).night()
    stated = acts.uow.session.query(Settlement).one()
    dispute = desk.on(1).dispute(stated, paid.redemption.transaction_id)
    desk.on(2).close(dispute, DisputeState.FOR_SHOP)
    (_, opened), (_, closed) = told(acts.uow, endpoint)[1:]
    assert opened["dispute_id"] == closed["dispute_id"] == str(dispute.id)
    assert (opened["fen"], opened["transaction_id"]) == (100, str(paid.redemption.transaction_id))
    assert closed["outcome"] == "for_shop"
    assert "not what was bought" not in json.dumps(opened)
    assert "seen" not in json.dumps(closed)


@pytest.mark.parametrize("agrees", [True, False])
def test_a_complaint_is_told_when_opened_answered_and_closed(acts, desk, house, agrees):
    endpoint = listen(acts.uow, house, desk.book, [name for name in MONEY if name.startswith("dispute.")])
    redemption = desk.till(house).pay(10).redemption
    resident = replace(acts.uow, actor=Actor(ANNA, frozenset({Role.RESIDENT})))
    complaint = complaints.open_complaint(
        resident, book=desk.book, redemption_id=redemption.id, kind=ComplaintKind.OTHER, words="no oil for my mother"
    )
    merchant = acts.uow.session.get_one(Merchant, acts.uow.session.get_one(Branch, house).merchant_id)
    asked = {"book": desk.book, "complaint_id": complaint.id}
    complaints.answer_complaint(by(acts.uow, named("owner")), merchant, **asked, agrees=agrees, words="our fault")
    if not agrees:
        complaints.decide_complaint(
            by(acts.uow, FIRST), **asked, outcome=ComplaintOutcome.REJECT, points=None, reason="it was there"
        )
    events = told(acts.uow, endpoint)
    assert [name for name, _ in events] == ["dispute.opened", "dispute.answered", "dispute.closed"]
    for _, data in events:
        assert (data["redemption_id"], data["dispute_id"]) == (str(redemption.id), str(complaint.id))
        assert (data["out_trade_no"], data["points"]) == (redemption.out_trade_no, 10)
        assert not {"mother", "fault", "there", str(ANNA)} & set(json.dumps(data).split('"'))
    assert ["respond_by" in data for _, data in events] == [True, False, False]
    assert events[2][1]["outcome"] == ("refunded" if agrees else "rejected")


def test_other_terms_and_their_end_are_told(acts, desk, house):
    endpoint = listen(acts.uow, house, desk.book, MONEY)
    offer(acts.uow, desk.book, house, points_per_yuan=10)
    offers.end_offer(acts.uow, book=desk.book, shop_id=house)
    (_, made), (_, ended) = told(acts.uow, endpoint)
    assert (made["points_per_yuan"], ended["points_per_yuan"], ended["offer_id"]) == (10, None, None)


def test_a_gift_is_told_when_set_aside_collected_given_up_and_back(acts, desk, house):
    uow, book = acts.uow, desk.book
    endpoint, elsewhere = (listen(uow, owner, book, GIFTS) for owner in (house, named("another shop")))
    made = gifts.offer_gift(uow, book=book, shop_id=house, title="毛巾", description="", points=30, stock=5)
    uow.session.flush()
    anna = replace(uow, actor=Actor(ANNA, frozenset({Role.RESIDENT})))
    cashier = replace(uow, actor=Actor(FIRST, frozenset({Role.CASHIER}), shop_id=house))
    kept, given_up, left = (reserving.reserve_gift(anna, book=book, gift_id=made.id).reservation for _ in range(3))
    for _ in range(2):
        reserving.cancel_reservation(anna, book=book, reservation_id=given_up.id)
    code = gift_codes.issue_gift_code(anna, book=book, reservation_id=kept.id).code
    collecting.collect_gift(cashier, shown=gift_codes.read_gift_code(code=code))
    for _ in range(2):
        collecting.return_gift(cashier, reservation_id=kept.id)
    reserving.expire_reservations(acts.later(days=3).uow)
    events = told(uow, endpoint)
    assert [(name, data["reservation_id"]) for name, data in events] == [
        *(("gift.reserved", str(each.id)) for each in (kept, given_up, left)),
        ("gift.cancelled", str(given_up.id)),
        ("gift.collected", str(kept.id)),
        ("gift.returned", str(kept.id)),
        ("gift.expired", str(left.id)),
    ]
    for name, data in events:
        assert set(EVENTS[name].fields) <= set(data), name
        assert (data["book"], data["shop_id"], data["gift_id"], data["points"]) == (book, str(house), str(made.id), 30)
        assert str(ANNA) not in json.dumps(data)
    assert [data["state"] for _, data in events[3:]] == ["cancelled", "collected", "returned", "expired"]
    assert told(uow, elsewhere) == []


def test_a_complaint_of_a_gift_is_told_by_its_reservation(acts, desk, house):
    uow, book = acts.uow, desk.book
    endpoint = listen(uow, house, book, MONEY)
    made = gifts.offer_gift(uow, book=book, shop_id=house, title="毛巾", description="", points=30, stock=5)
    uow.session.flush()
    anna = replace(uow, actor=Actor(ANNA, frozenset({Role.RESIDENT})))
    had = reserving.reserve_gift(anna, book=book, gift_id=made.id).reservation
    code = gift_codes.issue_gift_code(anna, book=book, reservation_id=had.id).code
    cashier = replace(uow, actor=Actor(FIRST, frozenset({Role.CASHIER}), shop_id=house))
    collecting.collect_gift(cashier, shown=gift_codes.read_gift_code(code=code))
    filed = complaints.open_gift_complaint(anna, book=book, reservation_id=had.id, kind=ComplaintKind.OTHER, words="x")
    complaints.withdraw_complaint(anna, book=book, complaint_id=filed.id)
    events = told(uow, endpoint)
    assert [name for name, _ in events] == ["dispute.opened", "dispute.closed"]
    for _, data in events:
        assert (data["reservation_id"], data["points"], "redemption_id" in data) == (str(had.id), 30, False)


def test_nobody_hears_of_another_shop_or_book(acts, desk, house):
    other = enrol_shop(acts, 2)
    elsewhere = open_ledger(acts.uow, minted=0)
    deaf = [
        listen(acts.uow, other, desk.book, MONEY + TILLS),
        listen(acts.uow, house, elsewhere.book.code, MONEY),
        listen(acts.uow, house, desk.book, ["test.ping"]),
    ]
    paid = desk.till(house).pay(10)
    desk.on(1).night()
    desk.on(1).dispute(acts.uow.session.query(Settlement).one(), paid.redemption.transaction_id)
    branch = acts.uow.session.get_one(Branch, house)
    terminals.revoke_terminal(acts.uow, branch, terminal_id=enrol(acts.uow, branch).terminal_id, reason="lost")
    assert [names(acts.uow, each) for each in deaf] == [[], [], []]


def test_a_till_is_told_of_in_every_book_that_listens(client, acts, desk, house):
    """New key, new address, revoked: over HTTP where a till acts. Why it was revoked is nobody's business."""
    elsewhere = open_ledger(acts.uow, minted=0)
    endpoints = [listen(acts.uow, house, book, TILLS) for book in (desk.book, elsewhere.book.code)]
    branch = acts.uow.session.get_one(Branch, house)
    pen, new = enrol(acts.uow, branch), Pen()
    proof = new.sign(f"LINLI-ROTATE\n{pen.terminal_id}\n{new.public}\n".encode())
    body = {"algorithm": new.algorithm, "public_key": new.public, "proof": proof}
    rotated = pen.send(client, "POST", f"{ME}/keys", body)
    assert rotated.status_code == 201, rotated.text
    new = replace(new, at=pen.at, serial=rotated.json["serial"])
    for address in ("127.0.0.1", "203.0.113.9", "203.0.113.9"):
        answer = client.get(ME, headers=new.headers("GET", ME), environ_base={"REMOTE_ADDR": address})
        assert answer.status_code == 200
    terminals.revoke_terminal(acts.uow, branch, terminal_id=pen.terminal_id, reason="Anna took it")
    for endpoint, book in zip(endpoints, (desk.book, elsewhere.book.code), strict=True):
        events = told(acts.uow, endpoint)
        assert [name for name, _ in events] == ["terminal.rotated", "terminal.new_address", "terminal.revoked"]
        assert {(data["book"], data["terminal_id"]) for _, data in events} == {(book, str(pen.terminal_id))}
        assert events[0][1]["serial"] == events[1][1]["serial"] == new.serial
        assert events[1][1]["address"] == "203.0.113.9"
        assert "Anna" not in json.dumps(events)
