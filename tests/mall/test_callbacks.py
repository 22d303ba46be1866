"""What is no callback of WeChat Pay's to us is refused, and what is one counts once (attack 21)."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from wechatpayv3.utils import aes_decrypt, rsa_verify

from app.infra import wechatpay
from app.infra.wechatpay.callbacks import Stamp
from app.infra.wechatpay.errors import CallbackRefused, MallNotSetUp
from app.mall import service
from app.mall.errors import MessageWrong
from app.mall.routes import HEADERS
from sandbox.wechatpay.world import API_V3_KEY, SIGNTEST, Mall
from tests.mall.conftest import NUMBER, OPENID


def stamp(headers):
    return Stamp(*(headers.get(name, "") for name in HEADERS))


@pytest.fixture
def sent(story):
    """A payment as it is sent: headers and body."""
    story.mall.now = lambda: story.uow.now
    body = json.dumps(story.mall.pay(OPENID, NUMBER, 10_000, "4200001")).encode()
    return story.mall.sign(body, at=story.uow.now), body


@pytest.fixture
def reason(story):
    """Why a callback is refused; "" when it is taken."""

    def tell(headers, body, at=None):
        try:
            wechatpay.callbacks().open(stamp(headers), body, now=at or story.uow.now)
        except CallbackRefused as refusal:
            return refusal.reason
        return ""

    return tell


def test_what_is_signed_and_fresh_is_taken(reason, sent):
    assert reason(*sent) == ""
    headers, body = sent
    assert reason({k: v for k, v in headers.items() if k != "Wechatpay-Signature-Type"}, body) == ""


def test_another_librarys_reading_is_ours(story, sent):
    headers, body = sent
    key = story.mall.platform_key.public_key()
    assert rsa_verify(
        headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"], body.decode(), headers["Wechatpay-Signature"], key
    )
    resource = json.loads(body)["resource"]
    plain = aes_decrypt(resource["nonce"], resource["ciphertext"], resource["associated_data"], API_V3_KEY)
    assert json.loads(plain) == wechatpay.callbacks().open(stamp(headers), body, now=story.uow.now).resource


@pytest.mark.parametrize("name", [name for name in HEADERS if not name.endswith("Type")])
def test_without_a_header_it_is_refused(reason, sent, name):
    headers, body = sent
    assert reason({k: v for k, v in headers.items() if k != name}, body) == "headers"


def test_a_wrong_signature_is_refused(story, reason, sent):
    headers, body = sent
    signature = headers["Wechatpay-Signature"]
    stranger = Mall().sign(body, at=story.uow.now)["Wechatpay-Signature"]
    for wrong in (f"{SIGNTEST}{signature}", "A" + signature[1:], "", "###", stranger, signature + "\n" + signature):
        assert reason(headers | {"Wechatpay-Signature": wrong}, body) in {"signature", "headers"}
    assert reason(headers | {"Wechatpay-Nonce": "other"}, body) == "signature"
    assert reason(headers | {"Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3"}, body) == "headers"


def test_the_probe_answers_401(client, story, sent):
    headers, body = sent
    at = {"Linli-Demo-Clock": story.uow.now.isoformat()}
    probe = headers | at | {"Wechatpay-Signature": SIGNTEST + headers["Wechatpay-Signature"]}
    assert client.post("/v1/wechatpay/mall", headers=probe, data=body).status_code == 401
    assert client.post("/v1/wechatpay/mall", headers=headers | at, data=body).status_code == 200
    assert story.earn().amount_fen == 10_000
    story.uow.session.rollback()


def test_what_is_no_text_or_long_in_a_header_or_a_body_is_refused_as_well(client, story, sent):
    headers, body = sent
    at = {"Linli-Demo-Clock": story.uow.now.isoformat()}
    for name in HEADERS:
        for odd in ("\xb2\xff", "9" * 5000, "\xff" * 5000):
            answer = client.post("/v1/wechatpay/mall", headers=headers | at | {name: odd}, data=body)
            assert (answer.status_code, bool(answer.json["message"])) == (401, True), name
    for content in (b"[" * 60_000, b'{"id":' + b"9" * 60_000 + b"}", b"\xff" * 60_000, b'{"a":"\\ud800"}', b"1e400"):
        signed = story.mall.sign(content, at=story.uow.now)
        assert client.post("/v1/wechatpay/mall", headers=signed | at, data=content).status_code == 401
    story.uow.session.rollback()


@pytest.mark.parametrize("seconds", [-301, 301])
def test_what_is_stale_or_of_the_future_is_refused_however_well_it_is_signed(story, reason, sent, seconds):
    _, body = sent
    edge = story.mall.sign(body, at=story.uow.now + timedelta(seconds=seconds - (1 if seconds > 0 else -1)))
    assert reason(edge, body) == ""
    assert reason(story.mall.sign(body, at=story.uow.now + timedelta(seconds=seconds)), body) == "stale"
    assert reason(story.mall.sign(body, at=datetime(2001, 1, 1, tzinfo=UTC)), body) == "stale"


def test_a_key_that_is_not_known_is_refused_and_not_fetched(reason, sent):
    headers, body = sent
    assert reason(headers | {"Wechatpay-Serial": "5157F09EFDC096DE15EBE81A47057A7232F1B8E2"}, body) == "serial"


def test_the_signature_is_over_the_bytes_as_they_came(reason, sent):
    headers, body = sent
    document = json.loads(body)
    for other in (
        json.dumps(dict(reversed(document.items()))).encode(),
        json.dumps(document, indent=1).encode(),
        body + b" ",
        body.replace(b'"id"', b'"Id"'),
    ):
        assert json.loads(other)
        assert reason(headers, other) == "signature"


def told(story, document):
    body = json.dumps(document).encode()
    return story.mall.sign(body, at=story.uow.now), body


def test_what_is_sealed_is_not_changed(story, reason):
    document = story.mall.pay(OPENID, NUMBER, 10_000, "4200001")
    sealed = document["resource"]["ciphertext"]
    for flipped in (sealed[:-4] + "AAA=", "AAAA" + sealed[4:], "", "###", "AAAA"):
        assert (
            reason(*told(story, document | {"resource": document["resource"] | {"ciphertext": flipped}})) == "sealing"
        )
    for wrong in ({"nonce": "000000000000"}, {"associated_data": "mall_refund"}, {"nonce": ""}):
        assert reason(*told(story, document | {"resource": document["resource"] | wrong})) == "sealing"
    assert reason(*told(story, document | {"resource": document["resource"] | {"algorithm": "none"}})) == "garbled"
    assert reason(*told(story, {"id": "1"})) == "garbled"
    assert reason(*told(story, [])) == "garbled"


def test_what_is_for_another_merchant_or_mini_program_is_refused(story, reason):
    for wrong in ({"mchid": "1900000110"}, {"appid": "wx0000000000000000"}, {"appid": None}):
        assert reason(*told(story, story.mall.pay(OPENID, NUMBER, 100, "4200001", change=wrong))) == "foreign"


def test_the_same_callback_counts_once(story):
    """Sent again as it was, signed anew, or with another id for the same payment."""
    document = story.mall.pay(OPENID, NUMBER, 10_000, "4200001")
    for at in (story, story, story.at(minutes=4)):
        at.tell(document)
    story.tell(document | {"id": "another"})
    story.tell(story.mall.pay(OPENID, NUMBER, 999_900, "4200001"))
    count = text("SELECT count(*), min(amount_fen) FROM mall_earns")
    assert story.uow.session.execute(count).one() == (1, 10_000)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": 0}, {"amount": -1}, {"amount": "100"}, {"amount": True}, {"amount": 10**13}, {"amount": None},
        {"time_end": "2026-06-15T10:00:00"}, {"time_end": "today"}, {"transaction_id": ""}, {"openid": 5},
        {"shop_number": "x" * 65}, {"transaction_id": "4200\x00"},
    ],
)  # fmt: skip
def test_what_is_not_as_it_should_be_is_refused(story, wrong):
    with pytest.raises(MessageWrong):
        story.tell(story.mall.pay(OPENID, NUMBER, 10_000, "4200001", change=wrong))


def test_other_events_are_taken_and_nothing_is_done(story):
    story.tell(story.mall.seal("MALL_PARKING.OUT", "parking", {"appid": story.mall.appid}))
    assert story.uow.session.scalar(text("SELECT count(*) FROM mall_earns")) == 0


def test_without_settings_there_is_no_mall(app, story):
    kept = app.extensions[wechatpay.CALLBACKS], app.extensions[wechatpay.CLIENT]
    app.extensions[wechatpay.CALLBACKS] = app.extensions[wechatpay.CLIENT] = None
    try:
        with pytest.raises(MallNotSetUp):
            story.pay()
        with pytest.raises(MallNotSetUp):
            wechatpay.client()
    finally:
        app.extensions[wechatpay.CALLBACKS], app.extensions[wechatpay.CLIENT] = kept


def test_callbacks_are_forgotten_after_sixty_days_and_payments_are_not(story):
    story.pay()
    assert service.purge_callbacks(story.at(days=60).uow) == 0
    assert service.purge_callbacks(story.at(days=60, seconds=1).uow) == 1
    assert story.earn() is not None


def test_the_stand_in_sends_again_until_it_is_answered():
    waited, answers = [], [500, 0, 401, 204]
    sent = Mall().tell({"id": "1"}, lambda headers, body: answers.pop(0), wait=waited.append)
    assert (sent, waited) == (4, [15, 15, 30])
