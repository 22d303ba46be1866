"""JSON of photos."""

from marshmallow import Schema, fields, validate

from app.media import terms
from app.web.fields import ShownInstant

CHECKS = [str(check) for check in terms.Check]


class OwnPhotoOut(Schema):
    """A photo in the export of one's data: what is known of it, and where it is looked at (`show_photo`)."""

    id = fields.UUID(required=True)
    book = fields.String(required=True)
    handed_in_with = fields.String(required=True, allow_none=True, attribute="subject")
    uploaded_at = ShownInstant(required=True)
    width = fields.Integer(required=True)
    height = fields.Integer(required=True)
    check = fields.String(required=True, attribute="check_state", validate=validate.OneOf(CHECKS))
    picture = fields.Function(lambda photo: f"/v1/books/{photo.book}/photos/{photo.id}", required=True)


class PhotoOut(Schema):
    """A photo that was taken in. `check`: what WeChat makes of it; only "pass" may be published."""

    id = fields.UUID(required=True)
    width = fields.Integer(required=True)
    height = fields.Integer(required=True)
    uploaded_at = ShownInstant(required=True)
    check = fields.String(required=True, attribute="check_state", validate=validate.OneOf(CHECKS))
