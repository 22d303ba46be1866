"""Refusals in the words of the counter: what a cashier needs to go on, and nothing of what is the resident's own."""

from app.kernel.errors import Declined, DomainError, Kind


class CodeNotOurs(DomainError):
    """Said of its form alone, so it tells nothing of any code: it is no try, and costs no number."""

    kind = Kind.INVALID
    code = "merchants.code_not_ours"
    text = {
        "zh": "这不是邻里积分的付款码(18 位,以 91 开头):可能扫到了微信或支付宝的付款码,或读错了一位。"
        "请居民打开邻里积分的付款码,用同一单号重扫。",
        "en": "This is no code of Linli (18 digits that begin with 91): perhaps one of WeChat or Alipay, or a digit "
        "was misread. Ask for the Linli code and scan again, under the same out_trade_no.",
    }
    field = "code"


class PointsTooFew(Declined):
    """What a till hears instead of how many points somebody has: that is his own to know."""

    kind = Kind.CONFLICT
    code = "merchants.points_too_few"
    text = {
        "zh": "积分不够,请减少积分,或改用其他方式付款;需使用新的商户单号。",
        "en": "The points do not suffice: use fewer, or take another way of payment, under a new out_trade_no.",
    }


class ResidentRefused(Declined):
    """He said no on his phone; an order of the shop's own that it reversed is not this."""

    kind = Kind.CONFLICT
    code = "merchants.resident_refused"
    text = {
        "zh": "居民在手机上没有同意这笔兑换,请改用其他方式付款。",
        "en": "The resident said no on the phone; take another way of payment.",
    }


class RefundMissing(DomainError):
    kind = Kind.MISSING
    code = "merchants.refund_missing"
    text = {"zh": "没有这笔退款。", "en": "There is no such refund."}
    field = "out_refund_no"


class NothingToRefund(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.nothing_to_refund"
    text = {
        "zh": "这笔兑换{state},店里没有留下积分,不用退款。",
        "en": "This redemption is {state}: none of its points are with the shop, so there is nothing to refund.",
    }


class ComplaintOfNothing(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.complaint_of_nothing"
    text = {
        "zh": "这笔兑换{state},没有扣走您的积分,不用投诉;如有疑问,请联系社区工作站。",
        "en": "This redemption is {state} and took none of your points, so there is nothing to complain of; if in "
        "doubt ask the community station.",
    }


class OrderSaysItself(DomainError):
    """The field is the one that was named."""

    kind = Kind.INVALID
    code = "merchants.order_says_itself"
    text = {
        "zh": "收银台的订单码已写明金额和积分,请去掉这个字段。",
        "en": "A till's order says its bill and its points itself; leave this field out.",
    }
