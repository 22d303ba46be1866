"""Refusals of codes, redemptions and refunds."""

from app.kernel.errors import Declined, DomainError, Kind


class CodesAway(DomainError):
    kind = Kind.UNAVAILABLE
    code = "merchants.codes_away"
    text = {
        "zh": "付款码服务暂时不可用,请稍后再试,或先用现金。",
        "en": "Codes are out of service for the moment; try again shortly, or pay in cash.",
    }
    retryable = True


class CodeNotGood(Declined):
    """Deliberately coarse: it never says whether a code was ever one."""

    kind = Kind.CONFLICT
    code = "merchants.code_not_good"
    text = {
        "zh": "付款码不正确、已使用或已过期,请居民重新出示,并使用新的商户单号。",
        "en": "The code is wrong, used or expired; ask for a new one and use a new out_trade_no.",
    }
    field = "code"


class RedemptionMissing(DomainError):
    kind = Kind.MISSING
    code = "merchants.redemption_missing"
    text = {"zh": "没有这笔兑换。", "en": "There is no such redemption."}


class RequestInFlight(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.request_in_flight"
    text = {
        "zh": "同一商户单号 {out_trade_no} 的请求正在处理,请稍后用同样的内容再发一次。",
        "en": "A request under the out_trade_no {out_trade_no} is being worked; send the same again shortly.",
    }
    field = "out_trade_no"
    retryable = True


class OutTradeNoReused(DomainError):
    kind = Kind.INVALID
    code = "merchants.out_trade_no_reused"
    text = {
        "zh": "商户单号 {out_trade_no} 已用于内容不同的请求,请使用新的单号。",
        "en": "The out_trade_no {out_trade_no} was used for a request with other content; use a new one.",
    }
    field = "out_trade_no"


class OutTradeNoMalformed(DomainError):
    kind = Kind.INVALID
    code = "merchants.out_trade_no_malformed"
    text = {
        "zh": "商户单号须为 1 到 {length_max} 个字母、数字或 _|*@.-。",
        "en": "An out_trade_no has 1 to {length_max} letters, digits and any of _ | * @ . and -.",
    }
    field = "out_trade_no"


class OutRefundNoReused(DomainError):
    kind = Kind.INVALID
    code = "merchants.out_refund_no_reused"
    text = {
        "zh": "商户退款单号 {out_refund_no} 已用于内容不同的退款,请使用新的单号。",
        "en": "The out_refund_no {out_refund_no} was used for a refund with other content; use a new one.",
    }
    field = "out_refund_no"


class OrderReversed(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.order_reversed"
    text = {
        "zh": "商户单号 {out_trade_no} 已撤销,不能再用;请使用新的单号。",
        "en": "The out_trade_no {out_trade_no} was reversed and is good no more; use a new one.",
    }
    field = "out_trade_no"


class OrderNeeded(DomainError):
    kind = Kind.INVALID
    code = "merchants.order_needed"
    text = {
        "zh": "这家店有积分抵扣约定,请填写账单金额 order_fen。",
        "en": "This shop takes points under an offer: give the amount of the bill as order_fen.",
    }
    field = "order_fen"


class RedemptionClosed(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.redemption_closed"
    text = {
        "zh": "这笔兑换{state},不能再这样处理。",
        "en": "This redemption is {state}; that can no longer be done with it.",
    }


class CaptureOver(DomainError):
    kind = Kind.INVALID
    code = "merchants.capture_over"
    text = {
        "zh": "请款 {requested} 分超过预占的 {held} 分。",
        "en": "{requested} points were to be captured, but only {held} are held.",
    }
    field = "points"


class HoldLapsed(Declined):
    """The try to take the points anew is made once; what came of it stays."""

    kind = Kind.CONFLICT
    code = "merchants.hold_lapsed"
    text = {
        "zh": "预占已过期,积分未能再次扣取,请改收现金。",
        "en": "The hold has lapsed and the points could not be taken anew; ask for cash.",
    }


class CaptureRefused(DomainError):
    """Deliberately coarse: that a passbook was frozen since is its resident's own to know."""

    kind = Kind.DENIED
    code = "merchants.capture_refused"
    text = {
        "zh": "预占的积分现在不能入账,请撤销这笔兑换,改收现金。",
        "en": "What is held cannot be taken now; reverse this redemption and ask for cash.",
    }


class NotCaptured(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.not_captured"
    text = {
        "zh": "这笔兑换{state},还没有入账,不能退款;请撤销。",
        "en": "This redemption is {state}: nothing was taken yet, so nothing can be refunded; reverse it instead.",
    }


class ReverseTooLate(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.reverse_too_late"
    text = {
        "zh": "只有当天入账的兑换可以撤销;请改用退款。",
        "en": "A captured redemption is reversed on its own day only; refund it instead.",
    }


class RefundTooLate(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.refund_too_late"
    text = {
        "zh": "入账已超过 {days} 天,不能再退款。",
        "en": "It was captured more than {days} days ago; points are given back no more.",
    }


class RedemptionRefused(Declined):
    """Deliberately coarse: a shop is not told why."""

    kind = Kind.DENIED
    code = "merchants.redemption_refused"
    text = {
        "zh": "这笔兑换未获通过,请改用其他方式付款。",
        "en": "This redemption was not approved; take another way of payment.",
    }


class RefundStopped(Declined):
    """Deliberately coarse, with the way on: a case is open, and the district decides."""

    kind = Kind.DENIED
    code = "merchants.refund_stopped"
    text = {
        "zh": "这笔退款需要人工核实,积分没有退回。请联系社区财务;核实之后用新的退款单号再退。",
        "en": "This refund is to be looked at first; no points came back. Ask the community's treasurer; once it was"
        " looked at, refund under a new out_refund_no.",
    }


class RefundRefused(Declined):
    """Deliberately coarse: a shop is not told why."""

    kind = Kind.DENIED
    code = "merchants.refund_refused"
    text = {
        "zh": "这笔退款未获通过,积分没有退回。请联系社区财务。",
        "en": "This refund was not approved; no points came back. Ask the community's treasurer.",
    }


class PersonDayOver(Declined):
    kind = Kind.CONFLICT
    code = "merchants.person_day_over"
    text = {
        "zh": "今天在这家店还可用 {points_left} 分、{count_left} 笔。",
        "en": "Today {points_left} points in {count_left} purchases are left for this person at this shop.",
    }
    field = "points"


class ShopDayOver(Declined):
    kind = Kind.CONFLICT
    code = "merchants.shop_day_over"
    text = {
        "zh": "这家店今天还能收 {points_left} 分。",
        "en": "This shop takes {points_left} more points today.",
    }
    field = "points"


class ShopCodeDayOver(Declined):
    kind = Kind.CONFLICT
    code = "merchants.shop_code_day_over"
    text = {
        "zh": "扫店铺张贴的码,每人每天最多抵扣 {fen_max} 分钱;请出示付款码。",
        "en": "By posted codes a person has at most {fen_max} fen off in a day; show your own code instead.",
    }


class UnattendedOver(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.unattended_over"
    text = {
        "zh": "这家店没有收银终端,扫码最多抵扣 {fen_max} 分钱;请出示付款码。",
        "en": "This shop has no till: by its posted code at most {fen_max} fen come off; show your own code instead.",
    }


class StepUpNeeded(DomainError):
    kind = Kind.DENIED
    code = "merchants.step_up_needed"
    text = {
        "zh": "这一笔请用指纹或面容确认;手机不支持的,请减少积分,或付现金。",
        "en": "Please confirm this one with your fingerprint or face; where the phone has neither, use fewer points or "
        "pay in cash.",
    }
    field = "signature"


class StepUpFailed(DomainError):
    kind = Kind.DENIED
    code = "merchants.step_up_failed"
    text = {
        "zh": "指纹或面容确认无效,请重新确认。",
        "en": "The fingerprint or face was not good for this redemption; confirm anew.",
    }
    field = "signature"


class ConfirmLapsed(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.confirm_lapsed"
    text = {
        "zh": "确认时间已过,请让收银员重新下单。",
        "en": "The time to confirm is over; ask the cashier to begin anew.",
    }


class QuoteGone(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.quote_gone"
    text = {"zh": "报价已失效,请重新扫码。", "en": "The quote is good no more; scan the code again."}
    field = "quote_id"


class SceneNotGood(DomainError):
    kind = Kind.MISSING
    code = "merchants.scene_not_good"
    text = {
        "zh": "这个码不是本系统的店铺码或订单码,或已失效,请勿付款,并告知店员。",
        "en": "This code is none of ours, or is good no more: do not pay, and tell the shop.",
    }
    field = "scene"


class SignsUnset(DomainError):
    kind = Kind.UNAVAILABLE
    code = "merchants.signs_unset"
    text = {
        "zh": "还没有设置张贴码的签名密钥({setting})。",
        "en": "The key that signs posted codes is not set ({setting}).",
    }
