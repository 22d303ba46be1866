"""Who was left out of a file for the bank stays readable, with why; what the bank refused before is marked."""

import pytest

from app.kernel.actor import Role
from app.merchants import errors
from app.merchants.models import PayoutSkip
from app.merchants.schemas.words import UNPAYABLE
from app.merchants.service.receivers import NO_BANK_ACCOUNT
from tests.merchants.settled import Desk, enrol_shop, spoil_account
from tests.points.api import Api, refused
from tests.points.ledger import ANNA

AUDITOR = Role.AUDITOR


@pytest.fixture
def desk(acts):
    acts.award(ANNA, 100)
    return Desk(acts)


@pytest.fixture
def tomorrow(api):
    return Api(api.client, api.bearer, api.book, at="2026-06-16T10:00:00+08:00")


@pytest.fixture
def shops(acts, desk, till):
    """One that can be paid, one whose holder no bank's file takes, one without papers; all stated and signed."""
    made = [enrol_shop(acts, 1), enrol_shop(acts, 2), till.shop_id]
    spoil_account(acts.uow, made[1], "=丙水果")
    for shop in made:
        desk.till(shop).pay(10)
    desk.on(1).night()
    desk.on(1).sign()
    return [str(each) for each in made]


def whys(items):
    return {each["shop_id"]: each["why"] for each in items}


def test_what_was_left_out_is_read_again_with_a_sentence(tomorrow, shops):
    good, unfit, unknown = shops
    due = tomorrow.walk("/payouts/due", AUDITOR, limit=2)
    assert whys(due) == {good: None, unfit: "unfit_holder", unknown: "no_bank_account"}
    assert {each["shop_id"]: each["sentence"] is None for each in due} == {good: True, unfit: False, unknown: False}
    made = tomorrow.post("/payouts", {}).json
    assert whys(made["skipped"]) == {unfit: "unfit_holder", unknown: "no_bank_account"}
    path = f"/payouts/{made['payout']['id']}/skipped"
    assert whys(tomorrow.walk(path, AUDITOR, limit=1)) == whys(made["skipped"])
    (english,) = (each for each in tomorrow.get(path, lang="en").json["items"] if each["shop_id"] == unfit)
    assert english["sentence"].startswith("The holder's name has letters")
    again = tomorrow.post("/payouts", {})
    assert refused(again) == (409, errors.PayoutEmpty.code, [])
    assert "unfit_holder × 1" in again.json["detail"]
    assert set(whys(tomorrow.walk("/payouts/due", limit=9))) == {unfit, unknown}


def test_what_was_left_out_is_never_written_anew(tomorrow, shops, session):
    tomorrow.post("/payouts", {})
    assert session.query(PayoutSkip).count() == 2
    granted = session.connection().exec_driver_sql(
        "SELECT has_table_privilege('linli_app', 'merchants_payout_skips', 'UPDATE, DELETE')"
    )
    assert granted.scalar_one() is False


def test_what_the_bank_refused_before_is_marked_with_whether_the_account_is_the_same(desk, tomorrow, shops):
    made = desk.on(1).file()
    desk.on(1).result(made, desk.answer(made, 1))
    (due,) = (each for each in tomorrow.get("/payouts/due").json["items"] if each["why"] is None)
    assert (due["refused_before"]["reason"], due["refused_before"]["same_account"]) == ("账号户名不符", True)
    again = tomorrow.post("/payouts", {}).json
    assert [(each["settlement_id"], each["same_account"]) for each in again["again"]] == [(due["settlement_id"], True)]
    (line,) = tomorrow.get(f"/payouts/{again['payout']['id']}", AUDITOR).json["lines"]["items"]
    assert line["refused_before"] == due["refused_before"]
    (first,) = tomorrow.get(f"/payouts/{made.payout.id}", AUDITOR).json["lines"]["items"]
    assert (first["state"], first["reason"], first["refused_before"]) == ("failed", "账号户名不符", None)


def test_there_is_a_sentence_for_whatever_keeps_a_statement_out():
    unfit = {f"unfit_{part}" for part in ("holder", "bank", "account_no")}
    refusals = {each.code for each in (errors.OwnBusiness, errors.PayoutStopped, errors.PayoutHeld)}
    assert UNPAYABLE.keys() == refusals | {NO_BANK_ACCOUNT} | unfit
