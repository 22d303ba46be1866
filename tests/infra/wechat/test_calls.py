"""Every call with what it answers and refuses."""

import json

import pytest

from app.infra.wechat.errors import (
    CodeInvalid,
    CodeUsed,
    PersonBlocked,
    TooManyLogins,
    WatermarkWrong,
    WeChatQuotaSpent,
    WeChatRefused,
    WeChatUnavailable,
)
from app.infra.wechat.terms import ContentScene, Delivery, MediaType, RiskScene, Suggestion
from sandbox.wechat.faults import Fault
from sandbox.wechat.world import LOGINS_A_MINUTE
from tests.infra.wechat.conftest import ANNA, BORIS

TEMPLATE = "template-1"


@pytest.fixture
def anna(stand_in):
    stand_in.world.issue_code(ANNA)  # she has just opened the mini-program
    return stand_in.world.person(ANNA)


def failing(stand_in, call, kind, **more):
    stand_in.faults.add(Fault(call, kind, **more))


def test_a_code_says_who_it_is_once(wechat, stand_in):
    code = stand_in.world.issue_code(ANNA)
    login = wechat.exchange_code(code)
    assert login.openid == stand_in.world.person(ANNA).openid
    assert login.openid not in repr(login)
    with pytest.raises(CodeUsed):
        wechat.exchange_code(code)


def test_the_session_key_goes_nowhere(wechat, stand_in):
    login = wechat.exchange_code(stand_in.world.issue_code(ANNA))
    assert set(login.__slots__) == {"openid", "unionid"}


def test_a_code_is_good_for_five_minutes(wechat, stand_in, clock):
    code = stand_in.world.issue_code(ANNA)
    clock.seconds += 301
    with pytest.raises(CodeInvalid) as caught:
        wechat.exchange_code(code)
    assert type(caught.value) is CodeInvalid
    with pytest.raises(CodeInvalid):
        wechat.exchange_code("never issued & strange/?")


def test_a_code_for_a_number_signs_nobody_in(wechat, stand_in):
    with pytest.raises(CodeInvalid):
        wechat.exchange_code(stand_in.world.issue_code(ANNA, "phone"))


def test_whom_wechat_keeps_out_is_kept_out(wechat, stand_in):
    stand_in.world.person(ANNA).blocked = True
    with pytest.raises(PersonBlocked):
        wechat.exchange_code(stand_in.world.issue_code(ANNA))


def test_the_quota_of_a_person_is_not_that_of_another(wechat, stand_in, clock):
    for _ in range(LOGINS_A_MINUTE):
        stand_in.world.use_code(stand_in.world.issue_code(ANNA), "login")
    with pytest.raises(TooManyLogins):
        wechat.exchange_code(stand_in.world.issue_code(ANNA))
    assert stand_in.world.calls["jscode2session"] == 1  # waiting a moment changes nothing, so it did not
    assert wechat.exchange_code(stand_in.world.issue_code(BORIS)).openid
    clock.seconds += 60
    assert wechat.exchange_code(stand_in.world.issue_code(ANNA)).openid


def test_a_busy_answer_is_tried_again_with_the_same_code(wechat, stand_in):
    failing(stand_in, "jscode2session", "busy", times=1)
    assert wechat.exchange_code(stand_in.world.issue_code(ANNA)).openid
    assert stand_in.world.calls["jscode2session"] == 2


def test_a_code_that_we_used_up_ourselves_accuses_nobody(make_client, stand_in):
    code = stand_in.world.issue_code(ANNA)
    stand_in.world.use_code(code, "login")
    failing(stand_in, "jscode2session", "busy", times=1)  # as if it had been taken in before the answer
    with pytest.raises(WeChatUnavailable):
        make_client().exchange_code(code)


def test_a_code_that_may_have_arrived_is_not_sent_again(make_client, stand_in):
    failing(stand_in, "jscode2session", "late")
    with pytest.raises(WeChatUnavailable) as caught:
        make_client(patience=0.1).exchange_code(stand_in.world.issue_code(ANNA))
    assert caught.value.sent
    assert stand_in.world.calls["jscode2session"] == 1


@pytest.mark.parametrize("kind", ["html", "gateway", "garbage"])
def test_what_is_no_answer_is_no_answer(wechat, stand_in, kind):
    failing(stand_in, "*", kind)
    for call in (
        lambda: wechat.exchange_code(stand_in.world.issue_code(ANNA)),
        lambda: wechat.find_phone("x"),
        lambda: wechat.check_text(openid="o", text="x", scene=ContentScene.LOG),
    ):
        with pytest.raises(WeChatUnavailable) as caught:
            call()
        assert caught.value.retryable
    # it came after the code had gone out, so the code was not sent again; a text may be
    assert stand_in.world.calls["jscode2session"] == 1


def test_a_wrong_secret_is_the_operators_to_mend(make_client, stand_in):
    with pytest.raises(WeChatRefused) as caught:
        make_client(secret="f" * 32).exchange_code(stand_in.world.issue_code(ANNA))
    assert caught.value.params == {"errcode": 40125}
    assert not caught.value.retryable
    with pytest.raises(WeChatRefused):
        make_client(secret="f" * 32).rank_risk(openid="o", scene=RiskScene.MARKETING, client_ip="10.0.0.1")


def test_a_number_is_given_once_and_only_to_us(wechat, stand_in):
    code = stand_in.world.issue_code(ANNA, "phone")
    phone = wechat.find_phone(code)
    assert (phone.number, phone.country_code) == (stand_in.world.person(ANNA).phone, "86")
    assert phone.number not in repr(phone)
    with pytest.raises(CodeUsed):
        wechat.find_phone(code)
    failing(stand_in, "getuserphonenumber", "watermark")
    with pytest.raises(WatermarkWrong):
        wechat.find_phone(stand_in.world.issue_code(ANNA, "phone"))


def test_a_code_is_drawn(wechat):
    drawn = wechat.draw_code(scene="q.7Hd_3-x", page="pages/scan/index")
    assert drawn.startswith(b"\x89PNG")
    with pytest.raises(WeChatRefused) as caught:
        wechat.draw_code(scene="x", page="nowhere/index")
    assert caught.value.params == {"errcode": 41030}


@pytest.mark.parametrize(
    "wrong",
    [
        {"scene": "a&b"},
        {"scene": ""},
        {"scene": "x" * 33},
        {"scene": "a%b"},
        {"page": "/pages/x"},
        {"page": "p?a=1"},
        {"width": 279},
    ],
)
def test_a_code_that_would_not_be_drawn_is_not_asked_for(wechat, stand_in, wrong):
    with pytest.raises(ValueError, match="getwxacodeunlimit"):
        wechat.draw_code(**({"scene": "x", "page": "pages/scan/index"} | wrong))
    assert stand_in.world.calls["getwxacodeunlimit"] == 0


@pytest.mark.parametrize("kind", ["html", "garbage"])
def test_what_is_no_picture_is_not_taken_for_one(wechat, stand_in, kind):
    failing(stand_in, "getwxacodeunlimit", kind)
    with pytest.raises(WeChatUnavailable):
        wechat.draw_code(scene="x", page="pages/scan/index")


def test_one_subscription_is_one_message(wechat, stand_in, anna):
    stand_in.world.accept(ANNA, TEMPLATE)
    message = {
        "openid": anna.openid,
        "template_id": TEMPLATE,
        "data": {"thing1": "楼道清扫", "number2": "5"},
        "page": "pages/a/b",
    }
    assert wechat.send_message(**message).delivery is Delivery.SENT
    assert stand_in.world.messages[0].data == {"thing1": "楼道清扫", "number2": "5"}
    assert wechat.send_message(**message).delivery is Delivery.NO_SUBSCRIPTION


def test_a_message_that_is_wrong_stays_wrong(wechat, stand_in, anna):
    stand_in.world.accept(ANNA, TEMPLATE, 9)
    too_long = {"thing1": "字" * 21}
    refused = wechat.send_message(openid=anna.openid, template_id=TEMPLATE, data=too_long, page="pages/a/b")
    assert (refused.delivery, refused.errcode) == (Delivery.REFUSED, 47003)
    nobody = wechat.send_message(openid="o" * 28, template_id=TEMPLATE, data={"thing1": "字"}, page="pages/a/b")
    assert (nobody.delivery, nobody.errcode) == (Delivery.REFUSED, 40003)


def test_a_message_that_may_be_out_is_not_sent_again(make_client, stand_in, anna):
    stand_in.world.accept(ANNA, TEMPLATE, 9)
    failing(stand_in, "subscribe_send", "late")
    with pytest.raises(WeChatUnavailable) as caught:
        make_client(patience=0.1).send_message(
            openid=anna.openid, template_id=TEMPLATE, data={"thing1": "字"}, page="pages/a/b"
        )
    assert caught.value.sent
    assert len(stand_in.world.messages) == 1


def test_a_message_answered_by_nonsense_may_be_out(wechat, stand_in, anna):
    token = wechat.tokens.get(deadline=wechat.caller.now() + 5)
    failing(stand_in, "subscribe_send", "gateway")
    with pytest.raises(WeChatUnavailable) as caught:
        wechat.send_message(openid=anna.openid, template_id=TEMPLATE, data={"thing1": "字"}, page="pages/a/b")
    assert (caught.value.sent, stand_in.world.calls["subscribe_send"]) == (True, 1)
    assert token not in str(caught.value)


def test_a_message_that_wechat_was_too_busy_for_is_not_out(wechat, stand_in, anna):
    failing(stand_in, "subscribe_send", "busy")
    with pytest.raises(WeChatUnavailable) as caught:
        wechat.send_message(openid=anna.openid, template_id=TEMPLATE, data={"thing1": "字"}, page="pages/a/b")
    assert not caught.value.sent
    assert stand_in.world.calls["subscribe_send"] == 3


def test_texts_are_judged(wechat, anna, clock):
    good = wechat.check_text(openid=anna.openid, text="楼道灯坏了", scene=ContentScene.FORUM)
    bad = wechat.check_text(openid=anna.openid, text="来赌博吧", scene=ContentScene.FORUM)
    assert (good.suggestion, good.label, good.stale) == (Suggestion.PASS, 100, False)
    assert (bad.suggestion, bad.label) == (Suggestion.RISKY, 20002)
    clock.seconds += 7201
    stale = wechat.check_text(openid=anna.openid, text="楼道灯坏了", scene=ContentScene.FORUM)
    assert (stale.suggestion, stale.stale) == (Suggestion.REVIEW, True)
    with pytest.raises(ValueError, match="2500"):
        wechat.check_text(openid=anna.openid, text="字" * 2501, scene=ContentScene.FORUM)


def test_pictures_are_judged_later(wechat, stand_in, anna, clock):
    wanted = {"openid": anna.openid, "media_type": MediaType.IMAGE, "scene": ContentScene.FORUM}
    trace_id = wechat.check_media(url="https://points.example/photo.jpg", **wanted)
    assert stand_in.world.media[trace_id].openid == anna.openid
    clock.seconds += 7201
    assert wechat.check_media(url="https://points.example/photo.jpg", **wanted) is None


def test_risk_is_a_number(wechat, stand_in, anna):
    anna.risk_rank = 3
    assert wechat.rank_risk(openid=anna.openid, scene=RiskScene.REGISTRATION, client_ip="10.0.0.1") == 3


def test_a_finger_is_for_our_challenge(wechat, stand_in, anna):
    shown = stand_in.world.sign_soter(ANNA, "challenge-1")
    proof = {"openid": anna.openid, "result": shown["result"], "signature": shown["signature"]}
    assert wechat.verify_soter(**proof, challenge="challenge-1")
    assert not wechat.verify_soter(**proof, challenge="challenge-2")
    forged = json.dumps({"raw": "challenge-2"})
    assert not wechat.verify_soter(**(proof | {"result": forged}), challenge="challenge-2")
    assert not wechat.verify_soter(**(proof | {"result": "[["}), challenge="challenge-2")


def test_a_spent_quota_may_be_there_again_later(wechat, stand_in, anna):
    failing(stand_in, "getuserriskrank", "quota", times=1)
    assert wechat.rank_risk(openid=anna.openid, scene=RiskScene.MARKETING, client_ip="10.0.0.1") == 0
    failing(stand_in, "getuserriskrank", "quota")
    with pytest.raises(WeChatQuotaSpent) as caught:
        wechat.rank_risk(openid=anna.openid, scene=RiskScene.MARKETING, client_ip="10.0.0.1")
    assert caught.value.retryable
