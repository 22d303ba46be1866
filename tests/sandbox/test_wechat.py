"""The stand-in of WeChat as a developer meets it: its page, its desk, its command."""

import re
import signal
import subprocess
import sys

import httpx
import pytest

from sandbox.wechat import server
from sandbox.wechat.faults import KINDS
from sandbox.wechat.world import APPID, SECRET, World
from tests.fixtures.servers import ROOT
from tools.embedded.process import free_port

NAME = "王秀英"


@pytest.fixture
def world():
    made = World(seed=5)
    made.add_people([NAME, "<b>李</b>"])
    return made


@pytest.fixture
def desk(world):
    with (
        server.running(world) as running,
        httpx.Client(base_url=running.url, trust_env=False, timeout=10) as http,
    ):
        yield http


def sign_in(desk, code, **changes):
    query = {"appid": APPID, "secret": SECRET, "js_code": code, "grant_type": "authorization_code"}
    return desk.get("/sns/jscode2session", params=query | changes).json()


def test_a_developer_becomes_somebody(desk, world):
    page = desk.get("/").text
    assert NAME in page
    assert "<b>李</b>" not in page
    shown = desk.post("/become", data={"name": NAME}).text
    code = re.search(r"<code>(\w+)</code>", shown)[1]
    assert sign_in(desk, code)["openid"] == world.person(NAME).openid


def test_codes_are_for_people_who_are_there(desk):
    assert desk.post("/sandbox/codes", json={"name": "nobody"}).json()["errcode"] == 40003
    desk.post("/sandbox/people", json={"name": "nobody", "blocked": True})
    code = desk.post("/sandbox/codes", json={"name": "nobody"}).json()["code"]
    assert sign_in(desk, code)["errcode"] == 40226


def test_who_asks_wrongly_is_told_as_wechat_would(desk):
    assert sign_in(desk, "x", appid="wx0")["errcode"] == 40013
    assert sign_in(desk, "x", secret="x")["errcode"] == 40125
    assert sign_in(desk, "x", grant_type="x")["errcode"] == 40002
    assert sign_in(desk, "x")["errcode"] == 40029
    assert desk.post("/wxa/msg_sec_check", json={}).json()["errcode"] == 41001
    assert desk.post("/wxa/msg_sec_check?access_token=x", json={}).json()["errcode"] == 40001


def test_messages_sent_are_shown(desk, world):
    token = world.give_token(force=False).text
    desk.post("/sandbox/subscriptions", json={"name": NAME, "template_id": "t", "times": 1})
    wanted = {"touser": world.person(NAME).openid, "template_id": "t", "data": {"thing1": {"value": "<i>到账</i>"}}}
    answers = [desk.post(f"/cgi-bin/message/subscribe/send?access_token={token}", json=wanted).json() for _ in range(2)]
    assert [answer["errcode"] for answer in answers] == [0, 43101]
    assert desk.get("/sandbox/messages").json()["items"][0]["data"] == {"thing1": "<i>到账</i>"}
    assert "&lt;i&gt;到账" in desk.get("/").text


def test_faults_are_named(desk):
    unknown = desk.post("/sandbox/faults", json={"kind": "earthquake"})
    assert (unknown.status_code, unknown.json()["kinds"]) == (422, KINDS)
    desk.post("/sandbox/faults", json={"call": "jscode2session", "kind": "busy", "times": 1})
    assert [sign_in(desk, "x")["errcode"] for _ in range(2)] == [-1, 40029]
    desk.post("/sandbox/faults", json={"kind": "gateway"})
    assert desk.get("/sns/jscode2session").status_code == 502
    desk.delete("/sandbox/faults")
    assert desk.get("/sandbox/calls").json()["jscode2session"] == 3


def test_the_command_serves_the_neighbourhood_until_it_is_ended():
    port = free_port()
    command = [sys.executable, "-m", "sandbox.wechat", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == f"WeChat stand-in on http://127.0.0.1:{port}\n"
        answer = httpx.get(f"http://127.0.0.1:{port}/", trust_env=False, timeout=10)
        assert NAME in answer.text
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert process.stderr.read() == ""
