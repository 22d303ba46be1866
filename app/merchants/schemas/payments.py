"""JSON of codes, payments and refunds."""

from typing import Any

from marshmallow import Schema, fields, validate

from app.merchants import terms
from app.web.fields import Points, ShownInstant, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema

DIGITS = validate.Regexp(rf"[0-9]{{{terms.CODE_DIGITS}}}\Z", error="pattern:12345678")
NUMBER = validate.Regexp(r"[0-9A-Za-z_|*@.-]+\Z", error="pattern:A1_b-2|3*4@5.6")
PAYMENT_STATES = [str(state) for state in terms.PaymentState if state is not terms.PaymentState.REQUESTED]
REFUND_STATES = [str(state) for state in terms.RefundState if state is not terms.RefundState.REQUESTED]


class OutNumber(Text):
    """A shop's own number for a payment or a refund: 1 to 64 letters, digits and any of _ | * @ . and -, no others."""

    def __init__(self, **kwargs: Any) -> None:
        metadata = {"pattern": r"^[0-9A-Za-z_|*@.\-]+$"}
        super().__init__(length_max=terms.OUT_NO_LENGTH_MAX, validate=[NUMBER], metadata=metadata, **kwargs)


class CodeOut(Schema):
    """A code to show at the till."""

    code = fields.String(required=True)
    expires_at = ShownInstant(required=True)


class PaymentIn(StrictSchema):
    """What a resident pays with, how much, and the shop's number for it."""

    code = fields.String(required=True, validate=[DIGITS], metadata={"pattern": rf"^[0-9]{{{terms.CODE_DIGITS}}}$"})
    points = Points(required=True)
    out_trade_no = OutNumber(required=True)


class CaptureIn(StrictSchema):
    """How much of the held points to take (left out: all)."""

    points = Points(load_default=None, allow_none=True)


class RefundIn(StrictSchema):
    """How much to give back, and the shop's number for it."""

    points = Points(required=True)
    out_refund_no = OutNumber(required=True)


class PaymentQuery(PageQuery):
    """A page of a shop's payments, or the one of an out_trade_no."""

    out_trade_no = OutNumber(load_default=None)


class PaymentOut(Schema):
    """A payment as it stands now."""

    id = fields.UUID(required=True, attribute="payment.id")
    shop_id = fields.UUID(required=True, attribute="payment.shop_id")
    out_trade_no = fields.String(required=True, attribute="payment.out_trade_no")
    state = fields.String(required=True, validate=validate.OneOf(PAYMENT_STATES))
    points = fields.Integer(required=True, attribute="payment.points")
    captured_points = fields.Integer(required=True, allow_none=True, attribute="payment.captured_points")
    refunded_points = fields.Integer(required=True)
    requested_at = ShownInstant(required=True, attribute="payment.requested_at")
    expires_at = ShownInstant(required=True, allow_none=True, attribute="payment.hold_expires_at")
    closed_at = ShownInstant(required=True, allow_none=True, attribute="payment.closed_at")
    transaction_id = fields.UUID(required=True, allow_none=True, attribute="payment.transaction_id")
    decline = fields.String(
        required=True,
        allow_none=True,
        attribute="payment.decline",
        metadata={"description": "拒付的代码 / code of the refusal of a declined payment"},
    )


class RefundOut(Schema):
    """A refund."""

    id = fields.UUID(required=True)
    payment_id = fields.UUID(required=True)
    out_refund_no = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(REFUND_STATES))
    points = fields.Integer(required=True)
    requested_at = ShownInstant(required=True)
    transaction_id = fields.UUID(required=True, allow_none=True)


PaymentPage = page_of(PaymentOut, "PaymentPage")
