"""JSON of refunds."""

from marshmallow import Schema, fields, validate

from app.merchants import terms
from app.merchants.schemas.redemptions import OutNumber
from app.web.fields import Points, ShownInstant
from app.web.paging import page_of
from app.web.parsing import StrictSchema

REFUND_STATES = [str(state) for state in terms.RefundState if state is not terms.RefundState.REQUESTED]


class RefundIn(StrictSchema):
    """How much to give back, and the shop's number for it."""

    points = Points(required=True)
    out_refund_no = OutNumber(required=True)


class RefundOut(Schema):
    """A refund."""

    id = fields.UUID(required=True)
    redemption_id = fields.UUID(required=True)
    out_refund_no = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(REFUND_STATES))
    points = fields.Integer(required=True)
    requested_at = ShownInstant(required=True)
    transaction_id = fields.UUID(required=True, allow_none=True)


class TillRefundOut(Schema):
    """A refund as its shop reconciles it. `decline`: why nothing came back."""

    id = fields.UUID(required=True, attribute="refund.id")
    out_trade_no = fields.String(required=True)
    redemption_id = fields.UUID(required=True, attribute="refund.redemption_id")
    out_refund_no = fields.String(required=True, attribute="refund.out_refund_no")
    state = fields.String(required=True, validate=validate.OneOf(REFUND_STATES), attribute="refund.state")
    points = fields.Integer(required=True, attribute="refund.points")
    requested_at = ShownInstant(required=True, attribute="refund.requested_at")
    transaction_id = fields.UUID(required=True, allow_none=True, attribute="refund.transaction_id")
    decline = fields.String(required=True, allow_none=True, attribute="refund.decline")


class ToCareForOut(Schema):
    """Points that came back to whoever has closed the account: of a refund, or (`reservation_id`) of a gift."""

    id = fields.UUID(required=True)
    redemption_id = fields.UUID(required=True, allow_none=True)
    out_refund_no = fields.String(required=True, allow_none=True)
    reservation_id = fields.UUID(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(REFUND_STATES))
    points = fields.Integer(required=True)
    requested_at = ShownInstant(required=True)
    transaction_id = fields.UUID(required=True, allow_none=True)


RefundPage = page_of(RefundOut, "RefundPage")
TillRefundPage = page_of(TillRefundOut, "TillRefundPage")
ToCareForPage = page_of(ToCareForOut, "ToCareForPage")
