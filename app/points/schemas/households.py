"""JSON of households: opaque ids, and what was said about them by hand."""

from marshmallow import Schema, fields

from app.points.schemas.fields import Reason
from app.web.fields import Id, ShownInstant
from app.web.parsing import StrictSchema


class JoinHouseholdIn(StrictSchema):
    """With whom a resident lives, and how one knows."""

    lives_with = Id(required=True, metadata={"description": "同住的居民 / a resident of the household"})
    reason = Reason()


class LeaveHouseholdIn(StrictSchema):
    """Why a resident lives there no more."""

    reason = Reason()


class HouseholdChangeOut(Schema):
    """One entry by hand; `household_id` null: taken out of it."""

    household_id = fields.UUID(required=True, allow_none=True)
    reason = fields.String(required=True)
    changed_by = fields.UUID(required=True)
    changed_at = ShownInstant(required=True)


class HouseholdOut(Schema):
    """Where a resident lives, with whom, and what was entered by hand, newest first."""

    owner_id = fields.UUID(required=True)
    household_id = fields.UUID(required=True, allow_none=True)
    members = fields.List(fields.UUID(), required=True)
    changes = fields.List(fields.Nested(HouseholdChangeOut), required=True)
