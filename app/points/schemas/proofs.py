"""JSON of what an auditor asks of one account or one instant: balances as of then, and the check of a chain."""

from typing import Any

from marshmallow import Schema, fields, validate

from app.web.fields import Instant, ShownInstant
from app.web.parsing import StrictSchema

VERSION_MAX = 2**63 - 1
VERSION_DIGITS_MAX = 19


class AsOfQuery(StrictSchema):
    """As of when: an instant that has passed; left out: now."""

    as_of = Instant(
        load_default=None,
        metadata={"description": "截至何时,含该时刻;“+”须写作 %2B / up to and with this instant; write + as %2B"},
    )


class VersionField(fields.Integer):
    """The version of an entry in a query string: decimal digits only."""

    default_error_messages = {"invalid": f"range:0:{VERSION_MAX}", "too_large": f"range:0:{VERSION_MAX}"}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(0, VERSION_MAX, error="range:{min}:{max}"), **kwargs)

    def _deserialize(self, value: object, *_args: object, **_kwargs: object) -> int:
        if not (isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= VERSION_DIGITS_MAX):
            raise self.make_error("invalid")
        return int(value)


class ChainQuery(StrictSchema):
    """Where to go on: next_after_version of the call before; from the beginning when left out."""

    after_version = VersionField(load_default=0)


class AccountBalanceOut(Schema):
    """What an account held at an instant. `version` is that of its last entry until then; null if summed later."""

    id = fields.UUID(required=True, attribute="account.id")
    kind = fields.String(required=True, attribute="account.kind")
    owner_id = fields.UUID(required=True, attribute="account.owner_id")
    stripe = fields.Integer(required=True, attribute="account.stripe")
    asset = fields.String(required=True, attribute="account.asset")
    as_of = ShownInstant(required=True)
    balance = fields.Integer(required=True)
    version = fields.Integer(required=True, allow_none=True)


class WrongOut(Schema):
    """The first entry that does not hold: what of it, what it should be, what is there."""

    version = fields.Integer(required=True)
    what = fields.String(required=True, validate=validate.OneOf(["version", "balance", "link", "head"]))
    expected = fields.String(required=True)
    found = fields.String(required=True)
    transaction_id = fields.UUID(required=True, allow_none=True)


class ChainCheckOut(Schema):
    """What was checked, whether it holds, and where the next call goes on (null: the end, or where it breaks)."""

    account_id = fields.UUID(required=True, attribute="account.id")
    checked_from = fields.Integer(required=True, allow_none=True)
    checked_to = fields.Integer(required=True, allow_none=True)
    head_version = fields.Integer(required=True)
    ok = fields.Boolean(required=True)
    wrong = fields.Nested(WrongOut, required=True, allow_none=True)
    next_after_version = fields.Integer(required=True, allow_none=True)
