"""JSON of volunteers' awards."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from app.volunteers import terms
from app.volunteers.service.facts import Service
from app.web.fields import Day, Id, Points, ShownInstant, StrictInteger, Text
from app.web.parsing import StrictSchema
from app.web.problems import language

RULE_LENGTH_MAX = 40


class Minutes(StrictInteger):
    """How long a service took: 1 to 1440 minutes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(minimum=1, maximum=terms.MINUTES_MAX, load_default=None, allow_none=True, **kwargs)


class ServiceIn(StrictSchema):
    """What one volunteer did: what the rule's formula asks for."""

    resident_id = Id(required=True)
    minutes = Minutes()
    events = StrictInteger(minimum=1, maximum=1000, load_default=None, allow_none=True)
    grade = Text(load_default=None, allow_none=True, length_max=20)
    chosen_points = Points(load_default=None, allow_none=True)


class ServiceRowIn(ServiceIn):
    """One row of a roster."""

    @post_load
    def make(self, data: Mapping[str, Any], **_: object) -> Service:
        """Make the value the service takes."""
        return Service(**data)


class ActivityIn(StrictSchema):
    """What was done, and the rule that pays for it."""

    rule = Text(required=True, length_max=RULE_LENGTH_MAX)
    activity = Text(required=True, length_max=terms.ACTIVITY_LENGTH_MAX)
    activity_id = Id(load_default=None, allow_none=True)
    performed_on = Day(required=True)
    allotment_id = Id(load_default=None, allow_none=True)
    evidence = Text(load_default=None, allow_none=True, length_max=200)


class AwardIn(ActivityIn, ServiceIn):
    """An award for one volunteer."""


class AwardBatchIn(ActivityIn):
    """Awards for everybody who took part in one activity."""

    awards = fields.List(
        fields.Nested(ServiceRowIn),
        required=True,
        validate=validate.Length(1, terms.BATCH_MAX, error="count:{min}:{max}"),
    )


class AwardOut(Schema):
    """An award as it is registered, or as it waits for a second person (`state` held: no `id`, but a `check_id`).

    `points` 0: a cap left nothing; `computed_points`: what the formula gave.
    """

    id = fields.UUID(required=True, allow_none=True, attribute="award_id")
    state = fields.Enum(terms.AwardState, by_value=True, required=True)
    check_id = fields.UUID(required=True, allow_none=True)
    resident_id = fields.UUID(required=True, attribute="told.beneficiary_id")
    rule = fields.String(required=True, attribute="told.rule_code")
    rule_version = fields.Integer(required=True, attribute="told.rule_version")
    activity = fields.String(required=True, attribute="told.title")
    minutes = fields.Integer(required=True, allow_none=True, attribute="told.minutes")
    events = fields.Integer(required=True, allow_none=True, attribute="told.events")
    grade = fields.String(required=True, allow_none=True, attribute="told.grade")
    performed_on = fields.Date(required=True, attribute="told.performed_on")
    computed_points = fields.Integer(required=True, attribute="told.computed_points")
    points = fields.Integer(required=True, attribute="told.points")
    budget_id = fields.UUID(required=True, attribute="told.budget_id")
    allotment_id = fields.UUID(required=True, allow_none=True, attribute="told.allotment_id")
    evidence = fields.String(required=True, allow_none=True, attribute="told.evidence")
    coordinator_id = fields.UUID(required=True, attribute="told.awarded_by")
    transaction_id = fields.UUID(required=True, allow_none=True)
    awarded_at = ShownInstant(required=True, allow_none=True)


class AwardRefusalOut(Schema):
    """Why a row was not awarded."""

    code = fields.String(required=True)
    detail = fields.Function(lambda refusal: refusal.detail(language()), metadata={"type": "string"})
    field = fields.String(required=True, allow_none=True)


class AwardRowOut(Schema):
    """How one row of a roster ended. `replayed`: it had been paid before, or waited before. `check_id`: it waits."""

    resident_id = fields.UUID(required=True, attribute="service.resident_id")
    state = fields.Enum(terms.AwardState, by_value=True, required=True)
    points = fields.Integer(required=True, attribute="outcome.record.points", dump_default=0)
    computed_points = fields.Integer(required=True, attribute="outcome.record.computed_points", dump_default=0)
    replayed = fields.Boolean(required=True, attribute="outcome.replayed")
    award_id = fields.UUID(required=True, allow_none=True)
    check_id = fields.UUID(required=True, allow_none=True)
    transaction_id = fields.UUID(required=True, allow_none=True)
    refusal = fields.Nested(AwardRefusalOut, required=True, allow_none=True, attribute="outcome.refusal")


class AwardBatchOut(Schema):
    """How a roster ended, or would end: rows in the order asked."""

    awarded = fields.Integer(required=True)
    held = fields.Integer(required=True)
    declined = fields.Integer(required=True)
    points = fields.Integer(required=True)
    items = fields.List(fields.Nested(AwardRowOut), required=True)
