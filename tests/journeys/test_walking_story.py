"""The main job of Linli from beginning to end, over HTTP: earn, hold, redeem, refund, expire, settle, balance."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from app.kernel.actor import Role
from app.points import queries as points_queries
from app.points import service as points
from tests.points import invariants
from tests.points.api import Api
from tests.points.ledger import Ledger, named
from tests.points.programme import publish

BOOK = "journey"
ANNA, BORIS, SPONSOR = named("anna"), named("boris"), named("street office")
MONDAY = datetime.fromisoformat("2026-06-15T10:00:00+08:00")


@pytest.fixture
def book_id(uow):
    made = points.create_book(uow, code=BOOK, name="美丽华都", currency_name="积分", validity_months=12)
    uow.session.commit()
    return made.id


def two_people_publish_rules(uow, budget):
    ledger = Ledger(points_queries.get_book(uow.session, BOOK), UUID(budget))
    publish(uow, ledger, "hours", "minutes // 30 * 10")
    publish(uow, ledger, "event", "chosen")
    publish(uow, ledger, "report.valid", "10 * events")


@pytest.fixture
def at(client, bearer, book_id):
    """The API `days` and `minutes` after Monday, ten o'clock."""

    def moment(days: int = 0, minutes: int = 0) -> Api:
        return Api(client, bearer, BOOK, at=(MONDAY + timedelta(days=days, minutes=minutes)).isoformat())

    return moment


def made(answer):
    assert answer.status_code in {200, 201}, answer.text
    return answer.json


def available(api, who):
    return made(api.get("/passbook", Role.RESIDENT, person_id=who))["available"]


def test_a_neighbourhood_earns_spends_and_settles(at, uow, book_id):
    monday = at()
    budget = open_the_till(monday)
    two_people_publish_rules(uow, budget)
    shop = made(monday.post("/shops", {"name": "忠义面馆", "street": "忠义街"}))["id"]
    till = {"shop_id": UUID(shop)}

    # paper passbooks come over, good to the month's end
    taken = made(
        monday.post(
            "/opening-balances",
            {
                "budget_id": budget,
                "rows": [
                    {"resident_id": str(ANNA), "points": 30, "expires_on": "2026-06-30", "passbook_no": "0001"},
                    {"resident_id": str(BORIS), "points": 5, "expires_on": "2026-06-30", "passbook_no": "0002"},
                ],
            },
        )
    )
    assert taken["taken_over"] == 2

    # Tuesday: volunteering, one by one and as a roster
    tuesday = at(days=1)
    one = {
        "resident_id": str(ANNA),
        "rule": "hours",
        "activity": "楼道清扫",
        "minutes": 60,
        "performed_on": "2026-06-16",
    }
    assert made(tuesday.post("/awards", one, Role.COORDINATOR))["points"] == 20
    roster = {
        "rule": "event",
        "activity": "河道巡查",
        "performed_on": "2026-06-15",
        "awards": [{"resident_id": str(who), "chosen_points": 10, "minutes": 90} for who in (ANNA, BORIS)],
    }
    assert made(tuesday.post("/awards/batch", roster, Role.COORDINATOR))["awarded"] == 2

    # Wednesday: Boris reports two problems, one is accepted
    report_two_problems(at(days=2))
    assert (available(at(days=2), ANNA), available(at(days=2), BORIS)) == (60, 25)

    # Thursday: Anna pays 45 of the 50 held, and brings some of it back twice; Boris walks away
    pay_at_the_till(at(days=3), till)
    assert (available(at(days=3), ANNA), available(at(days=3), BORIS)) == (60 - 45 + 12, 25)

    # July: Anna had spent her old points first; Boris's lapse, and their money returns to the street office
    july = at(days=16)
    assert (available(july, ANNA), available(july, BORIS)) == (15 + 12, 20)
    run = made(july.post("/expiry-runs", {}))
    assert (run["points"], run["fen"], run["more"]) == (5, 50, False)

    settle(july, shop)

    trial = made(july.get("/trial-balance", Role.AUDITOR))
    assert trial["balanced"] is True
    assert trial["sums"] == {"points": 0, "fen": 0}
    balances = {row["kind"]: row["balance"] for row in trial["rows"]}
    assert balances["merchant_points"] == 33
    assert balances["merchant_payable"] == 0
    assert balances["bank"] == -(1_000_000 - 33 * 10)
    assert invariants.list_wrongs(invariants.fetch_in(uow.session), book_id) == []


def open_the_till(api):
    """The street office pays in 10,000 yuan; half of it stands behind 50,000 points of 10 fen."""
    made(api.post(f"/sponsors/{SPONSOR}/funding", {"amount_fen": 1_000_000, "bank_reference": "ICBC-1"}))
    budget = made(api.post("/budgets", {"sponsor_id": str(SPONSOR), "name": "志愿服务", "point_value_fen": 10}))["id"]
    assert api.mint(budget, 50_000).json["payload"]["cost_fen"] == 500_000
    return budget


def report_two_problems(api):
    filed = [
        made(api.post("/reports", {"text": text, "place": "3号楼"}, Role.RESIDENT, person_id=BORIS))["id"]
        for text in ("路灯不亮", "邻居太吵")
    ]
    accepted = made(api.post(f"/reports/{filed[0]}/accept", {}, Role.CLERK))
    assert (accepted["state"], accepted["points"]) == ("accepted", 10)
    rejected = made(api.post(f"/reports/{filed[1]}/reject", {"reason": "请先与邻居沟通"}, Role.CLERK))
    assert rejected["state"] == "rejected"
    assert api.walk("/reports?state=filed", Role.CLERK, limit=10) == []


def pay_at_the_till(api, till):
    """Anna's payment is captured in part and refunded twice; Boris's is reversed."""
    code = made(api.post("/passbook/codes", {}, Role.RESIDENT, person_id=ANNA))["code"]
    order = {"code": code, "points": 50, "out_trade_no": "T-1"}
    payment = made(api.post("/payments", order, Role.CASHIER, **till))
    assert payment["state"] == "held"
    assert available(api, ANNA) == 10
    assert made(api.post("/payments", order, Role.CASHIER, **till))["id"] == payment["id"]
    place = f"/payments/{payment['id']}"
    assert made(api.post(f"{place}/capture", {"points": 45}, Role.CASHIER, **till))["state"] == "captured"
    for number, back in (("R-1", 5), ("R-2", 7), ("R-2", 7)):
        refund = {"points": back, "out_refund_no": number}
        assert made(api.post(f"{place}/refunds", refund, Role.CASHIER, **till))["state"] == "refunded"

    code = made(api.post("/passbook/codes", {}, Role.RESIDENT, person_id=BORIS))["code"]
    order = {"code": code, "points": 25, "out_trade_no": "T-2"}
    other = made(api.post("/payments", order, Role.CASHIER, **till))
    assert made(api.post(f"/payments/{other['id']}/reverse", {}, Role.CASHIER, **till))["state"] == "reversed"

    shown = made(api.get("/payments?out_trade_no=T-1", Role.CASHIER, **till))["items"]
    assert [(item["captured_points"], item["refunded_points"]) for item in shown] == [(45, 12)]


def settle(api, shop):
    """June is settled and paid, each of them once."""
    terms = made(api.post("/payout-terms", {"terms": {"new_shop_days": 0}}))
    made(api.post(f"/payout-terms/{terms['id']}/approve", {}, name="deputy"))
    june = {"shop_id": shop, "through": "2026-06-30"}
    stated = made(api.post("/settlements", june))
    assert (stated["line_count"], stated["points"], stated["fen"]) == (3, 33, 330)
    assert made(api.post("/settlements", june)) == stated
    lines = made(api.get(f"/settlements/{stated['id']}", Role.AUDITOR))["lines"]["items"]
    assert [(line["code"], line["points"], line["fen"]) for line in lines] == [
        ("redemption", 45, 450),
        ("refund", -5, -50),
        ("refund", -7, -70),
    ]
    made(api.post(f"/settlements/{stated['id']}/approve", {}, name="deputy"))
    paid = made(api.post(f"/settlements/{stated['id']}/pay", {"bank_reference": "ICBC-2"}, name="deputy"))
    assert paid["state"] == "paid"
    assert made(api.post(f"/settlements/{stated['id']}/pay", {"bank_reference": "ICBC-2"}, name="deputy")) == paid
    assert api.post("/settlements", {"shop_id": shop, "through": "2026-07-01"}).status_code == 409
