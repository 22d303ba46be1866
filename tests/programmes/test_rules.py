"""What must fit together in a template."""

from dataclasses import replace

import pytest

from app.programmes import errors
from app.programmes.rules import BudgetPart, RulePart, ShopPart, SponsorPart, Template, check_template
from app.programmes.schemas import BUILT_IN, load_built_in
from tests.points.ledger import SHOP

RULE = RulePart("vol.hours", "时长", "志愿", "minutes // 30", "day", 10)
GOOD = Template(
    "甲",
    "积分",
    24,
    30,
    "sponsor",
    sponsors=[SponsorPart("街道")],
    budgets=[BudgetPart("志愿", "街道", 10)],
    rules=[RULE, replace(RULE, code="vol.lead")],
    shops=[ShopPart("面馆", "忠义街", SHOP)],
)


def rules(**changes):
    return replace(GOOD, rules=[RULE, replace(RULE, code="vol.lead", **changes)])


@pytest.mark.parametrize("name", BUILT_IN)
def test_what_comes_with_the_program_fits(name):
    built_in = load_built_in(name)
    check_template(built_in)
    assert len(built_in.rules) >= 10
    drawn_on = {part.budget for part in built_in.rules}
    assert drawn_on == {part.name for part in built_in.budgets}


WRONGS = {
    "a sponsor twice": (
        replace(GOOD, sponsors=[SponsorPart("街道")] * 2),
        errors.TemplateNameTwice,
        "sponsors.1.name",
    ),
    "a budget twice": (replace(GOOD, budgets=GOOD.budgets * 2), errors.TemplateNameTwice, "budgets.1.name"),
    "a rule twice": (replace(GOOD, rules=[RULE] * 2), errors.TemplateNameTwice, "rules.1.code"),
    "a shop twice": (replace(GOOD, shops=GOOD.shops * 2), errors.TemplateNameTwice, "shops.1.id"),
    "no such sponsor": (
        replace(GOOD, budgets=[BudgetPart("志愿", "区里", 10)]),
        errors.TemplateNameUnknown,
        "budgets.0.sponsor",
    ),
    "no such budget": (rules(budget="随手拍"), errors.TemplateNameUnknown, "rules.1.budget"),
    "a rolling expiry with a day": (replace(GOOD, expiry_day=1), errors.TemplateDayWrong, "expiry_day"),
    "a yearly expiry without a day": (
        replace(GOOD, expiry_policy="yearly", expiry_month=12),
        errors.TemplateDayWrong,
        "expiry_day",
    ),
    "a yearly expiry without a month": (
        replace(GOOD, expiry_policy="yearly", expiry_day=29),
        errors.TemplateDayWrong,
        "expiry_day",
    ),
}


@pytest.mark.parametrize("case", WRONGS)
def test_what_does_not_fit_is_named_by_its_path(case):
    template, refusal, path = WRONGS[case]
    with pytest.raises(refusal) as refused:
        check_template(template)
    assert refused.value.field == path
    assert path in refused.value.detail("zh")


def test_what_fits_is_let_through():
    check_template(GOOD)
    check_template(replace(GOOD, expiry_policy="yearly", expiry_month=2, expiry_day=28))
