"""The measured one: WeChat says nothing, 200 sign-ins are in flight, and everything else goes on."""

import json
import os
import selectors
import signal
import socket
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from sandbox.wechat import world
from sandbox.wechat.faults import Fault
from tests.fixtures.servers import ROOT
from tests.infra.wechat.conftest import ANNA, APPID
from tools.embedded.process import free_port, wait_until

LOGINS = 200


@pytest.fixture
def website(database, stand_in):
    """A gunicorn with two processes of eight threads, as an installation has it."""
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LINLI_")},
        **world.settings(stand_in.url),
        "LINLI_WECHAT_APPID": APPID,
        "LINLI_MODE": "test",
        "LINLI_LOG_LEVEL": "ERROR",
        "DATABASE_URL": database.app_url,
        "REDIS_URL": database.redis_url,
        "LINLI_WEB_BIND": f"127.0.0.1:{port}",
        "LINLI_WEB_WORKERS": "2",
        "LINLI_WEB_THREADS": "8",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "tests.infra.wechat.toy_wsgi:application"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            assert wait_until(lambda: is_up(url), seconds=60)
            yield url
        finally:
            process.send_signal(signal.SIGQUIT)  # at once: how it stops in peace is not what is tried here
            process.wait(60)


def is_up(url):
    try:
        return httpx.get(f"{url}/readyz", timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def flood(address, path, body):
    """Send LOGINS requests at once, each on a connection of its own; answers them with the seconds each took.

    One thread does it all: two hundred of them would be the load, not the server.
    """
    request = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
    began, answers, heard = {}, [], {}
    with selectors.DefaultSelector() as waiting:
        for _ in range(LOGINS):
            connection = socket.create_connection(address)
            began[connection], heard[connection] = time.monotonic(), b""
            connection.sendall(request)
            waiting.register(connection, selectors.EVENT_READ)
        while heard:
            for key, _ in waiting.select(timeout=30):
                piece = key.fileobj.recv(65536)
                heard[key.fileobj] += piece
                if not piece:
                    waiting.unregister(key.fileobj)
                    seconds = time.monotonic() - began[key.fileobj]
                    answers.append((heard.pop(key.fileobj), seconds))
                    key.fileobj.close()
    return answers


def login(http, code):
    return http.post("/toy/login", json={"code": code}).json()


def slowest_of_nothing(host, port):
    """What as many requests take here that do nothing: the machine may be busy with other things, before or after."""
    return max(seconds for _, seconds in flood((host, port), "/toy/nothing", "{}"))


def test_two_hundred_stalled_logins_leave_the_others_alone(website, stand_in):
    host, port = website.removeprefix("http://").split(":")
    with (
        ThreadPoolExecutor(1) as beside,
        httpx.Client(base_url=website, timeout=30, trust_env=False) as http,
    ):
        control = slowest_of_nothing(host, int(port))
        stand_in.faults.add(Fault("jscode2session", "stall", seconds=30))
        logins = beside.submit(flood, (host, int(port)), "/toy/login", '{"code": "x"}')
        assert stand_in.faults.stalled.acquire(timeout=60)  # at least one of them is stuck at WeChat
        others = []
        while not logins.done():
            began = time.monotonic()
            assert http.get("/readyz").status_code == 200
            others.append(time.monotonic() - began)
        answers = [(text.split(b"\r\n\r\n", 1), seconds) for text, seconds in logins.result()]
        assert {(head.split()[1], json.loads(body)["retryable"]) for (head, body), _ in answers} == {(b"503", True)}
        codes = [json.loads(body)["code"] for (_, body), _ in answers]
        stand_in.faults.clear()
        # a process whose fuse has blown rests for ten seconds first
        assert wait_until(lambda: "known" in login(http, stand_in.world.issue_code(ANNA)), seconds=60)
        control = max(control, slowest_of_nothing(host, int(port)))
    slowest = max(seconds for _, seconds in answers)
    waited, refused = (codes.count(f"infra.wechat_{code}") for code in ("unavailable", "busy"))
    measured = (
        f"{waited} logins waited, {refused} did not, the slowest took {slowest:.2f} s; of {len(others)} other requests "
        f"meanwhile the median took {statistics.median(others):.3f} s, the slowest {max(others):.2f} s; "
        f"nothing took up to {control:.2f} s"
    )
    assert slowest < 3 + control, measured
    # two processes with four places each; had all sixteen threads been taken, nothing else would have been answered
    assert refused > LOGINS // 2, measured
    assert len(others) > 2, measured
    # behind threads that all wait for WeChat, each would have taken as long as a login
    assert statistics.median(others) < 0.5 + control, measured
