"""docs/mall.md in both languages: its settings, messages, states and routes are the code's."""

import re

import pytest

from app.infra.settings_table import settings_table
from app.infra.wechatpay.client import AUTHORIZATIONS, POINTS_NOTIFY
from app.mall.terms import RETURN_DAYS_DEFAULT, EarnState, Event, Reason
from tests.docs.markdown import read, table_after

DOCUMENTS = {"en": read("docs/mall.md"), "zh": read("docs/mall.zh-CN.md")}


@pytest.mark.parametrize("language", DOCUMENTS)
def test_what_it_names_is_there(client, language):
    text = DOCUMENTS[language]
    messages = {next(iter(row.values())) for row in table_after(text, "messages")}
    assert messages == {*Event, f"POST {POINTS_NOTIFY}", f"GET {AUTHORIZATIONS}/<openid>"}
    known = {name for name, _, _ in settings_table()}
    named = set(re.findall(r"LINLI_[A-Z0-9_]+", text))
    assert named <= known
    assert {name for name in known if "MALL" in name and name != "LINLI_MALL_BASE_URL"} <= named
    assert all(f"`{each}`" in text for each in (*EarnState, *Reason))
    assert str(RETURN_DAYS_DEFAULT) in text
    paths = client.get("/openapi.json").json["paths"]
    for method, path in re.findall(r"`(GET|POST) (/v1/[^`? ]+)", text):
        assert method.lower() in paths[path.translate({60: "{", 62: "}"})], path


def test_both_languages_have_the_same_parts():
    assert [len(re.findall("^(?:#|[0-9]\\.|\\|)", text, re.MULTILINE)) for text in DOCUMENTS.values()] == [18, 18]
