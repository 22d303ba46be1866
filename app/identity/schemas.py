"""JSON of identity."""

from marshmallow import Schema, fields

from app.identity import rules
from app.web.fields import Choice, Id, Text
from app.web.parsing import StrictSchema

ROLE_NAMES = sorted(rules.GRANTABLE)


class DevTokenIn(StrictSchema):
    """Whom to sign in as."""

    role = Choice(rules.GRANTABLE, required=True)
    name = Text(required=True, length_max=60)
    book = Text(required=True, length_max=40)
    person_id = Id(load_default=None, allow_none=True)
    shop_id = Id(load_default=None, allow_none=True)


class ActorOut(Schema):
    """Who is signed in."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    roles = fields.Function(
        lambda actor: sorted(actor.roles), metadata={"type": "array", "items": {"type": "string", "enum": ROLE_NAMES}}
    )
    book = fields.String(required=True, allow_none=True)
    shop_id = fields.UUID(required=True, allow_none=True)


class DevTokenOut(Schema):
    """A token to send as `Authorization: Bearer <token>`."""

    token = fields.String(required=True)
    actor = fields.Nested(ActorOut, required=True)
    expires_at = fields.AwareDateTime(required=True)
