import re

import pytest

from app.enrolment import terms as enrolment
from app.kernel.errors import Declined, DomainError, Kind
from app.kernel.states import ZH
from app.mall import terms as mall
from app.merchants import terms as merchants
from app.points import terms as points
from app.reports import terms as reports
from app.risk import terms as risk
from app.volunteers import terms as volunteers

STATES = ("State", "HoldResolution")
UNSAID = frozenset({"arrived", "capped", "done", "none", "queued", "running"})
"""Of what no refusal speaks."""


class Full(DomainError):
    kind = Kind.CONFLICT
    code = "test.full"
    text = {"zh": "只剩 {left} 个位置。", "en": "Only {left} places are left."}


def test_detail_fills_the_placeholders_in_either_language():
    error = Full(left=3)
    assert error.detail("zh") == "只剩 3 个位置。"
    assert error.detail("en") == "Only 3 places are left."
    assert error.detail("fr") == "只剩 3 个位置。"
    assert str(error) == "test.full: Only 3 places are left."


def test_field_names_the_offending_input_when_given():
    assert Full(left=0).field is None
    assert Full(left=0, field="seats").field == "seats"


@pytest.mark.parametrize(
    "text",
    [{"zh": "只有中文"}, {"zh": "甲", "en": "a", "fr": "a"}, {"zh": "{left} 个", "en": "{count} left"}],
)
def test_a_refusal_with_a_language_or_placeholder_missing_is_refused_at_import(text):
    with pytest.raises(TypeError):
        type("Broken", (DomainError,), {"kind": Kind.INVALID, "code": "test.broken", "text": text})


def test_declined_is_a_refusal():
    assert issubclass(Declined, DomainError)


class Over(DomainError):
    kind = Kind.CONFLICT
    code = "test.over"
    text = {"zh": "它{state}。", "en": "It is {state}."}


def test_states_have_words_in_chinese():
    assert Over(state="reversed").detail("zh") == "它已撤销。"
    assert Over(state="reversed").detail("en") == "It is reversed."
    assert Over(state="unheard of").detail("zh") == "它unheard of。"


def test_every_state_that_a_refusal_may_name_has_its_words():
    features = (enrolment, mall, merchants, points, reports, risk, volunteers)
    states = [each for terms in features for each in vars(terms).values() if isinstance(each, type)]
    named = {str(one) for each in states if each.__name__.endswith(STATES) for one in each}
    assert named - UNSAID - set(ZH) == set()


def test_words_are_kept_for_no_more_than_is_said():
    assert all(not re.search("[a-z]", words) for words in ZH.values())
