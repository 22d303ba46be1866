"""JSON of templates, whether they come as a body or as a file."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from marshmallow import Schema, fields, post_load, validate

from app.programmes import terms
from app.programmes.rules import BudgetPart, RulePart, ShopPart, SponsorPart, Template
from app.web.fields import Flag, Id, StrictInteger, Text, WholeNumbers
from app.web.parsing import StrictSchema

BUILT_IN = {terms.COMMUNITY: Path(__file__).with_name("community.json")}
BOOK_CODE = validate.Regexp(re.compile(r"^[a-z][a-z0-9-]{1,31}$"), error="pattern:meilihua")
RULE_CODE = validate.Regexp(re.compile(r"^[a-z][a-z0-9_.-]{1,39}$"), error="pattern:vol.hours")
FORMULA = validate.Regexp(re.compile(r"^[A-Za-z0-9_+\-*/(),<>=! ]+$"), error="pattern:minutes // 30 * 2")


def _one_of(*choices: str) -> validate.OneOf:
    return validate.OneOf(choices, error="choice:" + ", ".join(choices))


def _count(maximum: int) -> validate.Length:
    return validate.Length(0, maximum, error="count:{min}:{max}")


def _cap() -> StrictInteger:
    return StrictInteger(minimum=1, maximum=terms.CAP_MAX, load_default=None, allow_none=True)


class _Part(StrictSchema):
    """A part of a template, made into its value."""

    makes: Callable[..., object]

    @post_load
    def make(self, data: Mapping[str, Any], **_: object) -> object:
        """Make what the service takes."""
        return type(self).makes(**data)


class SponsorPartSchema(_Part):
    """Who pays."""

    makes = SponsorPart
    name = Text(required=True, length_max=terms.NAME_LENGTH_MAX)


class BudgetPartSchema(_Part):
    """A campaign: of which sponsor, and what one of its points costs."""

    makes = BudgetPart
    name = Text(required=True, length_max=terms.NAME_LENGTH_MAX)
    sponsor = Text(required=True, length_max=terms.NAME_LENGTH_MAX)
    point_value_fen = StrictInteger(required=True, minimum=0, maximum=terms.POINT_VALUE_FEN_MAX)


class RulePartSchema(_Part):
    """An award rule. It pays once another person has published it."""

    makes = RulePart
    code = Text(required=True, length_min=2, length_max=40, validate=[RULE_CODE])
    title = Text(required=True, length_max=terms.NAME_LENGTH_MAX)
    budget = Text(required=True, length_max=terms.NAME_LENGTH_MAX)
    formula = Text(required=True, length_max=terms.FORMULA_LENGTH_MAX, validate=[FORMULA])
    cycle = Text(required=True, validate=[_one_of(*terms.CYCLES)])
    points_max = StrictInteger(required=True, minimum=1, maximum=terms.RULE_POINTS_MAX)
    grades = WholeNumbers(
        count_max=terms.GRADES_MAX, name_length_max=terms.GRADE_LENGTH_MAX, maximum=terms.GRADE_PERCENT_MAX
    )
    person_day_max = _cap()
    person_month_max = _cap()
    household_day_max = _cap()
    household_month_max = _cap()
    validity_months = StrictInteger(minimum=1, maximum=terms.VALIDITY_MONTHS_MAX, load_default=None, allow_none=True)
    allotment_required = Flag(load_default=False)


class ShopPartSchema(_Part):
    """A shop that takes the points; with an id it is the same shop as in the district's other books."""

    makes = ShopPart
    name = Text(required=True, length_max=terms.NAME_LENGTH_MAX)
    street = Text(required=True, length_max=terms.STREET_LENGTH_MAX)
    id = Id(load_default=None, allow_none=True)


class TemplateSchema(_Part):
    """Everything a new book begins with."""

    makes = Template
    name = Text(required=True, length_max=terms.NAME_LENGTH_MAX)
    currency_name = Text(required=True, length_max=terms.CURRENCY_LENGTH_MAX)
    validity_months = StrictInteger(required=True, minimum=1, maximum=terms.VALIDITY_MONTHS_MAX)
    grace_days = StrictInteger(required=True, minimum=1, maximum=terms.GRACE_DAYS_MAX)
    expired_cost_goes_to = Text(required=True, validate=[_one_of("sponsor", "book")])
    expiry_policy = Text(load_default="rolling", validate=[_one_of("rolling", "yearly")])
    expiry_month = StrictInteger(minimum=1, maximum=12, load_default=None, allow_none=True)
    expiry_day = StrictInteger(minimum=1, maximum=31, load_default=None, allow_none=True)
    sponsors = fields.List(fields.Nested(SponsorPartSchema), load_default=list, validate=_count(terms.SPONSORS_MAX))
    budgets = fields.List(fields.Nested(BudgetPartSchema), load_default=list, validate=_count(terms.BUDGETS_MAX))
    rules = fields.List(fields.Nested(RulePartSchema), load_default=list, validate=_count(terms.RULES_MAX))
    shops = fields.List(fields.Nested(ShopPartSchema), load_default=list, validate=_count(terms.SHOPS_MAX))
    shops_from = Text(length_min=2, length_max=32, load_default=None, allow_none=True, validate=[BOOK_CODE])


def load_template(document: object) -> Template:
    """Read a template from parsed JSON. Raises ValidationError with the path of each wrong field."""
    return cast("Template", TemplateSchema().load(cast("Mapping[str, Any]", document)))


def load_built_in(name: str) -> Template:
    """Read a template that comes with the program."""
    return load_template(json.loads(BUILT_IN[name].read_text(encoding="utf-8")))


class TemplateField(fields.Nested):
    """A template, or the name of one that comes with the program."""

    default_error_messages = {"built_in": "choice:{names}"}

    def __init__(self) -> None:
        super().__init__(
            TemplateSchema,
            required=True,
            metadata={"description": "模板,或内置模板名 / a template, or the name of a built-in one: community"},
        )

    def _deserialize(self, value: object, *args: Any, **kwargs: Any) -> object:
        if not isinstance(value, str):
            return super()._deserialize(value, *args, **kwargs)
        if value not in BUILT_IN:
            raise self.make_error("built_in", names=", ".join(BUILT_IN))
        return load_built_in(value)


class ProgrammeIn(StrictSchema):
    """A code for the new book, and what it begins with."""

    code = Text(required=True, length_min=2, length_max=32, validate=[BOOK_CODE])
    template = TemplateField()


class NamedOut(Schema):
    """Something that was made, by its name in the template."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)


class ProposedRuleOut(Schema):
    """A rule, and the proposal another person publishes it by."""

    code = fields.String(required=True)
    proposal_id = fields.UUID(required=True)


class ProgrammeOut(Schema):
    """A new book and what it began with."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    sponsors = fields.List(fields.Nested(NamedOut), required=True)
    budgets = fields.List(fields.Nested(NamedOut), required=True)
    rules = fields.List(fields.Nested(ProposedRuleOut), required=True)
    shop_count = fields.Integer(required=True)
