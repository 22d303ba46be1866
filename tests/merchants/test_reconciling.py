"""A statement held against a till: each line by the shop's own numbers, and what is kept back with why."""

from io import BytesIO
from uuid import UUID

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from app.kernel.actor import Role
from tests.merchants.counter import Counter, offer
from tests.merchants.owner import Owner
from tests.merchants.test_gifts_judged import collect, give_back, put, reserve
from tests.points.api import refused
from tests.points.ledger import ANNA, named

HOSTILE = "@SUM-1"
"""A till may call a payment so; a spreadsheet must not reckon with it."""
LONG = "R" + "9" * 31


@pytest.fixture
def counter(api, acts, shop):
    acts.award(ANNA, 20_000)
    offer(acts.uow, acts.book.code, shop.id)
    return Counter.at(api, acts.uow, shop.id)


@pytest.fixture
def owner(api, acts, shop):
    return Owner.of(api, acts.uow, shop.id)


@pytest.fixture
def stated(api, acts, counter, shop):
    """Of one day: a payment given back in part, one undone, a gift handed out, one that came back."""
    counter.take(100, number=HOSTILE)
    refund = counter.refund(HOSTILE, 30, LONG)
    assert refund.status_code == 201, refund.text
    counter.take(50, number="T-2")
    assert counter.reverse("T-2").json["state"] == "reversed"
    gift = put(acts, counter, 40)
    kept, back = reserve(counter, gift), reserve(counter, gift)
    for asked in (kept, back):
        assert collect(counter, asked).status_code == 201
    assert give_back(counter, back).status_code == 200
    answer = api.post("/settlements", {"shop_id": str(shop.id), "through": "2026-06-15"})
    assert answer.status_code == 201, answer.text
    return answer.json


WANTED = {
    ("redemption", HOSTILE, None, None, 100),
    ("refund", HOSTILE, LONG, None, -30),
    ("redemption", "T-2", None, None, 50),
    ("refund", "T-2", None, None, -50),
    ("redemption", None, None, "毛巾", 40),
}


def names(lines):
    return [(each["code"], each["out_trade_no"], each["out_refund_no"], each["gift"], each["points"]) for each in lines]


def test_each_line_has_the_number_the_till_knows_for_whoever_reads_it(api, counter, owner, stated):
    path = f"/settlements/{stated['id']}"
    desk = api.get(path).json["lines"]["items"]
    assert set(names(desk)) >= WANTED
    came_back = [line for line in desk if line["gift"] == "毛巾" and line["points"] == -40]
    assert len(came_back) == 1
    assert len(desk) == 7
    assert owner.get(f"{path}?book={api.book}").json["lines"]["items"] == desk
    assert counter.send("GET", f"{path}?book={api.book}").json["lines"]["items"] == desk


def test_a_till_reads_no_statement_of_another_shop_nor_of_another_book(api, counter, shop, stated):
    for rest in ("", "/kept-back"):
        path = f"/v1/merchant/settlements/{stated['id']}{rest}?book={api.book}"
        mine = api.bearer(Role.CASHIER, book=api.book, shop_id=shop.id)
        assert api.client.get(path, headers=mine).status_code == 200
        for who in (
            api.bearer(Role.CASHIER, book=api.book, shop_id=UUID(int=5)),
            api.bearer(Role.CASHIER, book="elsewhere", shop_id=shop.id),
        ):
            assert refused(api.client.get(path, headers=who)) == (
                404,
                "merchants.settlement_missing",
                ["settlement_id"],
            )


def test_the_files_carry_the_numbers_and_no_formula(api, owner, stated):
    path = f"/settlements/{stated['id']}/statement"
    content = owner.get(f"{path}.xlsx?book={api.book}").data
    assert content == api.get(f"{path}.xlsx").data == api.get(f"{path}.xlsx").data
    rows = [[cell.value for cell in row] for row in load_workbook(BytesIO(content)).worksheets[0]]
    at = rows[0].index("商户单号")
    assert rows[0][at:] == ["商户单号", "商户退款单号", "礼品", "交易号"]
    assert {tuple(row[at : at + 3]) for row in rows[1:]} == {
        (f"'{HOSTILE}", None, None),
        (f"'{HOSTILE}", LONG, None),
        ("T-2", None, None),
        (None, None, "毛巾"),
    }
    printed = owner.get(f"{path}.pdf?book={api.book}")
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(printed.data)).pages)
    transactions = [line["transaction_id"] for line in api.get(f"/settlements/{stated['id']}").json["lines"]["items"]]
    for each in (HOSTILE, LONG, "T-2", "毛巾", *transactions):
        assert each in text
    stranger = owner.get(f"{path}.pdf?book={api.book}", who=named("stranger"))
    assert refused(stranger) == (404, "merchants.merchant_missing", ["merchant_id"])


def test_a_line_that_is_kept_back_is_named_with_why_to_owner_and_till(api, counter, owner, stated):
    path = f"/settlements/{stated['id']}"
    line = next(each for each in api.get(path).json["lines"]["items"] if each["out_trade_no"] == HOSTILE)
    body = {"transaction_id": line["transaction_id"], "reason": "王大姐说没有收到"}
    assert api.post(f"{path}/disputes", body).status_code == 201
    kept, gift = owner.get(f"{path}/kept-back?book={api.book}").json["items"]
    assert (gift["gift"], gift["cause"], gift["why"]) == ("毛巾", "review", "风控审查")
    assert (kept["out_trade_no"], kept["fen"], kept["cause"], kept["why"], kept["state"]) == (
        HOSTILE,
        700,  # all that was still to be paid
        "desk",
        "社区或店主提出争议",
        "open",
    )
    assert "王大姐" not in str(kept)  # what somebody typed may name people
    assert counter.send("GET", f"{path}/kept-back?book={api.book}").json["items"] == [kept, gift]
    english = owner.get(f"{path}/kept-back?book={api.book}", lang="en").json["items"][0]["why"]
    assert english == "Doubted by the desk or the owner"
    shown = owner.get(f"{path}?book={api.book}").json["lines"]["items"]
    doubts = {each["transaction_id"]: each["kept_back"] for each in shown}
    for each in (kept, gift):
        assert doubts.pop(each["transaction_id"])["dispute_id"] == each["dispute_id"]
    assert set(doubts.values()) == {None}
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(api.get(f"{path}/statement.pdf").data)).pages)
    assert text.count(f"商户单号 {HOSTILE}") == 3  # its payment, its refund, and what is kept back
