"""What WeChat thinks of who signs in: asked after it, kept for ninety days, and no reason of any refusal."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy

from app.identity import queries
from app.identity import service as identity
from app.identity.models import RiskRank
from app.identity.service import closing, exporting, signing_in
from app.identity.service.exporting import Part
from app.identity.service.signing_in import Installation, WechatAccount
from app.infra.wechat.errors import WeChatUnavailable
from sandbox.wechat.faults import Fault
from tests.identity.conftest import areas, desk, keyring
from tests.notices.conftest import ANNA, APPID

__all__ = ["areas", "desk", "keyring"]


@pytest.fixture
def sign_in(desk, stand_in):
    def enter(after=timedelta(0), address="203.0.113.7"):
        stand_in.world.issue_code(ANNA)  # WeChat tells of people only who are there
        return signing_in.sign_in_with_wechat(
            replace(desk.uow, now=desk.uow.now + after),
            desk.keyring,
            account=WechatAccount(APPID, stand_in.world.person(ANNA).openid),
            installation=Installation("telephone of anna", "PHONE", address),
        ).person_id

    return enter


@pytest.fixture
def work(desk):
    def once():
        asked = []
        while claimed := identity.claim_risk_question(desk.uow, openid_of=identity.find_openid):
            asked += claimed
            identity.record_risk(desk.uow, claimed[0], identity.ask_risk(claimed[0]))
            desk.uow.session.flush()
        return asked

    return once


def rows(desk):
    desk.uow.session.expire_all()
    found = desk.uow.session.scalars(sqlalchemy.select(RiskRank).order_by(RiskRank.day)).all()
    return [(row.scene, row.client_ip, row.rank, row.reason) for row in found]


def test_it_is_asked_once_a_day_and_the_address_is_forgotten_with_the_question(desk, sign_in, work, stand_in):
    stand_in.world.person(ANNA).risk_rank = 3
    person_id = sign_in()
    sign_in()
    assert rows(desk) == [("registration", "203.0.113.7", None, None)]
    [question] = work()
    assert (question.client_ip, int(question.scene)) == ("203.0.113.7", 0)
    assert rows(desk) == [("registration", None, 3, None)]
    assert queries.find_risk_rank(desk.uow.session, person_id) == 3
    stand_in.world.person(ANNA).risk_rank = 0
    assert sign_in(after=timedelta(days=1)) == person_id  # whatever was said, everybody comes in
    work()
    assert queries.find_risk_rank(desk.uow.session, person_id) == 0
    assert rows(desk)[1] == ("sign_in", None, 0, None)


def test_what_wechat_does_not_say_is_not_asked_again(desk, sign_in, work, stand_in):
    person_id = sign_in()
    stand_in.faults.add(Fault("getuserriskrank", "busy"))
    work()
    assert rows(desk) == [("registration", None, None, WeChatUnavailable.code)]
    assert work() == []
    assert queries.find_risk_rank(desk.uow.session, person_id) is None


def test_it_is_in_the_export_and_goes_with_the_account_or_after_ninety_days(desk, sign_in, work):
    person_id = sign_in()
    [question] = work()
    own = desk.as_person(person_id)
    [told], _ = exporting.read_own_data(own, Part.RISK_RANKS, None)
    assert told.rank == 0
    assert identity.purge_risk_ranks(replace(desk.uow, now=desk.uow.now + timedelta(days=90))) == 0
    assert identity.purge_risk_ranks(replace(desk.uow, now=desk.uow.now + timedelta(days=92))) == 1
    sign_in(after=timedelta(days=1))
    desk.uow.session.flush()
    closing.close_account(desk.uow, person_id=person_id)
    assert rows(desk) == []
    identity.record_risk(desk.uow, question, identity.ask_risk(question))  # an answer that comes too late


def test_whose_wechat_is_gone_is_not_asked_about(desk, sign_in, work):
    sign_in()
    assert identity.claim_risk_question(desk.uow, openid_of=lambda *_: None) == []
    assert rows(desk) == [("registration", None, None, "not_on_wechat")]
