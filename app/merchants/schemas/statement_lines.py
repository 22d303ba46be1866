"""JSON of the lines of statements: by the shop's own numbers, and with why their money is kept back."""

from collections.abc import Callable
from typing import Any

from marshmallow import Schema, fields, validate

from app.merchants.schemas import words
from app.merchants.terms import DisputeCause, DisputeState
from app.web.fields import ShownInstant
from app.web.paging import page_of

CAUSES = [str(cause) for cause in DisputeCause]
DISPUTE_STATES = [str(state) for state in DisputeState]
SENTENCE = {"type": "string", "description": "原因(按请求的语言) / why, in the language of the request"}
NUMBERS = {
    "out_trade_no": "商户单号 / the shop's number of the payment",
    "out_refund_no": "商户退款单号 / the shop's number of the refund",
    "gift": "礼品名称 / the title of the gift that was handed out or came back",
}


def _named(name: str) -> fields.String:
    return fields.String(
        required=True, allow_none=True, attribute=f"name.{name}", metadata={"description": NUMBERS[name]}
    )


def _why(cause: Callable[[Any], str]) -> fields.Function:
    """Why a line is kept back, in a sentence in the language of the request."""
    return fields.Function(lambda each: words.say(words.CAUSES[cause(each)]), required=True, metadata=SENTENCE)


class LineDoubtOut(Schema):
    """That a line is kept back, or was: until `until`, or until another statement paid it (`released_into`)."""

    dispute_id = fields.UUID(required=True, attribute="id")
    fen = fields.Integer(required=True)
    cause = fields.String(required=True, validate=validate.OneOf(CAUSES))
    why = _why(lambda each: each.cause)
    state = fields.String(required=True, validate=validate.OneOf(DISPUTE_STATES))
    until = fields.Date(required=True, allow_none=True)
    released_into = fields.UUID(required=True, allow_none=True)


class SettlementLineOut(Schema):
    """One transaction of a settlement: + is owed to the shop. What came off the bill, and who bears it."""

    transaction_id = fields.UUID(required=True, attribute="line.transaction_id")
    code = fields.String(required=True, attribute="line.code")
    out_trade_no = _named("out_trade_no")
    out_refund_no = _named("out_refund_no")
    gift = _named("gift")
    points = fields.Integer(required=True, attribute="line.points")
    fen = fields.Integer(required=True, attribute="line.fen")
    discount_fen = fields.Integer(required=True, allow_none=True, attribute="line.discount_fen")
    borne_by_shop_fen = fields.Integer(required=True, allow_none=True, attribute="line.borne_by_shop_fen")
    recorded_at = ShownInstant(required=True, attribute="line.recorded_at")
    kept_back = fields.Nested(LineDoubtOut, required=True, allow_none=True, attribute="doubt")


class KeptBackOut(Schema):
    """A line that a statement keeps back, or pays after an earlier one kept it back."""

    dispute_id = fields.UUID(required=True, attribute="doubt.id")
    settlement_id = fields.UUID(required=True, attribute="doubt.settlement_id")
    transaction_id = fields.UUID(required=True, attribute="doubt.transaction_id")
    out_trade_no = _named("out_trade_no")
    out_refund_no = _named("out_refund_no")
    gift = _named("gift")
    fen = fields.Integer(required=True, attribute="doubt.fen")
    cause = fields.String(required=True, attribute="doubt.cause", validate=validate.OneOf(CAUSES))
    why = _why(lambda each: each.doubt.cause)
    state = fields.String(required=True, attribute="doubt.state", validate=validate.OneOf(DISPUTE_STATES))
    until = fields.Date(required=True, allow_none=True, attribute="doubt.until")
    opened_at = ShownInstant(required=True, attribute="doubt.opened_at")
    closed_at = ShownInstant(required=True, allow_none=True, attribute="doubt.closed_at")
    released_into = fields.UUID(required=True, allow_none=True, attribute="doubt.released_into")


LinePage = page_of(SettlementLineOut, "SettlementLinePage")
KeptBackPage = page_of(KeptBackOut, "KeptBackPage")
