"""The till of the sandbox keeps to what docs/merchants.md asks of vendors: wait as told, and say the same again."""

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest

from sandbox.till.client import Key, Till
from sandbox.till.load import Phone

BUSY = (429, {"Retry-After": "2"}, {"code": "web.too_often", "detail": "Too many requests."})
DONE = (201, {}, {"state": "held", "code": "911234567890123457"})
LOST = (503, {}, {"code": "web.unavailable", "detail": "Away."})


class Busy(BaseHTTPRequestHandler):
    """Answers what stands in `answers`, one after another, and keeps what came."""

    answers: ClassVar[list[Any]] = []
    came: ClassVar[list[tuple[float, dict[str, str], bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.came.append((time.monotonic(), dict(self.headers), body))
        status, headers, document = self.answers.pop(0)
        said = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(said))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Busy)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    Busy.came.clear()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_till_that_is_told_to_wait_waits_and_sends_the_same_bytes_under_the_same_key(url, capsys):
    Busy.answers[:] = [LOST, BUSY, DONE, DONE]
    till = Till(Key(url, "0" * 32, "11" * 32))
    assert till.ask("911234567890123457", "T-1", 100).status == 201
    (_, first, body), (busy_at, second, again), (done_at, third, _) = Busy.came
    assert done_at - busy_at >= 2
    assert first["Authorization"] == second["Authorization"] == third["Authorization"]
    assert first["Idempotency-Key"] == second["Idempotency-Key"] == third["Idempotency-Key"]
    assert (body, till.retries) == (again, 2)
    assert "waits 2 s: 429 web.too_often: Too many requests." in capsys.readouterr().err
    till.capture("T-1")
    assert Busy.came[3][1]["Idempotency-Key"] != first["Idempotency-Key"]
    till.close()


def test_a_phone_that_gets_no_code_says_why(url, capsys):
    Busy.answers[:] = [BUSY, DONE]
    phone = Phone(url, "meilihua", "token")
    assert phone.code(lambda: False) == "911234567890123457"
    assert phone.refused == {"429 web.too_often: Too many requests.": 1}
    assert Busy.came[1][0] - Busy.came[0][0] >= 2
    assert "waits 2 s" in capsys.readouterr().err
    phone.close()
