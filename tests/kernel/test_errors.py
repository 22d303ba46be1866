import pytest

from app.kernel.errors import Declined, DomainError, Kind


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
