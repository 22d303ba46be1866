"""JSON of rule sets, shadow summaries and backtests."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from app.risk import terms
from app.risk.rules.backtesting import precision_percent, recall_percent
from app.risk.rules.definitions import RuleDefinition, RuleSetDefinition
from app.risk.rules.features import FACT_LENGTH_MAX, FACT_MAX
from app.risk.terms import BacktestState, EventKind, Outcome, Pivot, Reason, RuleSetState
from app.web.fields import Choice, Day, ShownInstant, StrictInteger, Text, ValuesByName
from app.web.paging import page_of
from app.web.parsing import StrictSchema

DEFAULTS_MAX = 20
THRESHOLD_MAX = 1000


class FeatureValue(fields.Field[Any]):
    """A whole number, true or false, or a short text."""

    default_error_messages = {"invalid": "invalid"}

    def _deserialize(self, value: object, *_args: object, **_kwargs: object) -> object:
        whole = type(value) is int and abs(value) <= FACT_MAX
        short = isinstance(value, str) and len(value) <= FACT_LENGTH_MAX and value.isprintable()
        if not (isinstance(value, bool) or whole or short):
            raise self.make_error("invalid")
        return value


class RiskStepsIn(StrictSchema):
    """From which score on a kind of facts ends how."""

    review = StrictInteger(required=True, minimum=1, maximum=THRESHOLD_MAX)
    block_and_review = StrictInteger(required=True, minimum=1, maximum=THRESHOLD_MAX)
    decline = StrictInteger(required=True, minimum=1, maximum=THRESHOLD_MAX)


class RiskThresholdsIn(StrictSchema):
    """For each kind of facts."""

    redeem = fields.Nested(RiskStepsIn, required=True)
    refund = fields.Nested(RiskStepsIn, required=True)
    award = fields.Nested(RiskStepsIn, required=True)
    check_in = fields.Nested(RiskStepsIn, required=True)
    login = fields.Nested(RiskStepsIn, required=True)


class RiskRuleIn(StrictSchema):
    """One rule; see docs/risk.md."""

    id = Text(
        required=True,
        length_max=40,
        validate=[validate.Regexp(r"^[a-z][a-z0-9-]*\Z", error="pattern:pair-day")],
        metadata={"pattern": "^[a-z][a-z0-9-]*$", "description": "稳定编号 / stable id"},
    )
    title = Text(required=True, length_max=terms.TITLE_LENGTH_MAX)
    kinds = fields.List(
        Choice(list(EventKind)), required=True, validate=validate.Length(1, len(EventKind), error="count:{min}:{max}")
    )
    when = Text(
        required=True,
        length_max=terms.EXPRESSION_LENGTH_MAX,
        metadata={"description": '条件 / condition: resident_points_1d + points > 20000 and mode == "code"'},
    )
    score = StrictInteger(required=True, minimum=0, maximum=terms.SCORE_MAX)
    reason = Choice(list(Reason), required=True)
    pivot = Choice(list(Pivot), required=True)
    at_least = Choice(list(Outcome), load_default=None, allow_none=True)
    defaults = ValuesByName(FeatureValue(), count_max=DEFAULTS_MAX, name_length_max=60)

    @post_load
    def make(self, data: Mapping[str, Any], **_kwargs: Any) -> RuleDefinition:
        """Give the rule as the service takes it."""
        return RuleDefinition(**{**data, "kinds": frozenset(data["kinds"])})


class RiskRuleSetDefinitionIn(StrictSchema):
    """All rules and thresholds."""

    title = Text(required=True, length_max=terms.TITLE_LENGTH_MAX)
    thresholds = fields.Nested(RiskThresholdsIn, required=True)
    rules = fields.List(
        fields.Nested(RiskRuleIn),
        required=True,
        validate=validate.Length(1, terms.RULES_MAX, error="count:{min}:{max}"),
    )

    @post_load
    def make(self, data: Mapping[str, Any], **_kwargs: Any) -> RuleSetDefinition:
        """Give the definition as the service takes it."""
        steps = {
            EventKind(kind): {Outcome(name): at for name, at in each.items()}
            for kind, each in data["thresholds"].items()
        }
        return RuleSetDefinition(title=data["title"], thresholds=steps, rules=tuple(data["rules"]))


class RiskRuleSetIn(StrictSchema):
    """A version to save."""

    definition = fields.Nested(RiskRuleSetDefinitionIn, required=True)


class RiskRuleSetLineOut(Schema):
    """A version and who had a hand in it."""

    version = fields.Integer(required=True)
    title = fields.Function(lambda found: found.definition["title"], metadata={"type": "string"})
    rule_count = fields.Function(lambda found: len(found.definition["rules"]), metadata={"type": "integer"})
    state = fields.String(required=True, validate=validate.OneOf([str(state) for state in RuleSetState]))
    proposed_by = fields.UUID(required=True)
    proposed_at = ShownInstant(
        required=True, allow_none=True, metadata={"description": "空:随 Linli 提供(0 版) / null: comes with Linli"}
    )
    shadow_from = ShownInstant(required=True, allow_none=True)
    shadow_until = ShownInstant(required=True, allow_none=True)
    published_by = fields.UUID(required=True, allow_none=True)
    published_at = ShownInstant(required=True, allow_none=True)
    retired_by = fields.UUID(required=True, allow_none=True)
    retired_at = ShownInstant(required=True, allow_none=True)


class RiskRuleSetOut(RiskRuleSetLineOut):
    """A version with its rules."""

    definition = fields.Dict(required=True)


RuleSetPage = page_of(RiskRuleSetLineOut, "RiskRuleSetPage")


class RiskShadowIn(StrictSchema):
    """For how many days."""

    days = StrictInteger(required=True, minimum=1, maximum=terms.SHADOW_DAYS_MAX)


class RiskShadowSumOut(Schema):
    """How many facts, and their points, that ended as `real` would have ended as `outcome`."""

    real = fields.String(required=True)
    outcome = fields.String(required=True)
    facts = fields.Integer(required=True)
    points = fields.Integer(required=True)


class RiskShadowOut(Schema):
    """What a version would have decided."""

    version = fields.Integer(required=True, attribute="rule_set.version")
    state = fields.String(required=True, attribute="rule_set.state")
    shadow_from = ShownInstant(required=True, allow_none=True, attribute="rule_set.shadow_from")
    shadow_until = ShownInstant(required=True, allow_none=True, attribute="rule_set.shadow_until")
    sums = fields.List(fields.Nested(RiskShadowSumOut), required=True)


class RiskBacktestIn(StrictSchema):
    """On which days."""

    first = Day(required=True, data_key="from")
    last = Day(required=True, data_key="to")


class RiskBacktestOut(Schema):
    """What a version would have done, and how right it would have been."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    starts_at = ShownInstant(required=True)
    ends_at = ShownInstant(required=True)
    state = fields.String(required=True, validate=validate.OneOf([str(state) for state in BacktestState]))
    requested_by = fields.UUID(required=True)
    requested_at = ShownInstant(required=True)
    done_at = ShownInstant(required=True, allow_none=True)
    precision_percent = fields.Function(
        lambda found: precision_percent(found.result),
        metadata={"type": ["integer", "null"], "description": "命中且已有结论的,判对的百分比"},
    )
    recall_percent = fields.Function(
        lambda found: recall_percent(found.result),
        metadata={"type": ["integer", "null"], "description": "已确认风险的,命中的百分比"},
    )
    is_partial = fields.Function(
        lambda found: found.result.get("is_partial", False),
        metadata={"type": "boolean", "description": "时段内判定过多或尚未完成,只试了最近的一部分"},
    )
    covered_from = fields.Function(
        lambda found: found.result.get("covered_from"),
        metadata={"type": ["string", "null"], "format": "date-time", "description": "已试到的最早时刻,由新到旧"},
    )
    result = fields.Dict(required=True)


BacktestPage = page_of(RiskBacktestOut, "RiskBacktestPage")
