"""One deadline for all of an answer, whatever the other side does with it."""

import logging
import socket
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from app.infra import logging as linli_logging
from app.infra.wechat.bulkhead import Breaker
from app.infra.wechat.calls import PHONE
from app.infra.wechat.errors import WeChatBusy, WeChatUnavailable
from app.infra.wechat.terms import RiskScene
from app.infra.wechat.transport import Request, Transport, TransportError
from sandbox.wechat.faults import Fault
from tests.infra.wechat.conftest import ANNA
from tools.embedded.process import free_port, wait_until

SECRET = "0123456789abcdef0123456789abcdef"
CODE = "the-code-of-anna"


@contextmanager
def speaking(talk):
    """A server that says to each caller what `talk(connection, ended)` says."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    try:
                        talk(connection, ended)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            ended.set()
            listening.shutdown(socket.SHUT_RDWR)


def fetch(url, *, seconds=0.3):
    transport = Transport(url)
    began = time.monotonic()
    try:
        return transport.send(Request("GET", "/x", {"secret": SECRET}), deadline=began + seconds)
    finally:
        assert time.monotonic() - began < seconds + 0.3
        transport.close()


def drip(text, connection, ended):
    for each in text:
        connection.sendall(bytes([each]))
        if ended.wait(0.05):
            return


HEADERS = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
TALKS = {
    "nothing": lambda c, e: e.wait(10),
    "dripping headers": lambda c, e: drip(HEADERS * 9, c, e),
    "a dripping body": lambda c, e: (c.sendall(HEADERS + b"Content-Length: 500\r\n\r\n"), drip(b"x" * 500, c, e)),
    "a body that stops": lambda c, e: (c.sendall(HEADERS + b"Content-Length: 500\r\n\r\nxx"), e.wait(10)),
}
BROKEN = {
    "a hang-up": (lambda c, e: c.recv(9), "broken"),
    "no HTTP": (lambda c, e: (c.recv(999), c.sendall(b"SSH-2.0-OpenSSH\r\n\r\n")), "broken"),
    "a body cut short": (lambda c, e: (c.recv(999), c.sendall(HEADERS + b"Content-Length: 50\r\n\r\nxx")), "broken"),
    "a zipped body": (
        lambda c, e: (c.recv(999), c.sendall(HEADERS + b"Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx")),
        "garbled",
    ),
    "a flood": (
        lambda c, e: (c.recv(999), c.sendall(HEADERS + b"Content-Length: 5000000\r\n\r\n" + b"x" * 5_000_000)),
        "garbled",
    ),
}


@pytest.mark.parametrize("case", list(TALKS))
def test_the_deadline_is_kept_whatever_comes(case):
    with speaking(TALKS[case]) as url, pytest.raises(TransportError) as caught:
        fetch(url)
    assert (caught.value.reason, caught.value.sent) == ("timeout", True)


@pytest.mark.parametrize("case", list(BROKEN))
def test_what_is_broken_is_said_to_be(case):
    talk, reason = BROKEN[case]
    with speaking(talk) as url, pytest.raises(TransportError) as caught:
        fetch(url, seconds=2)
    assert (caught.value.reason, caught.value.sent) == (reason, True)


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}", "https://127.0.0.1:{port}", "http://[::1]:{port}"])
def test_where_nobody_listens_nothing_was_sent(url):
    with pytest.raises(TransportError) as caught:
        fetch(url.format(port=free_port()), seconds=2)
    assert (caught.value.reason, caught.value.sent) == ("unreachable", False)


def test_a_server_without_tls_gets_no_secret():
    heard = []
    with (
        speaking(lambda c, e: heard.append(c.recv(9999))) as url,
        pytest.raises(TransportError) as caught,
    ):
        fetch(url.replace("http:", "https:"), seconds=2)
    assert caught.value.sent is False
    assert SECRET.encode() not in heard[0]


def test_a_redirect_is_not_followed():
    with speaking(
        lambda c, e: (c.recv(999), c.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n"))
    ) as url:
        assert fetch(url, seconds=2).status == 302


def test_past_the_deadline_nothing_is_sent_at_all():
    with pytest.raises(TransportError) as caught:
        fetch("http://127.0.0.1:1", seconds=0)
    assert caught.value.sent is False


def test_nothing_listens_but_one_try_more_reaches_it_in_time(make_client, stand_in):
    client = make_client(url=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(WeChatUnavailable) as caught:
        client.exchange_code("x")
    assert caught.value.sent is False


def test_a_stalled_login_is_refused_in_under_three_seconds(wechat, stand_in):
    stand_in.faults.add(Fault("jscode2session", "stall", seconds=10))
    began = time.monotonic()
    with pytest.raises(WeChatUnavailable) as caught:
        wechat.exchange_code(stand_in.world.issue_code(ANNA))
    assert 1.9 < time.monotonic() - began < 3
    assert caught.value.retryable


def test_a_dripping_login_is_refused_as_well(make_client, stand_in):
    stand_in.faults.add(Fault("jscode2session", "drip"))
    with pytest.raises(WeChatUnavailable):
        make_client(patience=0.1).exchange_code(stand_in.world.issue_code(ANNA))


def test_more_calls_than_places_are_refused_at_once(make_client, stand_in):
    client = make_client(calls_max=2)
    stand_in.faults.add(Fault("jscode2session", "stall", seconds=10))
    waiting = [threading.Thread(target=client.exchange_code, args=(stand_in.world.issue_code(ANNA),)) for _ in range(2)]
    for thread in waiting:
        thread.start()
    for _ in waiting:
        assert stand_in.faults.stalled.acquire(timeout=10)
    began = time.monotonic()
    with pytest.raises(WeChatBusy):
        client.exchange_code(stand_in.world.issue_code(ANNA))
    assert time.monotonic() - began < 0.2
    stand_in.faults.clear()
    for thread in waiting:
        thread.join(10)
    assert client.exchange_code(stand_in.world.issue_code(ANNA)).openid


def test_waiting_for_a_token_takes_a_place_as_well(make_client, stand_in):
    """Else a stalled stable_token would take all threads, one waiting for another."""
    client = make_client(calls_max=2)
    stand_in.faults.add(Fault("stable_token", "stall", seconds=10))
    ask = {"openid": stand_in.world.person(ANNA).openid, "scene": RiskScene.MARKETING, "client_ip": "10.0.0.1"}
    stand_in.world.issue_code(ANNA)
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(client.rank_risk, **ask) for _ in range(2)]
        assert stand_in.faults.stalled.acquire(timeout=10)
        assert wait_until(lambda: client.caller.bulkhead._places._value == 0, seconds=10)
        with pytest.raises(WeChatBusy):
            client.exchange_code("x")
        stand_in.faults.clear()
        assert [each.result(10) for each in waiting] == [0, 0]
    assert client.exchange_code(stand_in.world.issue_code(ANNA)).openid


def test_after_five_failures_nobody_calls_until_one_try_went_well(make_client, stand_in):
    now = [100.0]
    client = make_client(breaker=Breaker(now=lambda: now[0]))
    stand_in.faults.add(Fault("jscode2session", "html"))
    for _ in range(5):
        with pytest.raises(WeChatUnavailable):
            client.exchange_code("x")
    with pytest.raises(WeChatBusy):
        client.exchange_code("x")
    assert stand_in.world.calls["jscode2session"] == 5
    with pytest.raises(WeChatUnavailable):
        # another kind of call has a fuse of its own
        client.caller.call(PHONE, Request("GET", "/nowhere", {}), deadline=client.caller.now() + 1)
    now[0] += 10
    with pytest.raises(WeChatUnavailable):
        client.exchange_code("x")  # the one that may try
    with pytest.raises(WeChatBusy):
        client.exchange_code("x")
    now[0] += 10
    stand_in.faults.clear()
    assert client.exchange_code(stand_in.world.issue_code(ANNA)).openid
    assert client.exchange_code(stand_in.world.issue_code(ANNA)).openid


def test_an_answer_that_says_no_is_no_failure():
    breaker = Breaker()
    for _ in range(4):
        breaker.note("x", well=False)
    breaker.note("x", well=True)
    breaker.note("x", well=False)
    assert breaker.allows("x")


def test_only_one_may_try():
    now = [0.0]
    breaker = Breaker(now=lambda: now[0])
    for _ in range(5):
        breaker.note("x", well=False)
    assert not breaker.allows("x")
    now[0] = 10
    assert breaker.allows("x")
    assert not breaker.allows("x")


CASES = ["stall", "html", "garbage", "gateway", "busy", "drip"]


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_no_secret_reaches_a_log_an_exception_or_a_metric(make_client, stand_in, client, capsys, level):
    """Whatever fails: neither the secret of the query nor the code nor the token is in what is written."""
    linli_logging.configure(level)
    secrets = {SECRET, stand_in.world.secret, CODE}
    try:
        for kind in CASES:
            stand_in.faults.add(Fault("*", kind))
            wechat = make_client(patience=0.05)
            for act in (wechat.exchange_code, wechat.find_phone):
                with pytest.raises(WeChatUnavailable) as caught:
                    act(CODE)
                shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
                logging.getLogger("test").error("failed", exc_info=caught.value)
                assert not [secret for secret in secrets if secret in shown]
            stand_in.faults.clear()
        wechat = make_client(url=f"http://127.0.0.1:{free_port()}", patience=0.05)
        with pytest.raises(WeChatUnavailable):
            wechat.exchange_code(CODE)
        written = capsys.readouterr().err + client.get("/metrics").text
    finally:
        linli_logging.configure("WARNING")
    assert "wechat_call_failed" in written
    assert 'linli_wechat_calls_total{call="jscode2session",outcome="timeout"}' in written
    assert not [secret for secret in secrets if secret in written]


def test_a_line_that_holds_an_address_is_cleaned_all_the_same(capsys):
    linli_logging.configure("INFO")
    try:
        logging.getLogger("other").warning(
            "GET https://api.weixin.qq.com/sns/jscode2session?appid=wx1&secret=%s&js_code=abc&x=1", SECRET
        )
        logging.getLogger("httpx").info("secret=%s", SECRET)
        written = capsys.readouterr().err
    finally:
        linli_logging.configure("WARNING")
    assert "secret=***&js_code=***&x=1" in written
    assert SECRET not in written
