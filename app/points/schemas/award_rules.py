"""JSON of award rules, their versions, and dry runs."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from app.points.rules.definitions import RuleDefinition
from app.points.rules.dry_runs import Period
from app.points.terms import (
    CAP_MAX,
    FORMULA_LENGTH_MAX,
    GRADE_PERCENT_MAX,
    GRADES_MAX,
    RULE_POINTS_MAX,
    VALIDITY_MONTHS_MAX,
    Cycle,
)
from app.web.fields import Choice, Day, Flag, Id, ShownInstant, StrictInteger, Text, WholeNumbers
from app.web.paging import page_of
from app.web.parsing import StrictSchema

RULE_CODE = re.compile(r"^[a-z][a-z0-9_.-]{1,39}$")
VERSIONS_MAX = 1_000_000
RULES_IN_DRY_RUN_MAX = 20


class RuleCode(Text):
    """The code of a rule: small letters, digits, `_.-`."""

    def __init__(self, **kwargs: Any) -> None:
        shape = validate.Regexp(RULE_CODE, error="pattern:volunteer.hours")
        super().__init__(length_min=2, length_max=40, validate=[shape], **kwargs)


class RuleCap(StrictInteger):
    """Most points of a rule in a day or month; null: no such cap."""

    def __init__(self) -> None:
        super().__init__(minimum=1, maximum=CAP_MAX, load_default=None, allow_none=True)


class RuleIn(StrictSchema):
    """A rule to begin."""

    code = RuleCode(required=True)
    title = Text(required=True, length_max=100)


class RuleVersionIn(StrictSchema):
    """How a rule is to pay."""

    budget_id = Id(required=True)
    formula = Text(
        required=True,
        length_max=FORMULA_LENGTH_MAX,
        metadata={
            "description": "整数公式,可用 minutes events streak grade chosen、+ - * //、min max、a if x >= y else b"
            " / a formula of whole numbers, e.g. minutes // 30 * 5"
        },
    )
    points_max = StrictInteger(
        required=True, minimum=1, maximum=RULE_POINTS_MAX, metadata={"description": "单次上限 / most for one award"}
    )
    cycle = Choice(list(Cycle), load_default=Cycle.ONCE)
    grades = WholeNumbers(
        count_max=GRADES_MAX,
        name_length_max=20,
        maximum=GRADE_PERCENT_MAX,
        metadata={"description": "等级对应百分数 / percent by grade"},
    )
    person_day_max = RuleCap()
    person_month_max = RuleCap()
    household_day_max = RuleCap()
    household_month_max = RuleCap()
    validity_months = StrictInteger(
        minimum=1,
        maximum=VALIDITY_MONTHS_MAX,
        load_default=None,
        allow_none=True,
        metadata={"description": "有效月数,不填按账簿 / as the book says when left out"},
    )
    allotment_required = Flag(
        load_default=False,
        metadata={"description": "只能用划拨额度发分 / pays from allotments only, never from the budget itself"},
    )

    @post_load
    def make(self, data: Mapping[str, Any], **_kwargs: Any) -> RuleDefinition:
        """Give the definition as the service takes it."""
        return RuleDefinition(**data)


class RuleProposalIn(StrictSchema):
    """A version to be published, and why."""

    definition = fields.Nested(RuleVersionIn, required=True)
    reason = Text(load_default=None, allow_none=True, length_max=200)


class RuleVersionOut(Schema):
    """A version of a rule. It pays when it is published and no later one is."""

    version = fields.Integer(required=True)
    budget_id = fields.UUID(required=True)
    formula = fields.String(required=True)
    points_max = fields.Integer(required=True)
    cycle = fields.String(required=True)
    grades = fields.Dict(required=True)
    person_day_max = fields.Integer(required=True, allow_none=True)
    person_month_max = fields.Integer(required=True, allow_none=True)
    household_day_max = fields.Integer(required=True, allow_none=True)
    household_month_max = fields.Integer(required=True, allow_none=True)
    validity_months = fields.Integer(required=True, allow_none=True)
    allotment_required = fields.Boolean(required=True)
    proposed_by = fields.UUID(required=True)
    proposed_at = ShownInstant(required=True)
    published_by = fields.UUID(required=True, allow_none=True)
    published_at = ShownInstant(required=True, allow_none=True)


class RuleOut(Schema):
    """A rule, and the version that pays now."""

    code = fields.String(required=True, attribute="rule.code")
    title = fields.String(required=True, attribute="rule.title")
    created_by = fields.UUID(required=True, attribute="rule.created_by")
    created_at = ShownInstant(required=True, attribute="rule.created_at")
    withdrawn_by = fields.UUID(required=True, allow_none=True, attribute="rule.withdrawn_by")
    withdrawn_at = ShownInstant(required=True, allow_none=True, attribute="rule.withdrawn_at")
    current = fields.Nested(RuleVersionOut, required=True, allow_none=True)


RulePage = page_of(RuleOut, "RulePage")
RuleVersionPage = page_of(RuleVersionOut, "RuleVersionPage")


class PeriodIn(StrictSchema):
    """Two days, both within."""

    first = Day(required=True, data_key="from")
    last = Day(required=True, data_key="to")

    @post_load
    def make(self, data: Mapping[str, Any], **_kwargs: Any) -> Period:
        """Give the period as the service takes it."""
        return Period(**data)


class DryRunIn(StrictSchema):
    """What to try: a saved `version` of the rule or a new `definition`, on whose facts, over which period."""

    rule = RuleCode(required=True)
    version = StrictInteger(minimum=1, maximum=VERSIONS_MAX, load_default=None, allow_none=True)
    definition = fields.Nested(RuleVersionIn, load_default=None, allow_none=True)
    facts_of = fields.List(
        RuleCode(), required=True, validate=validate.Length(1, RULES_IN_DRY_RUN_MAX, error="count:{min}:{max}")
    )
    period = fields.Nested(PeriodIn, required=True)


class DryRunPersonOut(Schema):
    """One passbook."""

    passbook_id = fields.UUID(required=True)
    facts = fields.Integer(required=True)
    paid = fields.Integer(required=True, metadata={"description": "当时实发 / what was paid"})
    would_pay = fields.Integer(required=True, metadata={"description": "按试算规则应发 / what this would have paid"})


DryRunPersonPage = page_of(DryRunPersonOut, "DryRunPersonPage")


class DryRunOut(Schema):
    """What a rule would have paid, in all and by person."""

    facts = fields.Integer(required=True, attribute="run.facts")
    paid = fields.Integer(required=True, attribute="run.paid")
    would_pay = fields.Integer(required=True, attribute="run.would_pay")
    undecided = fields.Integer(
        required=True, attribute="run.undecided", metadata={"description": "缺少公式所需内容 / lack what it asks for"}
    )
    repeated = fields.Integer(
        required=True, attribute="run.repeated", metadata={"description": "同周期重复 / the same in its longer cycle"}
    )
    persons = fields.Function(lambda report: len(report.run.people), metadata={"type": "integer"})
    people = fields.Nested(DryRunPersonPage, required=True)
