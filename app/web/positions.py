"""Positions over HTTP: a client says the datum of what it sends, and which one it wants to see."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from app.kernel import geo
from app.kernel.geo import Datum, Position, Source
from app.web.fields import Choice
from app.web.parsing import StrictSchema

CLIENT_DATUM = Datum.GCJ02
"""What a client sees that says nothing: WeChat's map."""


class Decimal(fields.Float):
    """A JSON number from `minimum` to `maximum`: no text, no NaN, no infinity."""

    default_error_messages = {"invalid": "number", "special": "number"}

    def __init__(self, *, minimum: float, maximum: float, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(minimum, maximum, error="between:{min}:{max}"), **kwargs)

    def _deserialize(self, value: object, attr: Any, data: Any, **kwargs: Any) -> Any:
        if type(value) not in {int, float}:
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


class DatumField(Choice):
    """A query parameter that says on which datum positions are wanted in the answer."""

    def __init__(self) -> None:
        super().__init__(
            list(Datum),
            load_default=CLIENT_DATUM,
            metadata={"description": "回答用的坐标系,微信地图为 gcj02 / datum of the answer; WeChat's map is gcj02"},
        )


class DatumQuery(StrictSchema):
    """On which datum the answer is wanted."""

    datum = DatumField()


class PositionIn(StrictSchema):
    """Degrees as the client has them, with their datum; comes out as a `Position`.

    A pair that is not on the mainland is refused: most often latitude and longitude are swapped.
    """

    lat = Decimal(required=True, minimum=geo.LAT_MIN, maximum=geo.LAT_MAX)
    lng = Decimal(required=True, minimum=geo.LNG_MIN, maximum=geo.LNG_MAX)
    datum = Choice(list(Datum), required=True)
    accuracy_m = Decimal(load_default=None, allow_none=True, minimum=0, maximum=geo.ACCURACY_MAX_M)
    source = Choice(list(Source), load_default=Source.DEVICE)

    @post_load
    def locate(self, data: dict[str, Any], **_: object) -> Position:
        """Make the position."""
        return geo.locate(**data)


class PositionOut(Schema):
    """Degrees on the datum that was asked for. Dumps a `Seen`."""

    lat = fields.Float(required=True)
    lng = fields.Float(required=True)
    datum = fields.String(required=True, validate=validate.OneOf(list(Datum)))
    accuracy_m = fields.Float(required=True, allow_none=True)
    source = fields.String(required=True, validate=validate.OneOf(list(Source)))
