"""JSON of photos."""

from marshmallow import Schema, fields, validate

from app.media import terms
from app.web.fields import ShownInstant

CHECKS = [str(check) for check in terms.Check]


class PhotoOut(Schema):
    """A photo that was taken in. `check`: what WeChat makes of it; only "pass" may be published."""

    id = fields.UUID(required=True)
    width = fields.Integer(required=True)
    height = fields.Integer(required=True)
    uploaded_at = ShownInstant(required=True)
    check = fields.String(required=True, attribute="check_state", validate=validate.OneOf(CHECKS))
