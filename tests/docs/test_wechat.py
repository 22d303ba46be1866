"""docs/wechat.md in both languages: its calls are the code's, its settings exist, its quotas are the stand-in's."""

import re

import pytest

from app.infra.settings_table import settings_table
from app.infra.wechat import calls, errors, tokens
from app.infra.wechat.caller import KNOWN, Kind
from app.notices.service.templates import load_templates
from app.notices.terms import NoticeState, Reason
from sandbox.wechat.faults import KINDS
from sandbox.wechat.world import FORCE_SECONDS, FORCES_A_DAY, LOGINS_A_MINUTE, MINUTE_QUOTAS
from tests.docs.markdown import read, table_after

DOCUMENTS = {"en": read("docs/wechat.md"), "zh": read("docs/wechat.zh-CN.md")}
CALLS = {kind.name: kind for module in (calls, tokens) for kind in vars(module).values() if isinstance(kind, Kind)}


@pytest.mark.parametrize("language", DOCUMENTS)
def test_every_call_is_listed_with_its_deadline(language):
    rows = {row[next(iter(row))]: row for row in table_after(DOCUMENTS[language], "calls")}
    assert set(rows) == set(CALLS)
    for name, kind in CALLS.items():
        deadline = list(rows[name].values())[3]
        assert deadline == f"{kind.deadline_seconds:g} s", name


@pytest.mark.parametrize("language", DOCUMENTS)
def test_the_settings_and_words_it_names_exist(language):
    text = DOCUMENTS[language]
    known = {name for name, _, _ in settings_table()}
    named = set(re.findall(r"LINLI_[A-Z_]+", text))
    assert named <= known
    assert {name for name in known if "WECHAT" in name and name != "LINLI_WECHAT_BASE_URL"} <= named
    assert {f"`{state}`" for state in NoticeState} <= set(re.findall(r"`\w+`", text))
    told = {Reason.EXPIRED, Reason.NOT_ON_WECHAT, Reason.TEMPLATE_GONE, Reason.UNKNOWN, Reason.GAVE_UP}
    assert told == set(Reason)
    assert all(f"`{reason}`" in text for reason in told)
    assert all(f"`{kind}`" in text for kind in KINDS)
    assert errors.PushRefused.code in text
    assert {int(code) for code in re.findall(r"\b4[0-9]{4}\b", text)} <= KNOWN


def test_the_quotas_it_tells_are_those_the_stand_in_keeps():
    rows = {row["call"]: row["WeChat's quota"] for row in table_after(DOCUMENTS["en"], "calls")}
    for name, quota in MINUTE_QUOTAS.items():
        assert f"{quota:,} a minute" in rows[name]
    assert f"{LOGINS_A_MINUTE} a minute and person" in rows["jscode2session"]
    assert f"{FORCES_A_DAY} a day, {FORCE_SECONDS} s apart" in rows["stable_token"]


def test_both_languages_have_the_same_steps():
    steps = {language: re.findall(r"^([0-9])\. \*\*", text, re.MULTILINE) for language, text in DOCUMENTS.items()}
    assert steps["en"] == steps["zh"] == list("123456789")
    assert [len(re.findall(r"^\|", text, re.MULTILINE)) for text in DOCUMENTS.values()] == [38, 38]


@pytest.mark.parametrize("language", DOCUMENTS)
def test_what_people_are_told_is_told_by_templates_that_are_there(language):
    told = set(re.findall(r"^\| `([a-z]+_[a-z]+)` \| [^|]+ \| [^|]+ \|$", DOCUMENTS[language], re.MULTILINE))
    points = {"points_received", "points_spent", "points_expiring", "budget_alert"}
    assert told == points | {"complaint_opened", "complaint_decided", "papers_decided"}
    assert told <= set(load_templates(None))
