"""A night of many statements: found by their state, signed in one request, each with its own outcome; paid by hand."""

import pytest

from app.merchants import errors
from app.merchants.errors import office
from app.merchants.models import MerchantPerson, Settlement
from app.merchants.service import paying
from tests.fixtures.together import alone, together
from tests.merchants.settled import FIRST, SECOND, Desk, by, enrol_shop
from tests.points.api import Api, refused
from tests.points.ledger import ANNA, BORIS, Acts, named, open_ledger


@pytest.fixture
def shops(acts):
    acts.award(ANNA, 100)
    desk = Desk(acts)
    made = [enrol_shop(acts, number) for number in (1, 2, 3)]
    for shop in made:
        desk.till(shop).pay(10)
    desk.on(1).night()
    return made


@pytest.fixture
def night(api, shops):
    """The desk on the morning after, and the statements by shop."""
    tomorrow = Api(api.client, api.bearer, api.book, at="2026-06-16T10:00:00+08:00")
    stated = {each["shop_id"]: each["id"] for each in tomorrow.walk("/settlements?state=stated", limit=2)}
    return tomorrow, [stated[str(shop)] for shop in shops]


def outcomes(answer):
    assert answer.status_code == 200, answer.text
    return {each["settlement_id"]: each["code"] or each["state"] for each in answer.json["items"]}


def test_statements_are_found_by_state_and_signed_in_one_request_each(night):
    desk, ids = night
    checked = desk.post("/settlements/check", {"settlement_ids": ids}, name="one", key="k-1")
    assert set(outcomes(checked).values()) == {"stated"}
    assert [each["done"] for each in checked.json["items"]] == [True] * 3
    assert desk.post("/settlements/check", {"settlement_ids": ids}, name="one", key="k-1").json == checked.json
    approved = desk.post("/settlements/approve", {"settlement_ids": [*ids, ids[0]]}, name="two")
    assert outcomes(approved) == dict.fromkeys(ids, "approved")
    assert desk.walk("/settlements?state=stated", limit=9) == []
    assert {each["id"] for each in desk.walk("/settlements?state=approved", limit=2)} == set(ids)
    assert refused(desk.get("/settlements?state=nonsense")) == (422, "web.invalid", ["state"])


def test_what_cannot_be_signed_holds_up_nothing_else_and_says_why(acts, night, shops):
    desk, ids = night
    mine, same, unchecked, missing = *ids, str(named("no settlement"))
    registration = MerchantPerson(
        id=acts.uow.new_id(),
        merchant_id=acts.uow.session.connection()
        .exec_driver_sql("SELECT merchant_id FROM merchants_branches WHERE id = %s", (shops[0],))
        .scalar_one(),
        kind="owner",
        name="赵掌柜",
        person_id=named("a treasurer with a shop"),
        registered_by=FIRST,
        registered_at=acts.uow.now,
    )
    acts.uow.session.add(registration)
    acts.uow.session.flush()
    who = {"person_id": named("a treasurer with a shop"), "name": "three"}
    checked = desk.post("/settlements/check", {"settlement_ids": [mine, same, missing]}, **who)
    assert outcomes(checked) == {mine: errors.OwnBusiness.code, same: "stated", missing: errors.SettlementMissing.code}
    english = desk.post("/settlements/approve", {"settlement_ids": [same, unchecked]}, lang="en", **who)
    assert outcomes(english) == {same: errors.ApproveBySame.code, unchecked: errors.NotChecked.code}
    assert english.json["items"][0]["detail"].startswith("Whoever checked a settlement")
    assert outcomes(desk.post("/settlements/approve", {"settlement_ids": [same]}, name="two")) == {same: "approved"}
    again = desk.post("/settlements/check", {"settlement_ids": [same]}, name="two")
    assert outcomes(again) == {same: errors.SettlementDecided.code}
    assert refused(desk.post("/settlements/check", {"settlement_ids": []})) == (
        422,
        "web.invalid",
        ["settlement_ids"],
    )


def test_two_who_sign_the_same_ones_the_other_way_round_wait_and_both_are_answered(real_commits):
    def trade(uow):
        ledger = open_ledger(uow)
        acts = Acts(uow, ledger)
        acts.award(ANNA, 100)
        desk = Desk(acts)
        for number in (1, 2):
            desk.till(enrol_shop(acts, number)).pay(10)
        desk.on(1).night()
        return desk.book, [each.id for each in uow.session.query(Settlement).all()]

    book, ids = alone(trade)
    one = lambda uow: paying.check_settlements(by(uow, FIRST), book=book, settlement_ids=ids)  # noqa: E731 - an act
    two = lambda uow: paying.check_settlements(by(uow, SECOND), book=book, settlement_ids=ids[::-1])  # noqa: E731 - an act
    signed = together(real_commits, one, two, gate="merchants_settlements")
    assert [[each.refusal for each in many] for many in signed] == [[None, None]] * 2


def test_attack_30_nobody_pays_by_hand_what_he_checked_nor_past_the_file(acts, night, till):
    desk, ids = night
    desk.post("/settlements/check", {"settlement_ids": ids}, name="one")
    desk.post("/settlements/approve", {"settlement_ids": ids}, name="two")
    pay = {"bank_reference": "HAND"}
    verified = desk.post(f"/settlements/{ids[0]}/pay", pay, name="two")
    assert refused(verified) == (409, office.PaidThroughBank.code, [])
    acts.award(BORIS, 100)
    till.pay(10, BORIS)
    unverified = desk.post("/settlements", {"shop_id": str(till.shop_id), "through": "2026-06-15"}, name="one").json
    assert desk.post(f"/settlements/{unverified['id']}/approve", {}, name="two").status_code == 200
    path = f"/settlements/{unverified['id']}/pay"
    assert refused(desk.post(path, pay, name="one")) == (403, office.PaidBySame.code, [])
    assert desk.post(path, pay, name="two").json["state"] == "paid"
