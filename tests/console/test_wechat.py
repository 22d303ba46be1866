"""What an operator sees after setting WeChat up, rightly and wrongly."""

import os
from contextlib import contextmanager

import pytest

from app.infra import wechat
from sandbox.wechat import server
from sandbox.wechat.world import PUSH_AES_KEY, PUSH_TOKEN, SECRET, World
from tools.embedded.process import free_port

APPID = f"wx{os.getpid():016}"  # the workers of a run share one Redis


@pytest.fixture
def stand_in():
    with server.running(World(seed=1, appid=APPID)) as running:
        yield running


@contextmanager
def set_up(make_app, url, **changes):
    """An application set up for WeChat, with no token of another test in Redis."""
    settings = {
        "wechat_base_url": url,
        "wechat_appid": APPID,
        "wechat_secret": SECRET,
        "wechat_push_token": PUSH_TOKEN,
        "wechat_push_aes_key": PUSH_AES_KEY,
    }
    app = make_app(**(settings | changes))
    app.extensions[wechat.CLIENT].tokens.redis.delete(f"linli:wechat:{APPID}:token")
    yield app.test_cli_runner()
    app.extensions[wechat.CLIENT].tokens.redis.delete(f"linli:wechat:{APPID}:token")


def test_all_is_well(make_app, stand_in):
    with set_up(make_app, stand_in.url) as runner:
        done = runner.invoke(args=["wechat", "check"])
        assert done.exit_code == 0, done.output
        assert "WeChat gives us one" in done.output
        assert "12 are known; 12 still go with the stand-in only" in done.output
        assert runner.invoke(args=["wechat", "replace-token"]).output.strip() == (
            "access token: replaced; the old one is void"
        )
        again = runner.invoke(args=["wechat", "replace-token"])
        assert (again.exit_code, "45011" in again.output) == (1, True)


def test_a_wrong_secret_is_said_and_not_shown(make_app, stand_in):
    with set_up(make_app, stand_in.url, wechat_secret="f" * 32) as runner:
        done = runner.invoke(args=["wechat", "check"])
    assert done.exit_code == 1
    assert "access token: NOT WELL: WeChat refused the call (40125)" in done.output
    assert "f" * 32 not in done.output


def test_a_wechat_that_is_not_there_is_said(make_app):
    with set_up(make_app, f"http://127.0.0.1:{free_port()}") as runner:
        done = runner.invoke(args=["wechat", "check"])
    assert "access token: NOT WELL: WeChat does not answer" in done.output


def test_a_file_that_is_wrong_is_said(make_app, stand_in, tmp_path):
    (tmp_path / "mine.json").write_text("[{}]")
    with set_up(make_app, stand_in.url, wechat_templates_file=str(tmp_path / "mine.json")) as runner:
        done = runner.invoke(args=["wechat", "check"])
    assert (done.exit_code, "templates: NOT WELL" in done.output) == (1, True)


def test_nothing_is_set_up(app):
    done = app.test_cli_runner().invoke(args=["wechat", "check"])
    assert done.exit_code == 1
    assert "AppID not set" in done.output
    assert done.output.count("NOT WELL: The mini-program is not set up here yet") == 2
