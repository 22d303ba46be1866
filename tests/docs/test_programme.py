"""docs/programme.md in both languages: its routes exist, its tables are the code's, and both say the same."""

import json
import re
from datetime import date
from uuid import UUID

import pytest

from app.enrolment.rules.headers import field_of
from app.enrolment.rules.words import LABELS, SENTENCES, sentence
from app.enrolment.terms import Field, ProblemCode
from app.kernel.errors import DomainError
from app.points.rules.definitions import RuleDefinition, check_definition
from app.points.rules.expiry import ExpiryPolicy, FixedDay, expiry_day
from app.points.rules.formulas import read_formula
from app.points.schemas import allotments
from app.points.schemas.award_rules import RuleProposalIn
from app.points.schemas.figure_words import TITLES
from app.points.terms import ProposalKind
from tests.docs.markdown import ROOT, read, table_after
from tests.docs.test_documents import refusals

DOCUMENTS = {"en": "docs/programme.md", "zh": "docs/programme.zh-CN.md"}
TEXTS = {lang: read(name) for lang, name in DOCUMENTS.items()}
ROUTE = re.compile(r"`(GET|POST) (…|/v1/books)([\w/<>.-]*)")
GRADES = {"community": 25, "street": 50, "district": 100, "city": 200}
BUDGET = UUID(int=1)


def pattern(sentence_: str) -> str:
    """A sentence of the program, whatever its places are filled with."""
    return re.sub(r"\\{\w+\\}", ".+", re.escape(sentence_))


both = pytest.mark.parametrize("lang", ["en", "zh"])


def columns(lang: str, mark: str) -> list[list[str]]:
    """The rows of a marked table, as lists."""
    return [list(row.values()) for row in table_after(TEXTS[lang], mark)]


def routes(text: str) -> set[tuple[str, str]]:
    """Each request that is named: its method, and its path with nameless places."""
    found = {(method, path if base == "…" else f"-{path}") for method, base, path in ROUTE.findall(text)}
    return {(method, re.sub(r"<\w+>|(?<=/years/)\d+", "<>", path)) for method, path in found}


@both
def test_every_request_that_is_named_exists(app, lang: str) -> None:
    known = set()
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<[^>]+>", "<>", rule.rule.replace("/v1/books/<book>", "…").replace("/v1/books", "-"))
        known |= {(method, path.removeprefix("…")) for method in rule.methods or ()}
    named = routes(TEXTS[lang])
    assert len(named) > 50
    assert named - known == set()


def test_both_languages_name_the_same_requests_tables_and_chapters() -> None:
    english, chinese = TEXTS["en"], TEXTS["zh"]
    for sign in (r"<!-- ([\w-]+) -->", r"^(#+) "):
        assert re.findall(sign, english, re.MULTILINE) == re.findall(sign, chinese, re.MULTILINE)
    words = [set(re.findall(r"`([a-z_]{4,})`", text)) for text in (english, chinese)]
    assert words[0] == words[1]
    assert routes(english) == routes(chinese)


@both
def test_the_acts_of_two_people_are_the_codes(lang: str) -> None:
    assert {row[0] for row in columns(lang, "two-people")} == set(ProposalKind)


@both
def test_every_heading_that_is_named_is_recognised(lang: str) -> None:
    rows = columns(lang, "headings")
    assert {row[0] for row in rows} == set(Field)
    for field, headings in rows:
        assert {field_of(heading) for heading in headings.split(", ")} == {Field(field)}


@both
def test_problems_are_told_as_the_code_tells_them(lang: str) -> None:
    known = [pattern(SENTENCES[code][lang]) for code in ProblemCode]
    for line, _, answer in columns(lang, "problems"):
        assert any(
            re.fullmatch(f"{LABELS[field][lang]} [A-H]{line} ?{words}", answer) for words in known for field in Field
        ), answer


def test_a_problem_is_told_with_its_cell() -> None:
    told = sentence("points_form", "points", "G4", {}, "en")
    assert told in TEXTS["en"]


@both
def test_worked_examples_pay_what_they_say(lang: str) -> None:
    formula, most = "", 0
    seen = set()
    for _, written, points_max, happened, paid in columns(lang, "formulas"):
        formula, most = written or formula, int(points_max or most)
        grades = GRADES if "grade" in formula else {}
        check_definition(RuleDefinition(BUDGET, formula, most, grades=grades))
        name, value = happened.split("=")
        computed = read_formula(formula).evaluate({name: int(value)})
        numbers = [int(number) for number in re.findall(r"\d+", paid)]
        assert numbers == [min(computed, most), *([computed] if computed > most else [])]
        seen.add(formula)
    assert len(seen) == 6


@both
def test_refused_formulas_are_refused_in_these_words(lang: str) -> None:
    codes = set()
    for formula, points_max, answer in columns(lang, "refused-formulas"):
        with pytest.raises(DomainError) as refused:
            check_definition(RuleDefinition(BUDGET, formula, int(points_max)))
        assert refused.value.detail(lang) == answer
        codes.add(refused.value.code)
    assert len(codes) == 8


@both
def test_the_rule_that_is_shown_may_be_proposed(lang: str) -> None:
    shown = TEXTS[lang].split("<!-- rule -->\n", 1)[1].split("\n\n", 1)[0]
    check_definition(RuleProposalIn().load(json.loads(shown))["definition"])


@both
def test_the_columns_of_the_table_of_figures_are_the_codes(lang: str) -> None:
    rows = re.findall(r"^ *\| [^|`]+ \| (`[a-z_`、, ]+`) \| ([^|\d]+) \| [^|]+ \|$", TEXTS[lang], re.MULTILINE)
    assert len(rows) == 12
    for names, titles in rows:
        said = [TITLES[name][lang] for name in re.findall(r"\w+", names)]
        assert titles == ("、" if lang == "zh" else ", ").join(said)


@both
def test_whatever_is_quoted_is_said_by_the_program(app, lang: str) -> None:
    said = [pattern(cls.text[lang]) for cls in refusals() if "code" in vars(cls)]
    said += [
        pattern(allotments._ALLOTMENT[lang]),
        {"en": r".+: \d+ points? (in|out)", "zh": r".+,(存入|支出) \d+ 积分"}[lang],
    ]
    wrong = TEXTS[lang].rsplit("\n## ", 1)[1]
    quoted = re.findall(r"^ *> (.+)$", TEXTS[lang], re.MULTILINE)
    quoted += [text for text in re.findall(r"^\| [*“](.+?)[*”] \|", wrong, re.MULTILINE) if "…" not in text]
    assert len(quoted) > 15
    assert [text for text in quoted if not any(re.fullmatch(words, text) for words in said)] == []


@both
def test_expiry_days_are_the_codes(lang: str) -> None:
    rolling, yearly = ExpiryPolicy(24), ExpiryPolicy(12, FixedDay(12, 31))
    for row in columns(lang, "expiry"):
        earned, *lasts = map(date.fromisoformat, row)
        short = expiry_day(earned, rolling, validity_months=6)
        assert lasts == [expiry_day(earned, rolling), expiry_day(earned, yearly), short]


def test_the_picture_of_a_passbook_is_small() -> None:
    picture = (ROOT / "docs" / "passbook.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 150_000
