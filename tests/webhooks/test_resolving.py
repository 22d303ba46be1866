"""Names whose servers are dead: the machine's resolver hangs for half a minute, and holds nobody else up."""

import socket
import threading
from collections import Counter

import pytest

from app.infra.outbound import resolving
from app.infra.outbound.sending import Post, Sender
from tests.webhooks.shop import serve

DEAD = 40
"""More than an event loop has threads of its own, on any machine the tests run on."""


@pytest.fixture
def asked(monkeypatch):
    """The machine's resolver, with names that hang until the test is over; how often each was asked for."""
    over, counted, real = threading.Event(), Counter(), socket.getaddrinfo

    def look_up(host, *rest, **more):
        counted[host] += 1
        if host.endswith(".dead.example.cn"):
            over.wait(30)
            raise socket.gaierror("no such name")
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield counted
    over.set()


@pytest.fixture
def made():
    sender = Sender(local=True, seconds=0.5)
    yield sender
    sender.close()


def send(made, *urls):
    results = made.send_each([[Post(url, {}, b"{}")] for url in urls])
    return [result.failure or result.status for [result] in results]


def dead(count):
    return [f"https://shop{n}.dead.example.cn/x" for n in range(count)]


def test_names_that_hang_hold_nobody_else_up(asked, made):
    with serve() as shop:
        for _ in range(2):
            *late, well = send(made, *dead(DEAD), shop.url)
            assert (set(late), well) == ({"timeout"}, 204)
    assert {asked[f"shop{n}.dead.example.cn"] for n in range(DEAD)} == {1}  # nobody asks again while one still hangs


def test_strangers_cannot_take_threads_without_end(asked, made, monkeypatch):
    monkeypatch.setattr(resolving, "LOOKUPS_MAX", 3)
    assert send(made, *dead(3)) == ["timeout"] * 3
    assert send(made, "https://shop9.dead.example.cn/x") == ["unreachable"]
    assert asked["shop9.dead.example.cn"] == 0
