"""JSON of the mall."""

from marshmallow import Schema, fields, validate

from app.mall import terms
from app.mall.terms import EarnState, RefundState, ReportState
from app.web.fields import Choice, Id, ShownInstant, StrictInteger, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema

RULE_LENGTH_MAX = 60
STATES, REPORTS = [str(each) for each in EarnState], [str(each) for each in ReportState]


class MallShopIn(StrictSchema):
    """A number of the mall (shop_number at WeChat Pay), whose shop it is, and what payments there earn by."""

    shop_number = Text(required=True, length_max=terms.SHOP_NUMBER_LENGTH_MAX)
    shop_id = Id(required=True)
    rule = Text(required=True, length_max=RULE_LENGTH_MAX)
    return_days = StrictInteger(minimum=0, maximum=terms.RETURN_DAYS_MAX, load_default=terms.RETURN_DAYS_DEFAULT)


class MallShopOut(Schema):
    """A shop of the mall."""

    id = fields.UUID(required=True)
    shop_number = fields.String(required=True)
    shop_id = fields.UUID(required=True)
    rule = fields.String(required=True)
    return_days = fields.Integer(required=True)
    opened_at = ShownInstant(required=True)
    closed_at = ShownInstant(required=True, allow_none=True)


class MallConsentOut(Schema):
    """Whether payments in the mall earn points for whoever asks; all empty: he never said so."""

    given_at = ShownInstant(required=True, allow_none=True)
    withdrawn_at = ShownInstant(required=True, allow_none=True)


class EarnQuery(PageQuery):
    """Which payments; `state=review` are those somebody has to look at."""

    state = Choice(list(EarnState), load_default=None)


class OwnEarnOut(Schema):
    """A payment, and the points that follow or followed."""

    id = fields.UUID(required=True)
    title = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    amount_fen = fields.Integer(required=True)
    refunded_fen = fields.Integer(required=True)
    points = fields.Integer(required=True)
    paid_at = ShownInstant(required=True)
    due_at = ShownInstant(required=True, allow_none=True)


class EarnOut(OwnEarnOut):
    """A payment, as staff see it."""

    transaction_id = fields.String(required=True)
    shop_id = fields.UUID(required=True, allow_none=True)
    resident_id = fields.UUID(required=True, allow_none=True)
    rule = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    award_id = fields.UUID(required=True, allow_none=True)
    cleared_by = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "谁放行了店铺关系人的消费 / who let it pass although its payer is of the shop's kin"},
    )
    passed_by = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "谁放行了被风控拦下的消费 / who let it pass although anti-fraud stopped it"},
    )
    report = fields.String(required=True, validate=validate.OneOf(REPORTS))


class MallRefundOut(Schema):
    """A refund that somebody has to look at: `payment_unknown`, or why its points could not be taken back."""

    id = fields.UUID(required=True)
    refund_id = fields.String(required=True)
    transaction_id = fields.String(required=True)
    shop_number = fields.String(required=True, allow_none=True)
    refund_fen = fields.Integer(required=True)
    refunded_at = ShownInstant(required=True)
    received_at = ShownInstant(required=True)
    state = fields.String(required=True, validate=validate.OneOf([str(each) for each in RefundState]))
    reason = fields.String(required=True, allow_none=True)
    closed_by = fields.UUID(required=True, allow_none=True)
    closed_at = ShownInstant(required=True, allow_none=True)


MallRefundPage = page_of(MallRefundOut, "MallRefundPage")
MallShopPage = page_of(MallShopOut, "MallShopPage")
EarnPage = page_of(EarnOut, "MallEarnPage")
OwnEarnPage = page_of(OwnEarnOut, "OwnMallEarnPage")
