"""JSON of settlements."""

from marshmallow import Schema, fields, validate

from app.merchants import terms
from app.web.fields import Day, Id, ShownInstant, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema

STATES = [str(state) for state in terms.SettlementState]


class SettlementIn(StrictSchema):
    """With which shop to settle, through which day (its end, Asia/Shanghai)."""

    shop_id = Id(required=True)
    through = Day(required=True)


class PayIn(StrictSchema):
    """The bank's reference of the payment."""

    bank_reference = Text(required=True, length_max=terms.BANK_REFERENCE_LENGTH_MAX)


class SettlementQuery(PageQuery):
    """A page of settlements, of one shop where given."""

    shop_id = Id(load_default=None)


class SettlementOut(Schema):
    """What a shop is owed: `points` taken less given back, `fen` for them."""

    id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True)
    through = fields.Date(required=True)
    line_count = fields.Integer(required=True)
    points = fields.Integer(required=True)
    fen = fields.Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    stated_by = fields.UUID(required=True)
    stated_at = ShownInstant(required=True)
    bank_reference = fields.String(required=True, allow_none=True)
    paid_by = fields.UUID(required=True, allow_none=True)
    paid_at = ShownInstant(required=True, allow_none=True)
    transaction_id = fields.UUID(required=True, allow_none=True)


class SettlementLineOut(Schema):
    """One transaction of a settlement: + is owed to the shop."""

    transaction_id = fields.UUID(required=True)
    code = fields.String(required=True)
    points = fields.Integer(required=True)
    fen = fields.Integer(required=True)
    recorded_at = ShownInstant(required=True)


SettlementPage = page_of(SettlementOut, "SettlementPage")
LinePage = page_of(SettlementLineOut, "SettlementLinePage")


class StatementOut(Schema):
    """A settlement with a page of its lines."""

    settlement = fields.Nested(SettlementOut, required=True)
    lines = fields.Nested(LinePage, required=True)
