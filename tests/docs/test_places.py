"""docs/places.md and its Chinese twin name what the code has."""

import re

import pytest

from app.places.rules.tree import LABELS, PARENTS
from app.places.terms import WORKING_HOURS, DaySource, UnitKind
from tests.docs.markdown import read

GUIDES = ("docs/places.md", "docs/places.zh-CN.md")
ROUTE = re.compile(r"`(GET|POST) (…|/v1)(/[^`?]*)")


def shape(path: str) -> str:
    return re.sub(r"<[^>]*>", "<>", path)


@pytest.mark.parametrize("name", GUIDES)
def test_every_address_is_served(app, name: str) -> None:
    served = {(method, shape(rule.rule)) for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    named = ROUTE.findall(read(name))
    assert len(named) >= 15
    for method, base, path in named:
        whole = ("/v1/books/<book>" if base == "…" else base) + path
        assert (method, shape(whole)) in served, whole


def test_both_guides_name_the_same_addresses() -> None:
    first, second = ([(method, shape(path)) for method, _, path in ROUTE.findall(read(name))] for name in GUIDES)
    assert first == second


@pytest.mark.parametrize(("name", "lang"), list(zip(GUIDES, ("en", "zh"), strict=True)))
def test_the_table_of_kinds_is_the_rule(name: str, lang: str) -> None:
    rows = dict(re.findall(r"^\| `([a-z]+)` \S+ \| (.+) \|$", read(name), re.MULTILINE))
    assert set(rows) == set(PARENTS)
    for kind, parents in PARENTS.items():
        said = re.split(r"[;；]", rows[kind])[0]
        named = set()
        for each in sorted(PARENTS, key=lambda known: -len(LABELS[known][lang])):  # 社区 before 区
            named |= {each} if LABELS[each][lang] in said else set()
            said = said.replace(LABELS[each][lang], "")
        assert named == set(parents), kind


@pytest.mark.parametrize("name", GUIDES)
def test_words_and_hours_are_the_codes(name: str) -> None:
    text = read(name)
    assert all(f"`{word}`" in text for word in (*UnitKind, *DaySource, "gcj02", "wgs84"))
    for opens, closes in WORKING_HOURS:
        assert f"{opens.hour}:{opens:%M}–{closes.hour}:{closes:%M}" in text.replace("09:", "9:")
