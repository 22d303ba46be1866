"""JSON of the work calendar."""

from marshmallow import Schema, fields, validate

from app.places.terms import NAME_LENGTH_MAX, DayKind, DaySource
from app.web.fields import Choice, Day, StrictInteger, Text
from app.web.parsing import StrictSchema

KINDS = list(DayKind)


class CalendarQuery(StrictSchema):
    """From which day to which."""

    first = Day(required=True, data_key="from")
    last = Day(required=True, data_key="to")


class CalendarDayIn(StrictSchema):
    """What a day is. `as_weekday`: whose plan an adjusted day follows, 1 Monday to 7 Sunday."""

    day = Day(required=True)
    kind = Choice(KINDS, required=True)
    as_weekday = StrictInteger(load_default=None, allow_none=True, minimum=1, maximum=7)
    name = Text(load_default=None, allow_none=True, length_max=NAME_LENGTH_MAX)


class CalendarClearIn(StrictSchema):
    """Of which day to take back what was said."""

    day = Day(required=True)


class CalendarDayOut(Schema):
    """What a day is, and who says so: the library, the office, or nobody yet (assumed: Monday to Friday)."""

    day = fields.Date(required=True)
    kind = fields.String(required=True, attribute="plan.kind", validate=validate.OneOf(KINDS))
    working = fields.Boolean(required=True, attribute="plan.is_working")
    as_weekday = fields.Integer(required=True, allow_none=True, attribute="plan.as_weekday")
    name = fields.String(required=True, allow_none=True, attribute="plan.name")
    source = fields.String(required=True, attribute="plan.source", validate=validate.OneOf(list(DaySource)))


class CalendarOut(Schema):
    """Days in their order."""

    items = fields.List(fields.Nested(CalendarDayOut), required=True)
