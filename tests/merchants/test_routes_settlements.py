"""Settlements over HTTP: for the desk, for auditors, and for shops."""

from hashlib import sha256
from io import BytesIO
from uuid import UUID

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from app.kernel.actor import Role
from app.merchants import service
from app.merchants.models import MerchantPerson
from tests.merchants.settled import enrol_shop
from tests.merchants.test_routes import at_till, captured, code, payment
from tests.merchants.till import Till
from tests.points.api import Api, refused
from tests.points.ledger import ANNA, named

__all__ = ["at_till", "captured", "code", "payment"]

CASHIER, RESIDENT, TREASURER, AUDITOR = Role.CASHIER, Role.RESIDENT, Role.TREASURER, Role.AUDITOR


@pytest.fixture
def settlement(api, captured, shop):
    answer = api.post("/settlements", {"shop_id": str(shop.id), "through": "2026-06-15"})
    assert answer.status_code == 201, answer.text
    return answer.json


def test_a_settlement_is_answered_listed_and_shown(api, settlement, captured, shop):
    assert settlement == {
        "id": settlement["id"],
        "shop_id": str(shop.id),
        "through": "2026-06-15",
        "line_count": 1,
        "points": 60,
        "fen": 600,
        "released_fen": 0,
        "reserve_fen": 0,
        "disputed_fen": 0,
        "payable_fen": 600,
        "payable_on": "2026-06-16",
        "reserve_until": None,
        "digest": settlement["digest"],
        "state": "stated",
        "stated_by": settlement["stated_by"],
        "stated_at": "2026-06-15T10:00:00+08:00",
        "checked_by": settlement["stated_by"],
        "checked_at": "2026-06-15T10:00:00+08:00",
        "approved_by": None,
        "approved_at": None,
        "payout_id": None,
        "failure": None,
        "failed_at": None,
        "bank_reference": None,
        "paid_by": None,
        "paid_at": None,
        "transaction_id": None,
    }
    for role in (TREASURER, AUDITOR):
        assert api.walk(f"/settlements?shop_id={shop.id}", role, limit=5) == [settlement]
        shown = api.get(f"/settlements/{settlement['id']}", role)
        assert shown.json["settlement"] == settlement
        assert shown.json["lines"]["items"] == [
            {
                "transaction_id": captured["transaction_id"],
                "code": "redemption",
                "out_trade_no": captured["out_trade_no"],
                "out_refund_no": None,
                "gift": None,
                "points": 60,
                "fen": 600,
                "discount_fen": None,
                "borne_by_shop_fen": None,
                "recorded_at": "2026-06-15T10:00:00+08:00",
                "kept_back": None,
            }
        ]


def approved(api, settlement):
    """The second signature; then it is tomorrow."""
    answer = api.post(f"/settlements/{settlement['id']}/approve", {}, name="deputy")
    assert (answer.status_code, answer.json["state"]) == (200, "approved"), answer.text
    return Api(api.client, api.bearer, api.book, at="2026-06-16T10:00:00+08:00")


def test_a_settlement_is_signed_by_two_and_paid_once(api, settlement):
    assert refused(api.post(f"/settlements/{settlement['id']}/approve", {})) == (403, "merchants.approve_by_same", [])
    tomorrow = approved(api, settlement)
    early = api.post(f"/settlements/{settlement['id']}/pay", {"bank_reference": "ICBC-1"}, name="deputy")
    assert refused(early) == (409, "merchants.payout_early", [])
    paid = tomorrow.post(f"/settlements/{settlement['id']}/pay", {"bank_reference": "ICBC-1"}, name="deputy")
    assert (paid.status_code, paid.json["state"], paid.json["bank_reference"]) == (200, "paid", "ICBC-1")
    assert (
        tomorrow.post(f"/settlements/{settlement['id']}/pay", {"bank_reference": "ICBC-1"}, name="deputy").json
        == paid.json
    )
    other = tomorrow.post(f"/settlements/{settlement['id']}/pay", {"bank_reference": "ICBC-2"}, name="deputy")
    assert refused(other) == (409, "merchants.already_paid", ["bank_reference"])


def test_a_statement_is_verified_and_taken_away_as_files(api, settlement):
    path = f"/settlements/{settlement['id']}"
    verified = api.get(f"{path}/verify", AUDITOR).json
    assert (verified["is_equal"], verified["digest"]) == (True, verified["rebuilt_digest"])
    assert verified["digest"] == settlement["digest"]
    for kind in ("xlsx", "pdf"):
        for lang in ("zh-CN", "en"):
            first, again = (api.get(f"{path}/statement.{kind}", AUDITOR, lang=lang) for _ in range(2))
            assert first.status_code == 200
            assert first.data == again.data
    book = load_workbook(BytesIO(api.get(f"{path}/statement.xlsx").data))
    assert [cell.value for cell in book.worksheets[0][2]][1:6] == ["兑换", 60, 6, None, None]
    overview = {row[0].value: row[1].value for row in book.worksheets[1]}
    assert (overview["实付(元)"], overview["校验值"]) == ("6.00", settlement["digest"])
    page = PdfReader(BytesIO(api.get(f"{path}/statement.pdf", lang="en").data)).pages[0].extract_text()
    assert "Statement of settlement" in page
    assert "6.00" in page


def test_no_cell_of_a_statement_acts_as_a_formula(api, acts):
    acts.award(ANNA, 100)
    shop = service.open_shop(acts.uow, book=api.book, name="=1+1", street="忠义街")
    till = Till(acts.uow, api.book, shop.id)
    till.pay(5)
    stated = till.settle()
    acts.uow.session.flush()
    book = load_workbook(BytesIO(api.get(f"/settlements/{stated.id}/statement.xlsx").data))
    cells = [cell for sheet in book.worksheets for row in sheet for cell in row]
    assert "'=1+1" in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells} <= {"s", "n"}


def test_a_line_is_disputed_and_closed(api, settlement, captured):
    body = {"transaction_id": captured["transaction_id"], "reason": "货不对板"}
    refused_to = api.post(f"/settlements/{settlement['id']}/disputes", body, AUDITOR)
    assert refused(refused_to) == (403, "web.role_denied", [])  # who audits changes nothing
    opened = api.post(f"/settlements/{settlement['id']}/disputes", body, name="deputy")
    assert (opened.status_code, opened.json["state"], opened.json["fen"]) == (201, "open", 600)
    assert api.walk("/settlement-disputes", AUDITOR, limit=1) == [opened.json]
    assert api.get(f"/settlements/{settlement['id']}").json["settlement"]["payable_fen"] == 0
    path = f"/settlements/{settlement['id']}/statement"
    kept = load_workbook(BytesIO(api.get(f"{path}.xlsx").data)).worksheets[2]
    shown = [[cell.value for cell in row] for row in kept]
    assert shown[0][:4] == ["暂扣时间", "暂扣明细", "金额(元)", "原因"]
    assert shown[1][1:] == ["本期暂扣", 6, "社区或店主提出争议", "待定", "T-1", None, None, captured["transaction_id"]]
    printed = PdfReader(BytesIO(api.get(f"{path}.pdf", lang="en").data)).pages[0].extract_text()
    assert "Doubted by the desk or the owner" in printed
    assert api.get(f"{path}.xlsx").data == api.get(f"{path}.xlsx").data
    close = f"/settlement-disputes/{opened.json['id']}/close"
    wrong = api.post(close, {"outcome": "open", "reason": "x"})
    assert refused(wrong) == (422, "web.invalid", ["outcome"])
    early = api.post(close, {"outcome": "for_resident", "reason": "x"})
    assert refused(early) == (409, "merchants.dispute_not_refunded", ["outcome"])
    assert api.post(close, {"outcome": "for_shop", "reason": "x"}).json["state"] == "for_shop"
    assert api.walk("/settlement-disputes", limit=5) == []
    assert api.get("/settlement-findings", AUDITOR).json == {"items": [], "next_cursor": None}


def test_attack_32_a_shop_keeps_no_line_that_was_decided_for_the_resident(api, settlement, captured, shop):
    """One fen taken off for anything else is not enough: two people take off all of it, for this dispute by name."""
    body = {"transaction_id": captured["transaction_id"], "reason": "货不对板"}
    opened = api.post(f"/settlements/{settlement['id']}/disputes", body, name="deputy").json
    path = f"/settlement-disputes/{opened['id']}"
    small = api.post("/adjustments", {"shop_id": str(shop.id), "fen": -1, "reason": "多记"}).json
    api.post(f"/proposals/{small['id']}/approve", {}, name="deputy")
    for_resident = {"outcome": "for_resident", "reason": "x"}
    early = api.post(f"{path}/close", for_resident)
    assert refused(early) == (409, "merchants.dispute_not_refunded", ["outcome"])
    over = api.post(f"{path}/adjustments", {"fen": -601, "reason": "x"})
    assert refused(over) == (409, "merchants.adjustment_over", ["fen"])
    assert refused(api.post(f"{path}/adjustments", {"fen": 5, "reason": "x"})) == (422, "web.invalid", ["fen"])
    asked = api.post(f"{path}/adjustments", {"fen": -600, "reason": "假交易"})
    assert (asked.status_code, asked.json["fen"], asked.json["state"]) == (201, -600, "open")
    again = api.post(f"{path}/adjustments", {"fen": -1, "reason": "x"})
    assert refused(again) == (409, "merchants.adjustment_over", ["fen"])  # what waits counts
    assert refused(api.post(f"{path}/close", for_resident))[1] == "merchants.dispute_not_refunded"
    api.post(f"/proposals/{asked.json['proposal_id']}/approve", {}, name="deputy")
    assert api.post(f"{path}/close", for_resident).json["state"] == "for_resident"


def test_terms_of_payout(api, shop):
    made = api.post("/payout-terms", {"shop_id": str(shop.id), "terms": {"payout_days": 3, "reserve_percent": 20}})
    assert made.status_code == 201
    assert (made.json["payout_days"], made.json["reserve_percent"], made.json["new_shop_days"]) == (3, 20, 30)
    assert api.walk("/payout-terms", AUDITOR, limit=5)[0] == made.json
    path = f"/payout-terms/{made.json['id']}/approve"
    assert refused(api.post(path, {})) == (403, "merchants.terms_by_same", [])
    approved_ = api.post(path, {}, name="deputy")
    assert (approved_.status_code, approved_.json["approved_at"]) == (200, "2026-06-15T10:00:00+08:00")
    assert refused(api.post(path, {}, name="third")) == (409, "merchants.terms_decided", [])
    assert refused(api.post(f"/payout-terms/{named('x')}/approve", {})) == (
        404,
        "merchants.payout_terms_missing",
        ["terms_id"],
    )
    for field, value in (("payout_days", 61), ("reserve_percent", 51), ("reserve_days", 0)):
        wrong = api.post("/payout-terms", {"terms": {field: value}})
        assert refused(wrong) == (422, "web.invalid", [f"terms.{field}"])


def test_a_file_for_the_bank_and_its_answer(api, acts, session):
    shop_id = enrol_shop(acts, 1)
    acts.award(ANNA, 100)
    Till(acts.uow, api.book, shop_id).pay(60)
    session.flush()
    stated = api.post("/settlements", {"shop_id": str(shop_id), "through": "2026-06-15"}).json
    tomorrow = approved(api, stated)
    assert refused(api.post("/payouts", {})) == (409, "merchants.payout_empty", [])
    made = tomorrow.post("/payouts", {})
    assert (made.status_code, made.json["skipped"], made.json["payout"]["fen"]) == (201, [], 600)
    path = f"/payouts/{made.json['payout']['id']}"
    gbk, utf = (tomorrow.get(f"{path}/bank.csv?encoding={encoding}").data for encoding in ("gbk", "utf-8"))
    assert gbk.decode("gbk") == utf.decode()
    assert sha256(utf).hexdigest() == made.json["payout"]["digest"]
    assert "6222020200012345001,忠义餐饮有限公司,工商银行,6.00,积分结算,000001-0001" in utf.decode()
    assert refused(tomorrow.get(f"{path}/bank.csv", AUDITOR)) == (403, "web.role_denied", [])
    answer = "客户流水号,结果,失败原因,银行流水号\n000001-0001,成功,,B1\n".encode("gbk")
    for counts in ({"paid": 1, "unchanged": 0}, {"paid": 0, "unchanged": 1}):
        told = upload(tomorrow, f"{path}/result", answer)
        assert told.json == {"failed": 0, "waiting": 0} | counts, told.text
    bad = upload(tomorrow, f"{path}/result", answer.replace(b",B1", b","))
    assert refused(bad) == (422, "merchants.result_unreadable", ["content"])
    sheet = tomorrow.get(path, AUDITOR).json
    assert [(line["state"], line["bank_reference"]) for line in sheet["lines"]["items"]] == [("paid", "B1")]
    assert tomorrow.walk("/payouts", AUDITOR, limit=1) == [made.json["payout"]]


def upload(api, path, content, **who):
    headers = api.bearer(TREASURER, book=api.book, **who) | {"Linli-Demo-Clock": api.at}
    return api.client.post(f"/v1/books/{api.book}{path}", data=content, content_type="text/csv", headers=headers)


def test_an_adjustment_takes_two(api, shop):
    made = api.post("/adjustments", {"shop_id": str(shop.id), "fen": -30, "reason": "多记"})
    assert (made.status_code, made.json["kind"], made.json["title"]) == (201, "adjustment", "商户应付款调整")
    own = api.post(f"/proposals/{made.json['id']}/approve", {})
    assert refused(own) == (403, "points.proposal_own", ["proposal_id"])
    assert api.post(f"/proposals/{made.json['id']}/approve", {}, name="deputy").json["state"] == "approved"
    nothing = api.post("/adjustments", {"shop_id": str(shop.id), "fen": 0, "reason": "x"})
    assert refused(nothing) == (422, "points.adjustment_zero", ["fen"])
    away = api.post("/adjustments", {"shop_id": str(named("x")), "fen": 1, "reason": "x"})
    assert refused(away) == (404, "points.adjusted_shop_missing", ["shop_id"])


# --- the shop's own


def test_a_shop_sees_its_own_settlements(api, settlement, shop, at_till):
    headers = api.bearer(CASHIER, book=api.book, **at_till)
    told = api.client.get("/v1/merchant/settlements", headers=headers).json
    assert [(item["book"], item["settlement"]["id"]) for item in told["items"]] == [(api.book, settlement["id"])]
    assert "stated_by" not in told["items"][0]["settlement"]
    elsewhere = api.bearer(CASHIER, book=api.book, shop_id=UUID(int=5))
    assert api.client.get("/v1/merchant/settlements", headers=elsewhere).json["items"] == []


def test_an_owner_sees_and_disputes_his_own(api, acts, settlement, captured, shop):
    acts.uow.session.flush()
    owner, stranger = named("owner"), named("stranger")
    acts.uow.session.add(
        MerchantPerson(
            id=acts.uow.new_id(),
            merchant_id=shop.id,
            kind="owner",
            name="赵掌柜",
            person_id=owner,
            registered_by=owner,
            registered_at=acts.uow.now,
        )
    )
    acts.uow.session.flush()
    path = f"/v1/me/merchants/{shop.id}"

    def ask(method, rest, who=owner, **sent):
        headers = api.bearer(Role.PERSON, person_id=who) | {"Linli-Demo-Clock": api.at}
        return api.client.open(f"{path}{rest}", method=method, headers=headers, **sent)

    told = ask("GET", "/settlements").json["items"]
    assert [(item["book"], item["settlement"]["fen"]) for item in told] == [(api.book, 600)]
    shown = ask("GET", f"/settlements/{settlement['id']}?book={api.book}").json
    assert [line["fen"] for line in shown["lines"]["items"]] == [600]
    body = {
        "book": api.book,
        "settlement_id": settlement["id"],
        "transaction_id": captured["transaction_id"],
        "reason": "少算",
    }
    assert refused(ask("POST", "/settlement-disputes", stranger, json=body))[0] == 404
    assert refused(ask("GET", "/settlements", stranger))[0] == 404
    assert ask("POST", "/settlement-disputes", json=body).json["fen"] == 600
    other = service.open_shop(acts.uow, book=api.book, name="别家", street="忠义街")
    Till(acts.uow, api.book, other.id).pay(5)
    theirs = Till(acts.uow, api.book, other.id).settle()
    acts.uow.session.flush()
    missing = ask("GET", f"/settlements/{theirs.id}?book={api.book}")
    assert refused(missing) == (404, "merchants.settlement_missing", ["settlement_id"])


def test_what_cannot_be_settled(api, settlement, shop):
    nothing = api.post("/settlements", {"shop_id": str(shop.id), "through": "2026-06-14"})
    assert refused(nothing) == (409, "merchants.nothing_to_settle", [])
    future = api.post("/settlements", {"shop_id": str(shop.id), "through": "2026-06-16"})
    assert refused(future) == (422, "merchants.through_in_future", ["through"])
    missing = api.post("/settlements", {"shop_id": str(named("no shop")), "through": "2026-06-15"})
    assert refused(missing) == (404, "merchants.shop_missing", ["shop_id"])
    nowhere = api.get(f"/settlements/{named('nothing')}")
    assert refused(nowhere) == (404, "merchants.settlement_missing", ["settlement_id"])
    for no_day in ("9999-99-99", "0001-01-01", "9999-12-31"):
        wrong = api.post("/settlements", {"shop_id": str(shop.id), "through": no_day})
        assert refused(wrong) == (422, "web.invalid", ["through"])
    first = api.post("/settlements", {"shop_id": str(shop.id), "through": "0002-01-01"})
    assert refused(first) == (409, "merchants.nothing_to_settle", [])
    last = api.post("/settlements", {"shop_id": str(shop.id), "through": "9998-12-31"})
    assert refused(last) == (422, "merchants.through_in_future", ["through"])


def test_what_is_carried_over_settles_nothing(api, settlement, captured, shop, at_till):
    api.post(f"/payments/{captured['id']}/refunds", {"points": 5, "out_refund_no": "R"}, CASHIER, **at_till)
    tomorrow = Api(api.client, api.bearer, api.book, at="2026-06-16T10:00:00+08:00")
    answer = tomorrow.post("/settlements", {"shop_id": str(shop.id), "through": "2026-06-16"})
    assert refused(answer) == (409, "merchants.settlement_negative", [])
    assert api.walk("/settlements", limit=5) == [settlement]


# --- who may


def test_roles_are_kept_apart(api, settlement, at_till):
    for answer in (
        api.post("/settlements", {"shop_id": str(named("x")), "through": "2026-06-15"}, AUDITOR),
        api.post(f"/settlements/{settlement['id']}/check", {}, AUDITOR),
        api.post(f"/settlements/{settlement['id']}/approve", {}, AUDITOR),
        api.post(f"/settlements/{settlement['id']}/pay", {"bank_reference": "x"}, AUDITOR),
        api.post("/payouts", {}, AUDITOR),
        api.post("/payout-terms", {"terms": {}}, AUDITOR),
        api.get("/settlements", CASHIER, **at_till),
        api.get(f"/settlements/{settlement['id']}", Role.CLERK),
    ):
        assert refused(answer) == (403, "web.role_denied", [])
