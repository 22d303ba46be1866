"""JSON of units, what they serve, and duty."""

from datetime import time
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, post_load, validate

from app.places.rules.duty import Weekly
from app.places.terms import NAME_LENGTH_MAX, REASON_LENGTH_MAX, UnitKind
from app.web.fields import Choice, Day, Flag, Id, Instant, ShownInstant, StrictInteger, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema

KINDS = list(UnitKind)
NOBODY = UUID(int=0)
TIME_PATTERN = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class TimeOfDay(fields.Field[time]):
    """A time of day in the district, HH:MM."""

    default_error_messages = {"invalid": "pattern:08h30"}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            metadata={"type": "string", "pattern": TIME_PATTERN, "description": "北京时间 HH:MM / Beijing time"},
            **kwargs,
        )

    def _deserialize(self, value: object, *_args: object, **_kwargs: object) -> time:
        if not isinstance(value, str) or not value.isascii() or len(value) != 5 or value[2] != ":":
            raise self.make_error("invalid")
        try:
            return time.fromisoformat(value)
        except ValueError:
            raise self.make_error("invalid") from None

    def _serialize(self, value: time | None, *_args: object, **_kwargs: object) -> str | None:
        return None if value is None else f"{value:%H:%M}"


class UnitsQuery(PageQuery):
    """Which units to list."""

    kind = Choice(KINDS, load_default=None)


class UnitIn(StrictSchema):
    """A new unit. `area_id`: where it belongs; for a community's office the community, if left out."""

    kind = Choice(KINDS, required=True)
    name = Text(required=True, length_max=NAME_LENGTH_MAX)
    area_id = Id(load_default=None)


class UnitOut(Schema):
    """A unit."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    name = fields.String(required=True)
    area_id = fields.UUID(required=True)
    opened_at = ShownInstant(required=True)
    closed_at = ShownInstant(required=True, allow_none=True)


class ServiceIn(StrictSchema):
    """Which area a unit serves, from one day to another, both included."""

    area_id = Id(required=True)
    valid_from = Day(required=True)
    valid_to = Day(load_default=None, allow_none=True)


class LastDayIn(StrictSchema):
    """The last day on which something holds, today or later."""

    last_day = Day(required=True)


class ServiceOut(Schema):
    """An area that a unit serves."""

    id = fields.UUID(required=True)
    unit_id = fields.UUID(required=True)
    area_id = fields.UUID(required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True)


class ServingQuery(StrictSchema):
    """For which day; today, if it is left out."""

    on = Day(load_default=None)


class WeeklyIn(StrictSchema):
    """A shift of every week. One that ends at or before its start ends on the next day."""

    person_id = Id(required=True)
    weekday = StrictInteger(
        required=True, minimum=1, maximum=7, metadata={"description": "1 周一 – 7 周日 / 1 Monday to 7 Sunday"}
    )
    starts_at = TimeOfDay(required=True)
    ends_at = TimeOfDay(required=True)
    holidays = Flag(
        load_default=False,
        metadata={"description": "法定节假日、调休都照常 / holds whatever the calendar says"},
    )
    valid_from = Day(required=True)
    valid_to = Day(load_default=None, allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> Weekly:
        """Make the shift; its id comes with its row."""
        return Weekly(id=NOBODY, **data)


class PatternIn(StrictSchema):
    """A shift of every week to plan."""

    weekly = fields.Nested(WeeklyIn, required=True)


class PatternOut(Schema):
    """A shift of every week."""

    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    weekday = fields.Integer(required=True)
    starts_at = TimeOfDay(required=True)
    ends_at = TimeOfDay(required=True)
    holidays = fields.Boolean(required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True)


class ShiftIn(StrictSchema):
    """An extra shift on one day."""

    person_id = Id(required=True)
    day = Day(required=True)
    starts_at = TimeOfDay(required=True)
    ends_at = TimeOfDay(required=True)
    reason = Text(required=True, length_max=REASON_LENGTH_MAX)


class SwapIn(StrictSchema):
    """Who takes over the shift that begins on a day, and why."""

    day = Day(required=True)
    person_id = Id(required=True)
    reason = Text(required=True, length_max=REASON_LENGTH_MAX)


class ShiftOut(Schema):
    """A shift somebody has. `id`: of the weekly or extra shift; `planned_for`: whose it was before swaps."""

    id = fields.UUID(required=True)
    day = fields.Date(required=True)
    person_id = fields.UUID(required=True)
    planned_for = fields.UUID(required=True)
    starts = ShownInstant(required=True)
    ends = ShownInstant(required=True)
    weekly = fields.Boolean(required=True)


class RosterQuery(StrictSchema):
    """From which day (today) to which (six days later)."""

    first = Day(load_default=None, data_key="from")
    last = Day(load_default=None, data_key="to")


class OnDutyQuery(StrictSchema):
    """At which instant; now, if it is left out."""

    at = Instant(load_default=None)


class UnitsOut(Schema):
    """Units, at most one of each kind."""

    items = fields.List(fields.Nested(UnitOut), required=True)


class ServicesOut(Schema):
    """What is left of a service, if anything."""

    items = fields.List(fields.Nested(ServiceOut), required=True)


class PatternsOut(Schema):
    """Weekly shifts."""

    items = fields.List(fields.Nested(PatternOut), required=True)


class ShiftsOut(Schema):
    """Shifts, the earliest first."""

    items = fields.List(fields.Nested(ShiftOut), required=True)


UnitPage = page_of(UnitOut, "UnitPage")
ServicePage = page_of(ServiceOut, "ServicePage")
