"""JSON of identity."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from app.identity.rules import demo as rules
from app.web.fields import Choice, Id, Text
from app.web.parsing import StrictSchema

ROLE_NAMES = sorted(rules.GRANTABLE)


class DevTokenIn(StrictSchema):
    """Whom to sign in as."""

    role = Choice(rules.GRANTABLE, required=True)
    name = Text(required=True, length_max=60)
    book = Text(load_default=None, allow_none=True, length_max=40)
    person_id = Id(load_default=None, allow_none=True)
    shop_id = Id(load_default=None, allow_none=True)

    @validates_schema
    def check_book(self, data: Mapping[str, Any], **_: object) -> None:
        """Refuse a role of a book without one, and the district office with one."""
        if rules.needs_book(data["role"]) != (data["book"] is not None):
            raise ValidationError("required" if data["book"] is None else "unknown", "book")


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
