"""docs/risk.md and its Chinese twin name what the code has."""

import re

import pytest

from app.risk.rules.features import ALL, FEATURES
from app.risk.schemas.words import REASONS
from app.risk.service import shelf
from app.risk.terms import COARSE, CaseState, EventKind, FindingKind, Label, Outcome
from tests.docs.markdown import read, table_after

GUIDES = {"docs/risk.md": "en", "docs/risk.zh-CN.md": "zh"}
ROUTE = re.compile(r"`(GET|POST) …(/[^`?]*)`")


@pytest.mark.parametrize("name", GUIDES)
def test_the_table_of_features_is_the_catalogue(name: str) -> None:
    rows = [list(row.values()) for row in table_after(read(name), "features")]
    assert [row[0] for row in rows] == list(FEATURES)
    for row, feature in zip(rows, FEATURES.values(), strict=True):
        kinds = "all" if feature.kinds == ALL else ", ".join(kind for kind in EventKind if kind in feature.kinds)
        assert row[1:5] == [feature.type, kinds, feature.source, feature.zh if GUIDES[name] == "zh" else feature.en]
        assert (row[5] in {"never", "不会"}) is feature.always, row


@pytest.mark.parametrize("name", GUIDES)
def test_the_table_of_reasons_is_what_staff_read(name: str) -> None:
    rows = dict(tuple(row.values()) for row in table_after(read(name), "reasons"))
    assert rows == {str(code): said[GUIDES[name]] for code, said in REASONS.items()}


@pytest.mark.parametrize("name", GUIDES)
def test_outcomes_labels_and_findings_are_the_codes(name: str) -> None:
    text = read(name)
    for outcome in Outcome:
        assert re.search(rf"^\| `{outcome}` \|.*\| `{COARSE[outcome]}` \|", text, re.MULTILINE), outcome
    assert all(f"`{word}`" in text for word in (*CaseState, *Label, *FindingKind))
    assert all(f"`{code}`" in text for code in shelf.defaults().list_codes())


@pytest.mark.parametrize("name", GUIDES)
def test_every_address_is_told_and_served(app, name: str) -> None:
    prefix = "/v1/books/<book>"
    served = {
        (method, re.sub(r"<\w+:", "<", rule.rule.removeprefix(prefix)))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"GET", "POST"}
        if rule.rule.startswith(f"{prefix}/risk/")
    }
    assert set(ROUTE.findall(read(name))) == served


@pytest.mark.parametrize("name", GUIDES)
def test_the_rule_that_is_shown_is_one_of_ours(name: str) -> None:
    (shown,) = [rule for rule in shelf.defaults().rules if rule.id == "resident-day"]
    assert f'"when": "{shown.when}", "score": {shown.score}' in read(name)
