"""JSON of identity."""

from marshmallow import Schema, fields, validate

from app.identity import rules
from app.kernel.actor import Role
from app.web.fields import Id, Text
from app.web.parsing import StrictSchema

ROLE_NAMES = sorted(rules.GRANTABLE)


class RoleField(fields.String):
    """A role by its name."""

    default_error_messages = {"invalid": "choice:" + ", ".join(ROLE_NAMES)}

    def __init__(self) -> None:
        super().__init__(required=True, validate=validate.OneOf(ROLE_NAMES, error="choice:" + ", ".join(ROLE_NAMES)))

    def _deserialize(self, value: object, *_args: object, **_kwargs: object) -> Role:
        if not isinstance(value, str) or value not in ROLE_NAMES:
            raise self.make_error("invalid")
        return Role(value)


class DevTokenIn(StrictSchema):
    """Whom to sign in as."""

    role = RoleField()
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
