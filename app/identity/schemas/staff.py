"""JSON of staff, roles and freezes."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from app.identity import terms
from app.identity.schemas.sessions import Totp, Username
from app.web.fields import Choice, Id, Instant, ShownInstant, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema

TOKEN_LENGTH_MAX = 80
REASON_LENGTH_MAX = 200
GRANTED = sorted(terms.GRANTED)


class InviteIn(StrictSchema):
    """Whom to invite; `person_id` where the person is known already."""

    name = Text(required=True, length_max=60)
    username = Username(required=True)
    person_id = Id(load_default=None, allow_none=True)


class InvitedOut(Schema):
    """An invitation. Its token is shown once."""

    person_id = fields.UUID(required=True)
    token = fields.String(required=True)
    expires_at = ShownInstant(required=True)


class PrepareIn(StrictSchema):
    """The invitation, and a password of one's own."""

    token = Text(required=True, length_max=TOKEN_LENGTH_MAX)
    password = Text(required=True, length_max=terms.PASSWORD_LENGTH_MAX)


class PreparedOut(Schema):
    """The second factor: `uri` is what the QR code for the authenticator holds."""

    secret = fields.String(required=True)
    uri = fields.String(required=True)


class ConfirmIn(StrictSchema):
    """The invitation, and what the authenticator shows."""

    token = Text(required=True, length_max=TOKEN_LENGTH_MAX)
    totp = Totp(required=True)


class RecoveryCodesOut(Schema):
    """Each stands for the second factor once. Shown once: to be printed and locked away."""

    recovery_codes = fields.List(fields.String(), required=True)


class PasswordIn(StrictSchema):
    """The old password with the second factor, and the new one."""

    old_password = Text(required=True, length_max=terms.PASSWORD_LENGTH_MAX)
    password = Text(required=True, length_max=terms.PASSWORD_LENGTH_MAX)
    totp = Totp(required=True)


class PersonQuery(StrictSchema):
    """Whom to look for: the whole number."""

    phone = Text(required=True, length_min=4, length_max=20)


class FoundPersonOut(Schema):
    """Somebody, as an administrator finds him."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)


class GrantIn(StrictSchema):
    """A role in an area and below. A cashier's names the shop."""

    person_id = Id(required=True)
    role = Choice(terms.GRANTED, required=True)
    area_id = Id(required=True)
    unit_id = Id(load_default=None, allow_none=True)
    shop_id = Id(load_default=None, allow_none=True)
    valid_from = Instant(load_default=None, allow_none=True)
    valid_to = Instant(load_default=None, allow_none=True)
    reason = Text(required=True, length_max=REASON_LENGTH_MAX)


class AccountReasonIn(StrictSchema):
    """Why."""

    reason = Text(required=True, length_max=REASON_LENGTH_MAX)


class GrantOut(Schema):
    """A grant and what became of it."""

    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    role = fields.String(required=True, metadata={"enum": GRANTED})
    area_id = fields.UUID(required=True)
    unit_id = fields.UUID(required=True, allow_none=True)
    shop_id = fields.UUID(required=True, allow_none=True)
    valid_from = ShownInstant(required=True)
    valid_to = ShownInstant(required=True, allow_none=True)
    reason = fields.String(required=True)
    granted_by = fields.UUID(required=True)
    granted_at = ShownInstant(required=True)
    takes_two = fields.Boolean(required=True)
    approved_by = fields.UUID(required=True, allow_none=True)
    approved_at = ShownInstant(required=True, allow_none=True)
    ended_by = fields.UUID(required=True, allow_none=True)
    ended_at = ShownInstant(required=True, allow_none=True)
    ended_why = fields.String(required=True, allow_none=True)


GrantPage = page_of(GrantOut, "GrantPage")


class GrantsQuery(PageQuery):
    """Whose, or where: one of them at least."""

    area_id = Id(load_default=None, allow_none=True)
    person_id = Id(load_default=None, allow_none=True)

    @validates_schema
    def check_narrowed(self, data: Mapping[str, Any], **_: object) -> None:
        """Refuse a list of everybody everywhere."""
        if data["area_id"] is None and data["person_id"] is None:
            raise ValidationError("required", "area_id")


class AppealIn(StrictSchema):
    """What its owner says to a freeze."""

    text = Text(required=True, length_max=500, lines=True)


class AccountFreezeOut(Schema):
    """A freeze and what became of it."""

    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    frozen_at = ShownInstant(required=True)
    reason = fields.String(required=True)
    appeal = fields.String(required=True, allow_none=True)
    appealed_at = ShownInstant(required=True, allow_none=True)
    lifted_at = ShownInstant(required=True, allow_none=True)
    lift_reason = fields.String(required=True, allow_none=True)


AccountFreezePage = page_of(AccountFreezeOut, "AccountFreezePage")
