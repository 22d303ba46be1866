"""The settings of what lies outside: whole or not at all, and nothing local in production."""

import pytest

from app.factory import create_app
from app.infra.config import Config, SettingError
from tests.infra.test_config import GOOD

SECRET = "s" * 40
APP = {"LINLI_WECHAT_APPID": "wx0123456789abcdef", "LINLI_WECHAT_SECRET": "s" * 32}
MALL = {
    "LINLI_MALL_MCHID": "1900000109",
    "LINLI_MALL_API_V3_KEY": "k" * 32,
    "LINLI_MALL_KEY_FILE": "/nowhere/merchant.pem",
    "LINLI_MALL_KEY_SERIAL": "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
    "LINLI_MALL_PLATFORM_KEYS": "PUB_KEY_ID_1:/nowhere/a.pem,ABCDEF0123:/nowhere/b.pem",
}
PRODUCTION = GOOD | {
    "LINLI_MODE": "production",
    "LINLI_TOKEN_KEYS": f"a:{SECRET}",
    "LINLI_VAULT_KEYS": f"a:{SECRET}",
    "LINLI_INDEX_SECRET": SECRET,
}


def test_all_of_it_is_read():
    config = Config.from_environment(GOOD | APP | MALL | {"LINLI_OUTBOUND_LOCAL": "yes"})
    assert config.outbound_local
    assert config.mall_is_whole
    assert config.mall_platform_keys == (("PUB_KEY_ID_1", "/nowhere/a.pem"), ("ABCDEF0123", "/nowhere/b.pem"))
    assert "k" * 32 not in repr(config)


@pytest.mark.parametrize("name", [*MALL, "LINLI_WECHAT_APPID"])
def test_half_a_mall_is_refused(name):
    given = GOOD | APP | MALL
    given.pop(name)
    given.pop("LINLI_WECHAT_SECRET" if name == "LINLI_WECHAT_APPID" else name, None)
    with pytest.raises(SettingError, match="belong together"):
        Config.from_environment(given)


@pytest.mark.parametrize(
    "wrong", [{"LINLI_OUTBOUND_LOCAL": "yes"}, {"LINLI_MALL_BASE_URL": "http://127.0.0.1:8091"}], ids=str
)
def test_nothing_local_in_production(wrong):
    Config.from_environment(PRODUCTION)
    with pytest.raises(SettingError, match=next(iter(wrong))):
        Config.from_environment(PRODUCTION | wrong)


@pytest.mark.parametrize("wrong", [{"LINLI_OUTBOUND_LOCAL": "1"}, {"LINLI_MALL_PLATFORM_KEYS": "a.pem"}], ids=str)
def test_what_is_wrong_is_named(wrong):
    with pytest.raises(SettingError, match=next(iter(wrong))):
        Config.from_environment(GOOD | APP | MALL | wrong)


def test_keys_that_are_none_stop_the_start(tmp_path):
    (tmp_path / "a.pem").write_text("no key")
    for value in ("/nowhere/a.pem", str(tmp_path / "a.pem")):
        given = GOOD | APP | MALL | {"LINLI_MALL_PLATFORM_KEYS": f"PUB:{value}"}
        with pytest.raises(SettingError, match="LINLI_MALL_PLATFORM_KEYS"):
            create_app(Config.from_environment(given))
