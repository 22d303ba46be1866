"""JSON of awards that a second person looks at."""

from marshmallow import Schema, fields, validate

from app.volunteers import terms
from app.volunteers.terms import CheckState, Why
from app.web.fields import Choice, ShownInstant, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema

STATES, REASONS = [str(each) for each in CheckState], [str(each) for each in Why]


class AwardCheckQuery(PageQuery):
    """Which ones: `open` are those that wait."""

    state = Choice(list(CheckState), load_default=CheckState.OPEN)


class AwardConfirmIn(StrictSchema):
    """What was looked at."""

    reason = Text(load_default=None, allow_none=True, length_max=terms.REASON_LENGTH_MAX)


class AwardRejectIn(StrictSchema):
    """Why not; coordinator and treasurers read it."""

    reason = Text(required=True, length_max=terms.REASON_LENGTH_MAX)


class OwnAwardCheckOut(Schema):
    """An award that is held or was, as the resident sees it."""

    id = fields.UUID(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    activity = fields.String(required=True, attribute="title")
    performed_on = fields.Date(required=True)
    points = fields.Integer(required=True)
    asked_at = ShownInstant(required=True)
    expires_at = ShownInstant(required=True, allow_none=True)
    decided_at = ShownInstant(required=True, allow_none=True)
    award_id = fields.UUID(required=True, allow_none=True)


class GivenAwardCheckOut(OwnAwardCheckOut):
    """An award that is held or was, as its coordinator sees it. Why anti-fraud looks is not for his eyes."""

    resident_id = fields.UUID(required=True, attribute="beneficiary_id")
    rule = fields.String(required=True, attribute="rule_code")
    minutes = fields.Integer(required=True, allow_none=True)
    events = fields.Integer(required=True, allow_none=True)
    grade = fields.String(required=True, allow_none=True)
    evidence = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class AwardCheckOut(GivenAwardCheckOut):
    """An award for a second person. `why` sample: it is paid; `decision_id`: what anti-fraud found."""

    why = fields.String(required=True, validate=validate.OneOf(REASONS))
    coordinator_id = fields.UUID(required=True, attribute="awarded_by")
    decision_id = fields.UUID(required=True)
    decided_by = fields.UUID(required=True, allow_none=True)


CheckPage = page_of(AwardCheckOut, "AwardCheckPage")
GivenCheckPage = page_of(GivenAwardCheckOut, "GivenAwardCheckPage")
OwnCheckPage = page_of(OwnAwardCheckOut, "OwnAwardCheckPage")
