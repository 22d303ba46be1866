"""JSON of awards by rule: a coordinator's list, what became of it, the register, and the trace of a line."""

from marshmallow import Schema, fields

from app.points.schemas import words
from app.points.schemas.award_rules import RuleCode
from app.points.schemas.fields import Reason
from app.points.terms import EVIDENCE_LENGTH_MAX, SUBJECT_LENGTH_MAX
from app.web import problems
from app.web.fields import Day, Id, ShownInstant, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema


class RuleAwardOut(Schema):
    """An award as recorded. `transaction_id` is null where the caps left nothing to pay."""

    id = fields.UUID(required=True)
    rule = fields.String(required=True, attribute="rule_code")
    rule_version = fields.Integer(required=True)
    subject = fields.String(required=True)
    title = fields.String(required=True)
    beneficiary_id = fields.UUID(required=True)
    passbook_id = fields.UUID(required=True)
    performed_on = fields.Date(required=True)
    cycle = fields.String(required=True)
    minutes = fields.Integer(required=True, allow_none=True)
    events = fields.Integer(required=True, allow_none=True)
    grade = fields.String(required=True, allow_none=True)
    chosen_points = fields.Integer(required=True, allow_none=True)
    streak = fields.Integer(required=True)
    computed_points = fields.Integer(required=True, metadata={"description": "公式结果 / what the formula gave"})
    points = fields.Integer(required=True, metadata={"description": "封顶后实发 / what was paid within the caps"})
    budget_id = fields.UUID(required=True)
    allotment_id = fields.UUID(required=True, allow_none=True)
    evidence = fields.String(required=True, allow_none=True)
    awarded_by = fields.UUID(required=True)
    awarded_at = ShownInstant(required=True)
    transaction_id = fields.UUID(required=True, allow_none=True)


class OwnAwardsQuery(PageQuery):
    """Which of one's own awards to list."""

    rule = RuleCode(load_default=None)
    performed_from = Day(load_default=None)
    performed_to = Day(load_default=None)


class AwardsQuery(PageQuery):
    """Where the awards come from: exactly one of these."""

    budget_id = Id(load_default=None)
    sponsor_id = Id(load_default=None)
    allotment_id = Id(load_default=None)
    coordinator_id = Id(load_default=None)
    rule = RuleCode(load_default=None)
    subject = Text(load_default=None, length_max=SUBJECT_LENGTH_MAX)
    evidence = Text(load_default=None, length_max=EVIDENCE_LENGTH_MAX)


class RegisterLineOut(Schema):
    """An award, and the transaction that took it back, if any; how many of its points were taken back in parts."""

    award = fields.Nested(RuleAwardOut, required=True, attribute="record")
    undone_by_id = fields.UUID(required=True, allow_none=True)
    taken_back = fields.Integer(required=True)


RegisterPage = page_of(RegisterLineOut, "RegisterPage")


class UndoIn(StrictSchema):
    """Why an award is to be taken back."""

    reason = Reason()


class TracedBudgetOut(Schema):
    """Out of which budget, and whose."""

    budget_id = fields.String(required=True)
    budget_name = fields.String(required=True)
    sponsor_id = fields.String(required=True)
    sponsor_name = fields.String(required=True, allow_none=True)


class TracedAwardOut(TracedBudgetOut):
    """The award a transaction paid, or took back."""

    id = fields.String(required=True)
    rule = fields.String(required=True)
    rule_title = fields.String(required=True)
    rule_version = fields.Integer(required=True)
    formula = fields.String(required=True)
    subject = fields.String(required=True)
    title = fields.String(required=True)
    performed_on = fields.String(required=True)
    cycle = fields.String(required=True)
    minutes = fields.Integer(required=True, allow_none=True)
    events = fields.Integer(required=True, allow_none=True)
    grade = fields.String(required=True, allow_none=True)
    chosen_points = fields.Integer(required=True, allow_none=True)
    streak = fields.Integer(required=True)
    computed_points = fields.Integer(required=True)
    points = fields.Integer(required=True)
    evidence = fields.String(required=True, allow_none=True)


class TracedAwardInFullOut(TracedAwardOut):
    """The same, and who gave and published: opaque ids."""

    beneficiary_id = fields.String(required=True)
    awarded_by = fields.String(required=True)
    published_by = fields.String(required=True)


class TracedAllotmentOut(Schema):
    """The allotment an award was paid from."""

    id = fields.String(required=True)
    holder_kind = fields.String(required=True)
    holder_id = fields.String(required=True)
    holder_name = fields.String(required=True, allow_none=True)
    period_from = fields.String(required=True)
    period_to = fields.String(required=True)


class TracedSourceOut(TracedBudgetOut):
    """Points of one budget that moved together: + into the passbook, - out of it, and the sponsor's money for them."""

    expires_on = fields.String(required=True)
    points = fields.Integer(required=True)
    cost_fen = fields.Integer(required=True)


class OwnTraceOut(Schema):
    """What a line of a passbook rests on."""

    transaction_id = fields.UUID(required=True)
    code = fields.String(required=True)
    what = fields.Function(lambda trace: words.code_title(trace.code, problems.language()), metadata={"type": "string"})
    evidence = fields.String(required=True, allow_none=True)
    recorded_at = ShownInstant(required=True)
    effective_at = ShownInstant(required=True)
    reverses_id = fields.UUID(required=True, allow_none=True)
    refunds_id = fields.UUID(required=True, allow_none=True)
    award = fields.Nested(TracedAwardOut, required=True, allow_none=True)
    allotment = fields.Nested(TracedAllotmentOut, required=True, allow_none=True)
    sources = fields.List(fields.Nested(TracedSourceOut), required=True)


class TraceOut(OwnTraceOut):
    """The same, with the ids of those who acted."""

    cause = fields.String(required=True)
    actor_id = fields.UUID(required=True)
    award = fields.Nested(TracedAwardInFullOut, required=True, allow_none=True)
