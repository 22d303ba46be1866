"""JSON of tills and their keys."""

from marshmallow import Schema, fields

from app.kernel.signed import Algorithm
from app.merchants import terms
from app.web.fields import Choice, Flag, ShownInstant, Text
from app.web.paging import page_of
from app.web.parsing import StrictSchema

ASYMMETRIC = [Algorithm.ED25519, Algorithm.RSA_SHA256]


class TerminalCodeIn(StrictSchema):
    """What the till is called, and whether it may share a secret (HMAC) in place of a key of its own."""

    name = Text(required=True, length_max=terms.TERMINAL_NAME_LENGTH_MAX, metadata={"example": "1号收银机"})
    takes_hmac = Flag(load_default=False)


class TerminalCodeOut(Schema):
    """A one-time code. It is not shown again."""

    code = fields.String(required=True)
    expires_at = ShownInstant(required=True)


class EnrolTerminalIn(StrictSchema):
    """The code, and the public key with a proof that its private half is there; for HMAC neither."""

    code = Text(required=True, length_max=100)
    algorithm = Choice(list(Algorithm), required=True)
    public_key = Text(load_default=None, allow_none=True, length_max=terms.PUBLIC_KEY_LENGTH_MAX, lines=True)
    proof = Text(load_default=None, allow_none=True, length_max=terms.SIGNATURE_LENGTH_MAX)


class RotateKeyIn(StrictSchema):
    """A key to take the place of the one that signs this request, which stays good for a day unless it `ends_now`."""

    algorithm = Choice(ASYMMETRIC, required=True)
    public_key = Text(required=True, length_max=terms.PUBLIC_KEY_LENGTH_MAX, lines=True)
    proof = Text(required=True, length_max=terms.SIGNATURE_LENGTH_MAX)
    ends_now = Flag(load_default=False)


class KeyOut(Schema):
    """A key of a till. After `valid_to` it signs nothing any more."""

    serial = fields.String(required=True)
    algorithm = fields.String(required=True, metadata={"enum": sorted(Algorithm)})
    valid_from = ShownInstant(required=True)
    valid_to = ShownInstant(required=True, allow_none=True)


class EnrolledOut(Schema):
    """What a till keeps. `secret` is for HMAC only: 64 hex digits, shown once."""

    terminal_id = fields.UUID(required=True, attribute="terminal.id")
    shop_id = fields.UUID(required=True, attribute="terminal.branch_id")
    serial = fields.String(required=True, attribute="key.serial")
    algorithm = fields.String(required=True, attribute="key.algorithm", metadata={"enum": sorted(Algorithm)})
    secret = fields.String(required=True, allow_none=True)


class TerminalOut(Schema):
    """A till. `low_tier`: it shares a secret with us, and little goes through it."""

    id = fields.UUID(required=True, attribute="terminal.id")
    shop_id = fields.UUID(required=True, attribute="terminal.branch_id")
    name = fields.String(required=True, attribute="terminal.name")
    low_tier = fields.Boolean(required=True, attribute="terminal.low_tier")
    opened_at = ShownInstant(required=True, attribute="terminal.opened_at")
    revoked_at = ShownInstant(required=True, allow_none=True, attribute="terminal.revoked_at")
    revoked_why = fields.String(required=True, allow_none=True, attribute="terminal.revoked_why")
    keys = fields.List(fields.Nested(KeyOut), required=True)


class OwnTerminalOut(TerminalOut):
    """The till that asks, with the name of its shop for its screen."""

    shop_name = fields.String(required=True, attribute="branch.name")
    street = fields.String(required=True, attribute="branch.street")


TerminalPage = page_of(TerminalOut, "TerminalPage")


class RevokedOut(Schema):
    """A till that signs nothing any more."""

    id = fields.UUID(required=True)
    revoked_at = ShownInstant(required=True)


class AddressAlertOut(Schema):
    """A till signed from an address for the first time."""

    id = fields.UUID(required=True)
    terminal_id = fields.UUID(required=True)
    address = fields.String(required=True)
    serial = fields.String(required=True)
    first_seen_at = ShownInstant(required=True)
    seen_at = ShownInstant(required=True, allow_none=True)


AddressAlertPage = page_of(AddressAlertOut, "AddressAlertPage")
