"""JSON of gatherings and stays."""

from marshmallow import Schema, fields, validate

from app.volunteers import terms
from app.web.fields import Flag, Instant, ShownInstant, StrictInteger, Text
from app.web.paging import page_of
from app.web.parsing import StrictSchema
from app.web.positions import PositionIn


class GatheringIn(StrictSchema):
    """What is to be done, where and when, and which rule pays the minutes."""

    title = Text(required=True, length_max=terms.ACTIVITY_LENGTH_MAX)
    rule = Text(required=True, length_max=terms.RULE_LENGTH_MAX)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    minutes_min = StrictInteger(minimum=1, maximum=terms.MINUTES_MAX, load_default=30)
    position = fields.Nested(PositionIn, required=True)


class ScanIn(StrictSchema):
    """The code on the leader's screen, and where the telephone is."""

    site_code = Text(required=True, length_max=terms.CODE_DIGITS)
    position = fields.Nested(PositionIn, required=True)


class HeadsIn(StrictSchema):
    """How many are there."""

    heads = StrictInteger(required=True, minimum=0, maximum=10_000)


class StayDecisionIn(StrictSchema):
    """Whether a stay counts, and why."""

    accepted = Flag(required=True)
    reason = Text(required=True, length_max=terms.REASON_LENGTH_MAX)


class GatheringOut(Schema):
    """A gathering."""

    id = fields.UUID(required=True)
    title = fields.String(required=True)
    rule = fields.String(required=True)
    starts_at = ShownInstant(required=True)
    ends_at = ShownInstant(required=True)
    minutes_min = fields.Integer(required=True)
    heads = fields.Integer(required=True, allow_none=True)


class GatheringCodeOut(Schema):
    """A code to show on site until the next one comes."""

    code = fields.String(required=True)
    refresh_at = ShownInstant(required=True)


class OwnStayOut(Schema):
    """One's own stay."""

    gathering_id = fields.UUID(required=True)
    in_at = ShownInstant(required=True)
    out_at = ShownInstant(required=True, allow_none=True)


class StayOut(Schema):
    """Somebody's stay. `minutes`: null until the scan out."""

    resident_id = fields.UUID(required=True, attribute="stay.resident_id")
    in_at = ShownInstant(required=True, attribute="stay.in_at")
    out_at = ShownInstant(required=True, allow_none=True, attribute="stay.out_at")
    minutes = fields.Integer(required=True, allow_none=True)
    verdict = fields.String(required=True, validate=validate.OneOf([str(each) for each in terms.Verdict]))
    reason = fields.String(required=True, allow_none=True, attribute="stay.reason")


StayPage = page_of(StayOut, "StayPage")
