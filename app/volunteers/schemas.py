"""JSON of volunteers' awards."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from app.volunteers import terms
from app.volunteers.rules import Service
from app.web.fields import Day, Id, Points, ShownInstant, StrictInteger, Text
from app.web.paging import page_of
from app.web.parsing import StrictSchema
from app.web.problems import language


class Minutes(StrictInteger):
    """How long a service took: 1 to 1440 minutes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(minimum=1, maximum=terms.MINUTES_MAX, load_default=None, allow_none=True, **kwargs)


class AwardIn(StrictSchema):
    """Points for one volunteer."""

    resident_id = Id(required=True)
    budget_id = Id(required=True)
    points = Points(required=True)
    activity = Text(required=True, length_max=terms.ACTIVITY_LENGTH_MAX)
    minutes = Minutes()
    performed_on = Day(load_default=None, allow_none=True)


class ServiceIn(StrictSchema):
    """One row of a roster."""

    resident_id = Id(required=True)
    points = Points(required=True)
    minutes = Minutes()

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> Service:
        """Make the value the service takes."""
        return Service(**data)


class AwardBatchIn(StrictSchema):
    """Points for everybody who took part in one activity."""

    budget_id = Id(required=True)
    activity = Text(required=True, length_max=terms.ACTIVITY_LENGTH_MAX)
    performed_on = Day(load_default=None, allow_none=True)
    awards = fields.List(
        fields.Nested(ServiceIn),
        required=True,
        validate=validate.Length(1, terms.BATCH_MAX, error="count:{min}:{max}"),
    )


class AwardOut(Schema):
    """An award as it is kept."""

    id = fields.UUID(required=True)
    resident_id = fields.UUID(required=True)
    budget_id = fields.UUID(required=True)
    points = fields.Integer(required=True)
    activity = fields.String(required=True)
    minutes = fields.Integer(required=True, allow_none=True)
    performed_on = fields.Date(required=True)
    coordinator_id = fields.UUID(required=True)
    transaction_id = fields.UUID(required=True)
    awarded_at = ShownInstant(required=True)


class AwardRefusalOut(Schema):
    """Why a row was not awarded."""

    code = fields.String(required=True)
    detail = fields.Function(lambda refusal: refusal.detail(language()), metadata={"type": "string"})


class AwardRowOut(Schema):
    """How one row of a roster ended."""

    resident_id = fields.UUID(required=True, attribute="service.resident_id")
    points = fields.Integer(required=True, attribute="service.points")
    state = fields.Enum(terms.AwardState, by_value=True, required=True)
    award_id = fields.UUID(required=True, allow_none=True, attribute="award.id", dump_default=None)
    transaction_id = fields.UUID(required=True, allow_none=True, attribute="award.transaction_id", dump_default=None)
    refusal = fields.Nested(AwardRefusalOut, required=True, allow_none=True)


class AwardBatchOut(Schema):
    """How a batch ended: rows in the order asked."""

    awarded = fields.Integer(required=True)
    declined = fields.Integer(required=True)
    items = fields.List(fields.Nested(AwardRowOut), required=True)


AwardPage = page_of(AwardOut, "AwardPage")
