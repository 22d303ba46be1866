"""JSON of posted codes."""

from marshmallow import Schema, fields, validate

from app.kernel.scenes import SCENE_LENGTH_MAX
from app.places.schemas.areas import AreaNameOut, YesNo
from app.places.terms import QR_PLACE_LENGTH_MAX, REASON_LENGTH_MAX, Per, Purpose
from app.web.fields import Choice, Id, ShownInstant, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema
from app.web.positions import DatumField, PositionIn, PositionOut

PURPOSES = list(Purpose)
SPOT_LENGTH_MAX = 20


class QrPointsQuery(PageQuery):
    """Which codes to list."""

    within = Id(load_default=None)
    purpose = Choice(PURPOSES, load_default=None)
    revoked = YesNo(load_default=False)
    datum = DatumField()


class QrSheetQuery(StrictSchema):
    """Which codes to print."""

    purpose = Choice(PURPOSES, load_default=None)


class QrPointIn(StrictSchema):
    """A code to post: in which area, for what, and where people find it."""

    area_id = Id(required=True)
    purpose = Choice(PURPOSES, required=True)
    place = Text(required=True, length_max=QR_PLACE_LENGTH_MAX)
    position = fields.Nested(PositionIn, load_default=None)


class QrBatchIn(StrictSchema):
    """Codes for each building or stairwell of an area. `spot`: where at each of them, such as 门口."""

    within = Id(required=True)
    purpose = Choice(PURPOSES, required=True)
    per = Choice(list(Per), required=True)
    spot = Text(load_default=None, length_max=SPOT_LENGTH_MAX)


class QrRevokeIn(StrictSchema):
    """Why a code is taken out of use."""

    reason = Text(required=True, length_max=REASON_LENGTH_MAX)


class QrPointOut(Schema):
    """A posted code, and how often it was scanned."""

    id = fields.UUID(required=True, attribute="point.id")
    scene = fields.String(required=True)
    area = fields.Nested(AreaNameOut, required=True)
    purpose = fields.String(required=True, attribute="point.purpose", validate=validate.OneOf(PURPOSES))
    place = fields.String(required=True, attribute="point.place")
    position = fields.Nested(PositionOut, required=True, allow_none=True)
    scans = fields.Integer(required=True)
    made_by = fields.UUID(required=True, attribute="point.made_by")
    made_at = ShownInstant(required=True, attribute="point.made_at")
    revoked_by = fields.UUID(required=True, allow_none=True, attribute="point.revoked_by")
    revoked_at = ShownInstant(required=True, allow_none=True, attribute="point.revoked_at")
    revoke_reason = fields.String(required=True, allow_none=True, attribute="point.revoke_reason")


class QrBatchOut(Schema):
    """How many codes were made, and how many were there already."""

    made = fields.Integer(required=True)
    existing = fields.Integer(required=True)


class QrScanIn(StrictSchema):
    """What was scanned, and where the telephone is, if it may say."""

    scene = Text(required=True, length_max=SCENE_LENGTH_MAX)
    position = fields.Nested(PositionIn, load_default=None)


class QrScanOut(Schema):
    """What a scanned code is. `distance_m`: between the code and the telephone, if both places are known."""

    id = fields.UUID(required=True, attribute="point.id")
    purpose = fields.String(required=True, attribute="point.purpose", validate=validate.OneOf(PURPOSES))
    place = fields.String(required=True, attribute="point.place")
    area = fields.Nested(AreaNameOut, required=True)
    ancestors = fields.List(fields.Nested(AreaNameOut), required=True)
    book = fields.String(required=True, allow_none=True)
    distance_m = fields.Float(required=True, allow_none=True)


QrPointPage = page_of(QrPointOut, "QrPointPage")
