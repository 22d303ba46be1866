"""Whoever owns a shop or works there decides nothing about it at the desk, by whichever way he is known."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import text

from app.infra.vault import vault
from app.kernel.actor import Actor, Role
from app.merchants import errors, service
from app.merchants.models import MerchantPerson
from app.merchants.service import own, papers
from app.risk.terms import Pivot
from tests.merchants.settled import FIRST, SECOND, by, enrol_shop
from tests.merchants.test_papers import PAPERS
from tests.merchants.test_routes import at_till, captured, code, payment
from tests.merchants.test_routes_settlements import approved, upload
from tests.merchants.till import Till
from tests.points.api import refused
from tests.points.ledger import ANNA, named
from tests.risk.facts import Desk as RiskDesk
from tests.risk.facts import rule

__all__ = ["at_till", "captured", "code", "payment"]

OWNER, PHONE = named("an owner who is treasurer as well"), "13711112222"
OWN = (403, "merchants.own_business", [])


@pytest.fixture
def register(acts, shop):
    """Write down who belongs to the shop, now."""

    def write(**who):
        acts.uow.session.add(
            MerchantPerson(
                id=UUID(int=77),
                merchant_id=shop.id,
                name="赵掌柜",
                registered_by=FIRST,
                registered_at=acts.uow.now,
                **{"kind": "owner"} | who,
            )
        )
        acts.uow.session.flush()

    return write


def account(acts, person_id, phone):
    acts.uow.session.execute(
        text(
            "INSERT INTO identity_people (id, name, phone_index, phone_sealed, registered_at)"
            " VALUES (:id, 'x', :phone, :phone, :now)"
        ),
        {"id": person_id, "phone": vault().index(phone, kind="phone"), "now": acts.uow.now},
    )


@pytest.mark.parametrize("known", ["account", "telephone"])
def test_attack_30_an_owner_at_the_desk_decides_nothing_about_his_own_shop(api, acts, shop, captured, register, known):
    """Every act that moves money to a shop, or lets it go on: by him refused, by another done."""
    stated = api.post("/settlements", {"shop_id": str(shop.id), "through": "2026-06-15"}).json
    line = {"transaction_id": captured["transaction_id"], "reason": "x"}
    dispute = api.post(f"/settlements/{stated['id']}/disputes", line, name="deputy").json
    gift = {"shop_id": str(shop.id), "title": "油", "description": "五升", "points": 5, "stock": 1}
    given = api.post("/gifts", gift).json
    waiting = api.post("/payout-terms", {"shop_id": str(shop.id), "terms": {"payout_days": 2}}, name="deputy").json
    enrol = papers.apply_to_enrol(
        by(acts.uow, named("clerk")),
        book=api.book,
        merchant_id=shop.id,
        papers=PAPERS | {"branches": []},
    )
    him = {"person_id": OWNER, "name": "owner"}
    if known == "account":
        register(person_id=OWNER)
    else:
        account(acts, OWNER, PHONE)
        register(phone_index=vault().index(PHONE, kind="phone"), kind="staff")
    suspended = {"state": "suspended", "reason": "x"}
    tries = {
        "/settlements": {"shop_id": str(shop.id), "through": "2026-06-15"},
        f"/settlements/{stated['id']}/check": {},
        f"/settlements/{stated['id']}/approve": {},
        f"/settlements/{stated['id']}/pay": {"bank_reference": "X"},
        f"/settlement-disputes/{dispute['id']}/close": {"outcome": "for_shop", "reason": "x"},
        f"/settlement-disputes/{dispute['id']}/adjustments": {"fen": -1, "reason": "x"},
        f"/shops/{shop.id}/offers": {"terms": {"points_per_yuan": 10, "cofunding_percent": 0}},
        "/gifts": gift,
        f"/gifts/{given['id']}/stock": {"pieces": 1},
        f"/shops/{shop.id}/state": suspended,
        f"/merchants/{shop.id}/state": suspended,
        f"/merchants/{shop.id}/people/{UUID(int=77)}/end": {"reason": "x"},
        f"/merchant-applications/{enrol.id}/review": {},
        f"/merchant-applications/{enrol.id}/approve": {},
        "/payout-terms": {"shop_id": str(shop.id), "terms": {"payout_days": 2}},
        f"/payout-terms/{waiting['id']}/approve": {},
    }
    for path, body in tries.items():
        assert refused(api.post(path, body, **him)) == OWN, path
    assert api.post(f"/settlement-disputes/{dispute['id']}/close", {"outcome": "for_shop", "reason": "x"}).json["state"]
    done = api.post(f"/shops/{shop.id}/state", suspended)
    assert (done.status_code, done.json["state"]) == (200, "suspended")
    resumed = api.post(f"/shops/{shop.id}/state", {"state": "open", "reason": "x"}, **him)
    assert refused(resumed) == OWN


def test_attack_30_an_owner_closes_no_case_about_his_own_shop(api, acts, till, register):
    RiskDesk(acts.uow, acts.book).publish(rule("burst", "points >= 40", 30, pivot=Pivot.SHOP))
    paid = till.pay(40)
    register(person_id=OWNER)
    case_id = acts.uow.session.scalar(
        text("SELECT case_id FROM risk_decisions WHERE id = :id"), {"id": paid.redemption.decision_id}
    )
    path = f"/risk/cases/{case_id}"
    closing = {"revision": 1, "label": "false_positive", "text": "mine"}
    for rest, body in (("take", {}), ("comments", {"text": "x"}), ("close", closing)):
        assert refused(api.post(f"{path}/{rest}", body, person_id=OWNER, name="owner")) == (403, "risk.own_risk", [])
    snooze = f"/risk/decisions/{paid.redemption.decision_id}/snooze"
    silence = {"rule_id": "burst", "days": 9, "reason": "x"}
    assert refused(api.post(snooze, silence, person_id=OWNER, name="owner")) == (403, "risk.own_risk", [])
    assert api.post(snooze, silence).status_code == 201
    assert api.post(f"{path}/take", {}).status_code == 200
    assert api.post(f"{path}/close", closing).status_code == 200


def test_attack_30_an_owner_adjusts_nothing_and_doubts_no_line_of_his_own_shop(api, acts, shop, captured, register):
    """Not alone and not as one of two; and who doubts his own line first leaves none to be doubted by others."""
    adjusting = {"shop_id": str(shop.id), "fen": 500, "reason": "少记"}
    less = api.post("/adjustments", adjusting | {"fen": -500}).json
    stated = api.post("/settlements", {"shop_id": str(shop.id), "through": "2026-06-15"}).json
    line = {"transaction_id": captured["transaction_id"], "reason": "x"}
    him = {"person_id": OWNER, "name": "owner"}
    register(person_id=OWNER)
    assert refused(api.post("/adjustments", adjusting, **him)) == OWN
    assert refused(api.post(f"/proposals/{less['id']}/approve", {}, **him)) == OWN
    assert refused(api.post(f"/proposals/{less['id']}/reject", {"reason": "no"}, **him)) == OWN
    assert refused(api.post(f"/settlements/{stated['id']}/disputes", line, **him)) == OWN
    assert api.post(f"/settlements/{stated['id']}/disputes", line).status_code == 201
    assert api.post(f"/proposals/{less['id']}/approve", {}, name="deputy").json["state"] == "approved"


def test_attack_30_an_owner_puts_his_own_shop_in_no_file_and_takes_in_no_answer_about_it(api, acts, session):
    """What he says failed would be paid again; so a file of his leaves his shop out, and all others are paid."""
    acts.award(ANNA, 200)
    mine, other = (enrol_shop(acts, number) for number in (1, 2))
    for shop_id in (mine, other):
        Till(acts.uow, api.book, shop_id).pay(60)
        session.flush()
        tomorrow = approved(api, api.post("/settlements", {"shop_id": str(shop_id), "through": "2026-06-15"}).json)
    merchant_id = session.scalar(text("SELECT merchant_id FROM merchants_branches WHERE id = :id"), {"id": mine})
    acts.uow.session.add(
        MerchantPerson(
            id=UUID(int=78),
            merchant_id=merchant_id,
            person_id=OWNER,
            kind="owner",
            name="赵掌柜",
            registered_by=FIRST,
            registered_at=acts.uow.now,
        )
    )
    session.flush()
    him = {"person_id": OWNER, "name": "owner"}
    made = tomorrow.post("/payouts", {}, **him)
    assert [each["shop_id"] for each in made.json["skipped"]] == [str(mine)]
    assert [each["why"] for each in made.json["skipped"]] == ["merchants.own_business"]
    assert made.json["payout"]["line_count"] == 1
    assert refused(tomorrow.post("/payouts", {}, **him)) == (409, "merchants.payout_empty", [])
    second = tomorrow.post("/payouts", {}).json["payout"]
    failed = "客户流水号,结果,失败原因,银行流水号\n000002-0001,失败,账号不符,\n".encode()
    told = upload(tomorrow, f"/payouts/{second['id']}/result", failed, **him)
    assert refused(told) == (403, "merchants.result_own", ["content"])
    assert "000002-0001" in told.json["detail"]
    ok = "客户流水号,结果,失败原因,银行流水号\n000001-0001,成功,,B1\n".encode()
    assert upload(tomorrow, f"/payouts/{made.json['payout']['id']}/result", ok, **him).json["paid"] == 1
    assert upload(tomorrow, f"/payouts/{second['id']}/result", failed).json["failed"] == 1


def test_attack_30_a_relative_of_the_owner_decides_no_more_than_he_does(api, acts, shop, captured, register):
    """A complaint neither: to reject one takes one person alone."""
    kin = named("the owner's sister, a treasurer")
    account(acts, OWNER, PHONE)
    account(acts, kin, "13755556666")
    acts.uow.session.execute(
        text(
            "INSERT INTO identity_relatives (id, person_id, relative_id, kind, declared_by, declared_at)"
            " VALUES (gen_random_uuid(), :a, :b, 'sibling', :a, now())"
        ),
        {"a": OWNER, "b": kin},
    )
    register(person_id=OWNER)
    her = {"person_id": kin, "name": "sister"}
    complaint = api.post(
        f"/passbook/redemptions/{captured['id']}/complaint",
        {"kind": "other", "text": "x"},
        Role.RESIDENT,
        person_id=ANNA,
    ).json
    late = replace(api, at="2026-06-25T10:00:00+08:00")
    service.lapse_complaints(replace(acts.uow, now=datetime.fromisoformat(late.at)))
    rejecting = {"outcome": "reject", "reason": "x"}
    told = late.post(f"/complaints/{complaint['id']}/decide", rejecting, **her)
    assert refused(told) == (403, "merchants.complaint_own", [])
    adjusting = {"shop_id": str(shop.id), "fen": 500, "reason": "少记"}
    assert refused(api.post("/adjustments", adjusting, **her)) == OWN
    assert refused(api.post("/settlements", {"shop_id": str(shop.id), "through": "2026-06-15"}, **her)) == OWN
    assert late.post(f"/complaints/{complaint['id']}/decide", rejecting).json["state"] == "rejected"


def test_attack_30_nor_about_his_wifes(api, acts, till, shop, register):
    """Which would let its money go to her."""
    wife = named("his wife")
    RiskDesk(acts.uow, acts.book).publish(rule("burst", "points >= 40", 30, pivot=Pivot.SHOP))
    paid = till.pay(40)
    account(acts, OWNER, PHONE)
    account(acts, wife, "13799990000")
    register(person_id=wife)
    acts.uow.session.execute(
        text(
            "INSERT INTO identity_relatives (id, person_id, relative_id, kind, declared_by, declared_at)"
            " VALUES (gen_random_uuid(), :him, :wife, 'spouse', :wife, now())"
        ),
        {"him": OWNER, "wife": wife},
    )
    him = {"person_id": OWNER, "name": "owner"}
    found = "SELECT case_id FROM risk_decisions WHERE id = :id"
    path = f"/risk/cases/{acts.uow.session.scalar(text(found), {'id': paid.redemption.decision_id})}"
    for rest, body in (("take", {}), ("take-over", {"text": "x"}), ("comments", {"text": "x"})):
        assert refused(api.post(f"{path}/{rest}", body, **him)) == (403, "risk.own_risk", [])
    item = {"value": str(shop.id), "reason": "x"}
    assert refused(api.post("/risk/lists/watched/items", item, **him)) == (403, "risk.own_risk", [])
    made = api.post("/risk/lists/watched/items", item)
    assert made.status_code == 201
    removal = f"/risk/lists/watched/items/{made.json['id']}/remove"
    assert refused(api.post(removal, {"reason": "x"}, **him)) == (403, "risk.own_risk", [])
    assert api.post(f"{path}/take", {}).status_code == 200


def test_papers_that_would_make_one_an_owner_are_reviewed_by_others(acts, shop):
    account(acts, FIRST, PAPERS["contact_phone"])
    book = acts.book.code
    by_phone = papers.apply_to_enrol(by(acts.uow, named("clerk")), book=book, merchant_id=None, papers=PAPERS)
    by_account = papers.apply_to_enrol(
        by(acts.uow, named("another clerk")),
        book=book,
        merchant_id=None,
        papers=PAPERS | {"contact_phone": PHONE, "owner_id": str(FIRST)},
    )
    for applied in (by_phone, by_account):
        for act in (papers.review_application, papers.approve_application):
            with pytest.raises(errors.OwnBusiness):
                act(by(acts.uow, FIRST), book=book, application_id=applied.id)
    assert papers.review_application(by(acts.uow, SECOND), book=book, application_id=by_phone.id).reviewed_by == SECOND


def test_whose_shops_are_ones_own(acts, shop, register):
    mine = by(acts.uow, OWNER)
    assert list(own.list_own_shops(mine)) == []
    register(person_id=OWNER)
    assert list(own.list_own_shops(mine)) == [shop.id]
    as_resident = Actor(named("his account"), mine.actor.roles, resident_id=OWNER)  # known by his passbook
    assert list(own.list_own_shops(replace(mine, actor=as_resident))) == [shop.id]
    acts.uow.session.execute(
        text("UPDATE merchants_people SET ended_at = now(), ended_by = person_id, ended_why = 'left'")
    )
    assert list(own.list_own_shops(mine)) == []
    own.check_shop(mine, shop.id)
