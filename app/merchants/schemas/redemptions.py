"""JSON of codes, redemptions and refunds."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from app.kernel import geo
from app.merchants import terms
from app.merchants.rules.evidence import Whereabouts
from app.web.fields import Choice, Day, Fen, Id, Points, ShownInstant, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema
from app.web.positions import PositionIn
from app.web.problems import language

DIGITS = validate.Regexp(rf"[0-9]{{{terms.CODE_DIGITS}}}\Z", error="pattern:911234567890123457")
NUMBER = validate.Regexp(r"[0-9A-Za-z_|*@.-]+\Z", error="pattern:A1_b-2|3*4@5.6")
REDEMPTION_STATES = [str(s) for s in terms.RedemptionState if s is not terms.RedemptionState.REQUESTED]
LISTED_STATES = [
    terms.RedemptionState.HELD,
    terms.RedemptionState.PENDING_CONFIRM,
    terms.RedemptionState.ORDERED,
    terms.RedemptionState.CAPTURED,
    terms.RedemptionState.REVERSED,
    terms.RedemptionState.EXPIRED,
    terms.RedemptionState.DECLINED,
]
SOTER_LENGTH_MAX = 4000


class OutNumber(Text):
    """A shop's own number for a redemption or a refund: 1 to 64 letters, digits and any of _ | * @ . and -."""

    def __init__(self, **kwargs: Any) -> None:
        metadata = {"pattern": r"^[0-9A-Za-z_|*@.\-]+$"}
        super().__init__(length_max=terms.OUT_NO_LENGTH_MAX, validate=[NUMBER], metadata=metadata, **kwargs)


class ShownDigits(fields.String):
    """A code as it was read off a screen."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=[DIGITS], metadata={"pattern": rf"^[0-9]{{{terms.CODE_DIGITS}}}$"}, **kwargs)


class CodeOut(Schema):
    """A code to show at the till, and when the screen asks for the next one."""

    code = fields.String(required=True)
    expires_at = ShownInstant(required=True)
    refresh_after = ShownInstant(required=True)
    server_time = ShownInstant(required=True)


class PointsAsked(StrictSchema):
    """How many points may go into a bill: those named, or as many as may be, up to a most where one is named."""

    points = Points(load_default=None, allow_none=True)
    max_points = Points(load_default=None, allow_none=True)

    @validates_schema
    def check_points(self, data: Mapping[str, Any], **_: object) -> None:
        """Refuse both."""
        if data["points"] is not None and data["max_points"] is not None:
            raise ValidationError("alone:points", "max_points")


class OrderAsked(PointsAsked):
    """A bill, and how many points may go into it. Without `points` and `max_points`: as many as may be."""

    out_trade_no = OutNumber(required=True)
    order_fen = Fen(required=True)
    capture = Choice(list(terms.Capture), load_default=terms.Capture.MANUAL)


class RedemptionIn(OrderAsked):
    """The same with the code that the resident shows."""

    code = ShownDigits(required=True)


class PaymentIn(StrictSchema):
    """What a resident pays with, how much, and the shop's number for it. A shop with an offer names the bill."""

    code = ShownDigits(required=True)
    points = Points(required=True)
    order_fen = Fen(load_default=None, allow_none=True)
    out_trade_no = OutNumber(required=True)


class CaptureIn(StrictSchema):
    """How much of the held points to take (left out: all)."""

    points = Points(load_default=None, allow_none=True)


class PaymentQuery(PageQuery):
    """A page of a shop's redemptions, or the one of an out_trade_no."""

    out_trade_no = OutNumber(load_default=None)


class OwnRedemptionQuery(PageQuery):
    """A page of one's own redemptions, or of those in one state: `pending_confirm` are those to confirm."""

    state = Choice(LISTED_STATES, load_default=None)


class DaysQuery(PageQuery):
    """A page of what was asked for on the days from one to another (Asia/Shanghai), both included."""

    first = Day(load_default=None, data_key="from")
    last = Day(load_default=None, data_key="to")


class RedemptionQuery(DaysQuery):
    """A page of a till's redemptions, or of those in one state, of some days."""

    state = Choice([*LISTED_STATES, terms.RedemptionState.TOMBSTONE], load_default=None)


class RedemptionOut(Schema):
    """A redemption as it stands now."""

    id = fields.UUID(required=True, attribute="redemption.id")
    shop_id = fields.UUID(required=True, attribute="redemption.branch_id")
    out_trade_no = fields.String(required=True, attribute="redemption.out_trade_no")
    mode = fields.String(required=True, attribute="redemption.mode")
    state = fields.String(required=True, validate=validate.OneOf(REDEMPTION_STATES))
    order_fen = fields.Integer(required=True, allow_none=True, attribute="redemption.order_fen")
    points = fields.Integer(required=True, allow_none=True, attribute="redemption.points")
    discount_fen = fields.Integer(required=True, allow_none=True, attribute="redemption.discount_fen")
    captured_points = fields.Integer(required=True, allow_none=True, attribute="redemption.captured_points")
    captured_discount_fen = fields.Integer(required=True, allow_none=True)
    refunded_points = fields.Integer(required=True, attribute="redemption.refunded_points")
    match_code = fields.String(
        required=True,
        allow_none=True,
        attribute="redemption.match_code",
        metadata={"description": "两边屏幕上相同的四位数 / the four digits on both screens"},
    )
    requested_at = ShownInstant(required=True, attribute="redemption.requested_at")
    expires_at = ShownInstant(
        required=True,
        allow_none=True,
        attribute="waits_until",
        metadata={"description": "等到何时;已有结果则为 null / until when it waits; null: it is decided"},
    )
    closed_at = ShownInstant(required=True, allow_none=True, attribute="redemption.closed_at")
    transaction_id = fields.UUID(required=True, allow_none=True, attribute="redemption.transaction_id")
    decline = fields.String(
        required=True,
        allow_none=True,
        attribute="decline_at_till",
        metadata={"description": "拒付的代码 / code of the refusal of a declined one"},
    )


class TillRedemptionOut(RedemptionOut):
    """The same as a till shows it."""

    resident_name_masked = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "example": "张*",
            "description": "姓和 *,十五分钟内可见 / the first character of the name, for 15 minutes",
        },
    )
    poll_after = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "几秒后再查;null 即不必再查 / ask again after so many seconds; null: no need"},
    )


class OwnRedemptionOut(RedemptionOut):
    """The same for whose points they are. `challenge`: it is confirmed by fingerprint or face, for this text."""

    shop_name = fields.String(
        required=True, metadata={"description": "确认前给居民看 / show it to whoever is to confirm"}
    )
    challenge = fields.String(required=True, allow_none=True)
    decline = fields.String(required=True, allow_none=True, attribute="redemption.decline")
    decline_detail = fields.Function(
        lambda receipt: receipt.declined and receipt.declined.detail(language()),
        required=True,
        allow_none=True,
        metadata={
            "type": "string",
            "description": "拒付的原因,只给本人 / why it was declined, for the resident alone",
        },
    )


class OrderOut(Schema):
    """A till's order and what its code says."""

    scene = fields.String(required=True)
    redemption = fields.Nested(TillRedemptionOut, required=True, attribute="receipt")


class WhereaboutsIn(PositionIn):
    """Where a phone is, for the distance from the shop alone."""

    @post_load
    def locate(self, data: dict[str, Any], **_: object) -> Any:
        """Make the position, in a cover that keeps it from being written anywhere."""
        return Whereabouts(geo.locate(**data))


class QuoteIn(PointsAsked):
    """What was scanned; for a shop's posted code the bill, and how many points may go into it. A till's order says both
    itself, so that beside it neither is named.
    """

    scene = Text(length_max=32, required=True)
    order_fen = Fen(load_default=None, allow_none=True)
    whereabouts = fields.Nested(
        WhereaboutsIn,
        load_default=None,
        allow_none=True,
        data_key="position",
        metadata={"description": "手机的位置,可不填;不保存,只算到店的距离 / kept nowhere: only its distance is used"},
    )


class QuoteOut(Schema):
    """What confirming would do."""

    quote_id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True)
    shop_name = fields.String(required=True)
    order_fen = fields.Integer(required=True)
    points = fields.Integer(required=True)
    discount_fen = fields.Integer(required=True)
    expires_at = ShownInstant(required=True)
    challenge = fields.String(required=True, allow_none=True)
    distance_m = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "手机到店的米数,不知道则为 null / from phone to shop, null: unknown"},
    )


class SoterIn(StrictSchema):
    """What wx.startSoterAuthentication gave for the challenge, where one was set: resultJSON and its signature."""

    result = Text(length_max=SOTER_LENGTH_MAX, load_default=None, allow_none=True)
    signature = Text(length_max=SOTER_LENGTH_MAX, load_default=None, allow_none=True)


class QuoteConfirmIn(SoterIn):
    """The same, and the quote that is confirmed."""

    quote_id = Id(required=True)


class SignOut(Schema):
    """What a shop's posted code says."""

    scene = fields.String(required=True)
    shop_id = fields.UUID(required=True, attribute="sign.branch_id")
    posted_at = ShownInstant(required=True, attribute="sign.posted_at")


RedemptionPage = page_of(RedemptionOut, "RedemptionPage")
TillRedemptionPage = page_of(TillRedemptionOut, "TillRedemptionPage")
OwnRedemptionPage = page_of(OwnRedemptionOut, "OwnRedemptionPage")
