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
