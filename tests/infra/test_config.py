import os
import subprocess
import sys
from dataclasses import FrozenInstanceError

import pytest

from app.infra.config import DEMO_SECRET, Config, Mode, SettingError
from app.infra.settings_table import settings_table
from tests.fixtures.servers import ROOT

GOOD = {
    "LINLI_MODE": "demo",
    "DATABASE_URL": "postgresql://linli_app:hunter2@db:5432/linli",
    "REDIS_URL": "redis://cache:6379/0",
}


def test_from_environment_reads_types_and_defaults():
    config = Config.from_environment({**GOOD, "LINLI_POOL_SIZE": "7", "LINLI_LOG_LEVEL": "debug", "PATH": "/bin"})
    assert config.mode is Mode.DEMO
    assert config.pool_size == 7
    assert config.log_level == "DEBUG"
    assert config.body_bytes_max == 1024 * 1024
    assert config.database_owner_url is None
    with pytest.raises(FrozenInstanceError):
        config.pool_size = 8


@pytest.mark.parametrize("name", list(GOOD))
@pytest.mark.parametrize("value", [None, "", "  "])
def test_from_environment_names_the_setting_that_is_missing(name, value):
    environment = {k: v for k, v in GOOD.items() if k != name} | ({name: value} if value is not None else {})
    with pytest.raises(SettingError) as caught:
        Config.from_environment(environment)
    assert str(caught.value).startswith(f"{name} is not set: it must be ")


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("LINLI_MODE", "Production", "production, demo or test"),
        ("DATABASE_URL", "mysql://a:hunter2@b/c", "postgresql://"),
        ("DATABASE_URL", "postgresql://a:hunter2@b:notaport/c", "postgresql://"),
        ("DATABASE_URL", "postgresql:", "postgresql://"),
        ("DATABASE_OWNER_URL", "linli", "postgresql://"),
        ("REDIS_URL", "http://cache", "redis://"),
        ("LINLI_POOL_SIZE", "0", "from 1 to 200"),
        ("LINLI_POOL_SIZE", "1e2", "from 1 to 200"),
        ("LINLI_POOL_SIZE", "٣", "from 1 to 200"),
        ("LINLI_POOL_SIZE", "9" * 5000, "from 1 to 200"),
        ("LINLI_POOL_TIMEOUT_SECONDS", "-1", "from 1 to 60"),
        ("LINLI_BODY_BYTES_MAX", "12", "from 1024"),
        ("LINLI_LOG_LEVEL", "LOUD", "one of DEBUG"),
        ("LINLI_INDEX_SECRET", "short", "at least 32 bytes"),
        ("LINLI_TOKEN_KEYS", "a:short", "at least 32 bytes"),
        ("LINLI_TOKEN_KEYS", "s" * 40, "name:secret"),
        ("LINLI_TOKEN_KEYS", f"A:{'s' * 40}", "name:secret"),
        ("LINLI_VAULT_KEYS", f"a:{'s' * 40},a:{'t' * 40}", "each name once"),
        ("LINLI_VAULT_KEYS", f"a:{'s' * 40},", "name:secret"),
        ("LINLI_PROXIES", "6", "from 0 to 5"),
        ("LINLI_WECHAT_BASE_URL", "api.weixin.qq.com", "https://"),
        ("LINLI_WECHAT_APPID", "gh_hunter2", "wx0123456789abcdef"),
        ("LINLI_WECHAT_SECRET", "hunter2", "32 letters and digits"),
        ("LINLI_WECHAT_PUSH_TOKEN", "hunter2!", "3 to 32 letters and digits"),
        ("LINLI_WECHAT_PUSH_AES_KEY", "hunter2", "the 43 letters and digits"),
        ("LINLI_WECHAT_VERSION", "beta", "one of RELEASE, TRIAL, DEVELOP"),
        ("LINLI_WECHAT_CALLS_MAX", "0", "from 1 to 32"),
        ("LINLI_QR_KEYS", "1:short", "version:secret"),
        ("LINLI_QR_KEYS", "x" * 40, "version:secret"),
        ("LINLI_QR_KEYS", "0:" + "x" * 40, "from 1 to 99"),
        ("LINLI_QR_KEYS", ",".join(["1:" + "x" * 40] * 2), "version:secret"),
        ("LINLI_QR_BASE_URL", "ftp://linli", "https://"),
        ("LINLI_WEB_BIND", "8000", "127.0.0.1:8000"),
        ("LINLI_WEB_BIND", "0.0.0.0:99999", "127.0.0.1:8000"),
    ],
)
def test_from_environment_says_what_would_be_right_and_never_the_value(name, value, right):
    with pytest.raises(SettingError) as caught:
        Config.from_environment({**GOOD, name: value})
    assert str(caught.value).startswith(f"{name} is wrong: it must be ")
    assert right in str(caught.value)
    assert "hunter2" not in str(caught.value)


OWN = {
    "LINLI_TOKEN_KEYS": f"new:{'x' * 32},old:{'y' * 32}",
    "LINLI_VAULT_KEYS": f"one:{'v' * 32}",
    "LINLI_INDEX_SECRET": "i" * 32,
}


@pytest.mark.parametrize("name", list(OWN))
def test_production_has_no_default_secret(name):
    production = {**GOOD, "LINLI_MODE": "production", **OWN}
    assert Config.from_environment(production).takes_demo_liberties is False
    demo = DEMO_SECRET if name == "LINLI_INDEX_SECRET" else f"new:{'x' * 32},demo:{DEMO_SECRET}"
    for wrong in ({k: v for k, v in production.items() if k != name}, {**production, name: demo}):
        with pytest.raises(SettingError, match=rf"^{name} "):
            Config.from_environment(wrong)


def test_keys_come_in_the_order_they_are_written():
    config = Config.from_environment({**GOOD, **OWN})
    assert config.token_keys == (("new", "x" * 32), ("old", "y" * 32))


WECHAT = {
    "LINLI_WECHAT_APPID": "wx0123456789abcdef",
    "LINLI_WECHAT_SECRET": "hunter2" * 4 + "hunt",
    "LINLI_WECHAT_PUSH_TOKEN": "hunter2",
    "LINLI_WECHAT_PUSH_AES_KEY": "hunter2" * 6 + "h",
}


@pytest.mark.parametrize("name", list(WECHAT))
def test_what_belongs_together_of_wechat_is_set_together(name):
    with pytest.raises(SettingError) as caught:
        Config.from_environment({**GOOD, **WECHAT, name: ""})
    assert name in str(caught.value)
    assert "belong together" in str(caught.value)
    shown = repr(Config.from_environment({**GOOD, **WECHAT}))
    assert "hunter2" not in shown
    alone = {key: value for key, value in WECHAT.items() if "PUSH" in key}
    with pytest.raises(SettingError, match="LINLI_WECHAT_APPID is not"):
        Config.from_environment({**GOOD, **alone})


def test_in_production_wechat_is_reached_by_https_only():
    production = {**GOOD, "LINLI_MODE": "production", **OWN}
    assert Config.from_environment(production).wechat_base_url == "https://api.weixin.qq.com"
    with pytest.raises(SettingError, match=r"^LINLI_WECHAT_BASE_URL "):
        Config.from_environment({**production, "LINLI_WECHAT_BASE_URL": "http://127.0.0.1:8090"})


def test_keys_of_posted_codes_are_read_by_their_versions():
    keys = Config.from_environment({**GOOD, "LINLI_QR_KEYS": f"2:{'b' * 32}, 1:{'a' * 32}"}).qr_keys
    assert keys == ((1, "a" * 32), (2, "b" * 32))


def test_repr_shows_no_secret():
    shown = repr(
        Config.from_environment({**GOOD, "LINLI_TOKEN_KEYS": "a:" + "s3cr3t" * 8, "LINLI_INDEX_SECRET": "s3cr3t" * 8})
    )
    assert "hunter2" not in shown
    assert "s3cr3t" not in shown


def test_settings_table_has_every_setting_with_a_sentence():
    table = settings_table()
    assert len(table) == len(Config.__dataclass_fields__)
    assert ("REDIS_URL", "required") in [row[:2] for row in table]
    assert all(meaning.endswith(".") for _, _, meaning in table)
    assert DEMO_SECRET not in str(table)


@pytest.mark.parametrize(
    "command",
    [["-m", "flask", "--app", "wsgi", "settings"], ["-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:application"]],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence_and_code_2(command):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("LINLI", "DATABASE", "REDIS"))}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**environment, **GOOD, "LINLI_POOL_SIZE": "many"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "linli: LINLI_POOL_SIZE is wrong: it must be a whole number from 1 to 200.\n"
