import pytest

from app.points.schemas import words
from app.points.terms import AccountKind, Code


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_sentence_in_both_languages(code):
    zh, en = (words.sentence(code, -20, "points", lang) for lang in ("zh", "en"))
    assert zh.endswith(",支出 20 积分")
    assert en.endswith(": 20 points out")
    assert zh.isascii() is False
    assert en.isascii() is True


@pytest.mark.parametrize("kind", AccountKind)
def test_every_kind_of_account_has_a_name_in_both_languages(kind):
    assert words.kind_title(kind, "zh") != words.kind_title(kind, "en")


@pytest.mark.parametrize(
    ("amount", "asset", "zh", "en"),
    [
        (1, "points", "存入 1 积分", "1 point in"),
        (-1, "points", "支出 1 积分", "1 point out"),
        (10**9, "points", "存入 1000000000 积分", "1000000000 points in"),
        (1, "fen", "存入 0.01 元", "CNY 0.01 in"),
        (-12_305, "fen", "支出 123.05 元", "CNY 123.05 out"),
    ],
)
def test_an_amount_is_told_with_its_unit_and_direction(amount, asset, zh, en):
    assert words.sentence(Code.AWARD, amount, asset, "zh") == f"志愿服务奖励,{zh}"
    assert words.sentence(Code.AWARD, amount, asset, "en") == f"Earned by volunteering: {en}"
