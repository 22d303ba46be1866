"""Message push against WeChat's own examples and against wechatpy."""

import base64
import json
from datetime import UTC, datetime

import pytest
import xmltodict
from wechatpy.crypto import WeChatCrypto

from app.infra.wechat.errors import PushRefused
from app.infra.wechat.sealing import Push, Stamp

# developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html, as published
APPID, TOKEN, AES_KEY = "wxba5fad812f8e6fb9", "AAAAA", "A" * 43
STAMP = Stamp("046e02f8204d34f8ba5fa3b1db94908f3df2e9b3", "1714112445", "415670741")
ENCRYPTED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8X"
    "GT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIj"
    "df8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
REPLY = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
AT = datetime.fromtimestamp(1714112445, UTC)


@pytest.fixture
def push():
    return Push.of(appid=APPID, token=TOKEN, aes_key=AES_KEY)


def at(seconds):
    return datetime.fromtimestamp(1714112445 + seconds, UTC)


def test_wechats_own_example_is_read(push):
    message = json.loads(push.open(STAMP, ENCRYPTED, now=AT))
    assert message["Event"] == "debug_demo"
    assert message["CreateTime"] == 1714112445


def test_wechats_own_example_of_an_answer_is_written(push):
    sealed = push.seal(
        b'{"demo_resp":"good luck"}', timestamp="1713424427", nonce="415670741", random=b"707722b803182950"
    )
    assert sealed["Encrypt"] == REPLY
    assert sealed["MsgSignature"] == "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"


def test_wechats_own_example_of_an_address_check_is_accepted(push):
    stamp = Stamp("f464b24fc39322e44b38aa78f5edd27bd1441696", "1714036504", "1514711492")
    push.check_address(stamp, now=datetime.fromtimestamp(1714036504, UTC))
    with pytest.raises(PushRefused):
        push.check_address(stamp, now=datetime.fromtimestamp(1714036504 + 301, UTC))


@pytest.mark.parametrize("length", [0, 1, 11, 12, 31, 32, 33, 5000])
def test_another_implementation_reads_what_we_seal_and_we_read_what_it_seals(length):
    key = base64.b64encode(bytes(range(32))).decode().rstrip("=")
    ours = Push.of(appid=APPID, token="token7", aes_key=key)
    theirs = WeChatCrypto("token7", key, APPID)
    message = ("社" * length).encode()
    sealed = ours.seal(message, timestamp="1714112445", nonce="n", random=b"0123456789abcdef")
    assert theirs.decrypt_message(dict(sealed), sealed["MsgSignature"], "1714112445", "n") == message.decode()
    written = xmltodict.parse(theirs.encrypt_message(message.decode(), "n", "1714112445"))["xml"]
    stamp = Stamp(written["MsgSignature"], "1714112445", "n")
    assert ours.open(stamp, written["Encrypt"], now=AT) == message


@pytest.mark.parametrize("seconds", [-301, 301, 60 * 60 * 24 * 365, -1714112445 + 1_000_000_000])
def test_what_is_not_fresh_is_refused_however_well_signed(push, seconds):
    with pytest.raises(PushRefused) as caught:
        push.open(STAMP, ENCRYPTED, now=at(seconds))
    assert caught.value.reason == "stale"


@pytest.mark.parametrize("seconds", [-300, 300])
def test_five_minutes_are_fresh(push, seconds):
    assert push.open(STAMP, ENCRYPTED, now=at(seconds))


@pytest.mark.parametrize(
    "wrong",
    [
        {"signature": "6c5c811b55cc85e0e1b54100749188c20beb3f5d"},  # the one that does not cover the message
        {"signature": STAMP.signature.upper()},
        {"signature": ""},
        {"signature": "签名"},
        {"nonce": "415670742"},
        {"timestamp": "1714112446"},
        {"timestamp": "1714112445 "},
        {"nonce": "", "timestamp": "1714112445415670741"},  # sorting would glue them together again
    ],
)
def test_a_stamp_that_differs_is_refused(push, wrong):
    stamp = Stamp(**({"signature": STAMP.signature, "timestamp": "1714112445", "nonce": "415670741"} | wrong))
    with pytest.raises(PushRefused):
        push.open(stamp, ENCRYPTED, now=AT)


def signed(push, encrypted):
    return Stamp(push.sign("1714112445", "n", encrypted), "1714112445", "n")


@pytest.mark.parametrize("timestamp", ["", "x", "-1", "1e9", "١٧١٤١١٢٤٤٥", "9" * 4000, "1714112445.0"])
def test_a_timestamp_that_is_no_number_is_refused(push, timestamp):
    with pytest.raises(PushRefused) as caught:
        push.open(Stamp(push.sign(timestamp, "n", "x"), timestamp, "n"), "x", now=AT)
    assert caught.value.reason == "stale"


@pytest.mark.parametrize("encrypted", ["", "x", "x===", "签名", "AAAA", base64.b64encode(bytes(15)).decode(), "A" * 64])
def test_what_is_signed_but_no_ciphertext_is_refused(push, encrypted):
    with pytest.raises(PushRefused) as caught:
        push.open(signed(push, encrypted), encrypted, now=AT)
    assert caught.value.reason == "garbled"


def encrypt_raw(push, content):
    encryptor = push._cipher().encryptor()
    return base64.b64encode(encryptor.update(content) + encryptor.finalize()).decode()


GOOD = b"0123456789abcdef" + (5).to_bytes(4) + b"hello" + APPID.encode()  # 43 bytes


@pytest.mark.parametrize(
    "content",
    [
        GOOD + bytes([21]) * 20 + bytes([0]),
        GOOD + bytes([20]) * 21,  # longer than it says
        GOOD + bytes([21]) * 19 + bytes([1, 21]),  # not all alike
        GOOD + bytes([33]) * 21,
        bytes([32]) * 32,  # nothing but padding
        b"0123456789abcdef" + (99).to_bytes(4) + b"hello" + APPID.encode() + bytes([21]) * 21,
        b"0123456789abcdef" + (2**32 - 1).to_bytes(4) + b"hello" + APPID.encode() + bytes([21]) * 21,
    ],
)
def test_padding_and_length_are_checked(push, content):
    encrypted = encrypt_raw(push, content)
    with pytest.raises(PushRefused) as caught:
        push.open(signed(push, encrypted), encrypted, now=AT)
    # one byte of padding too many is taken for the end of the AppID
    assert caught.value.reason == ("appid" if content[-1] == 20 else "garbled")


def test_the_same_with_right_padding_is_read(push):
    encrypted = encrypt_raw(push, GOOD + bytes([21]) * 21)
    assert push.open(signed(push, encrypted), encrypted, now=AT) == b"hello"


@pytest.mark.parametrize("appid", ["wxba5fad812f8e6fb8", "", APPID + "x"])
def test_a_message_for_another_mini_program_is_refused(push, appid):
    other = Push.of(appid=appid, token=TOKEN, aes_key=AES_KEY)
    sealed = other.seal(b"hello", timestamp="1714112445", nonce="n", random=b"0123456789abcdef")
    with pytest.raises(PushRefused) as caught:
        push.open(Stamp(sealed["MsgSignature"], "1714112445", "n"), sealed["Encrypt"], now=AT)
    assert caught.value.reason == "appid"


def test_one_text_tells_all_refusals_alike(push):
    one, other = PushRefused("stale"), PushRefused("signature")
    assert str(one) == str(other)
    assert "AAAAA" not in repr(push)
