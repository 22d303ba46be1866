"""Refusals of shops, codes, payments, refunds and settlements."""

from app.kernel.errors import Declined, DomainError, Kind


class ShopMissing(DomainError):
    kind = Kind.MISSING
    code = "merchants.shop_missing"
    text = {"zh": "没有这家店。", "en": "There is no such shop."}
    field = "shop_id"


class ShopTwice(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.shop_twice"
    text = {
        "zh": "店铺“{name}”的编号在这个账簿里已经有了。",
        "en": "The id of the shop “{name}” is in this book already.",
    }
    field = "shops"


class ShopNotOnToken(DomainError):
    kind = Kind.DENIED
    code = "merchants.shop_not_on_token"
    text = {
        "zh": "当前登录没有绑定店铺,请用店铺的收银身份登录。",
        "en": "This sign-in belongs to no shop; sign in as a cashier of the shop.",
    }


class CodesTooMany(DomainError):
    kind = Kind.LIMITED
    code = "merchants.codes_too_many"
    text = {
        "zh": "您已有 {live_max} 个未使用的付款码,请先使用,或等它们在 {minutes} 分钟内失效。",
        "en": "You hold {live_max} unused codes; use one, or wait until they lapse within {minutes} minutes.",
    }


class CodesBusy(DomainError):
    kind = Kind.UNAVAILABLE
    code = "merchants.codes_busy"
    text = {"zh": "暂时没有可用的付款码,请再试一次。", "en": "No free code was found; please try again."}
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


class PaymentMissing(DomainError):
    kind = Kind.MISSING
    code = "merchants.payment_missing"
    text = {"zh": "没有这笔付款。", "en": "There is no such payment."}
    field = "payment_id"


class OutTradeNoReused(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.out_trade_no_reused"
    text = {
        "zh": "商户单号 {out_trade_no} 已用于内容不同的付款,请使用新的单号。",
        "en": "The out_trade_no {out_trade_no} was used for a payment with other content; use a new one.",
    }
    field = "out_trade_no"


class OutRefundNoReused(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.out_refund_no_reused"
    text = {
        "zh": "商户退款单号 {out_refund_no} 已用于内容不同的退款,请使用新的单号。",
        "en": "The out_refund_no {out_refund_no} was used for a refund with other content; use a new one.",
    }
    field = "out_refund_no"


class PaymentClosed(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.payment_closed"
    text = {
        "zh": "这笔付款的状态是 {state},不能再这样处理。",
        "en": "This payment is {state}; that can no longer be done with it.",
    }


class CaptureOver(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.capture_over"
    text = {
        "zh": "请款 {requested} 分超过预占的 {held} 分。",
        "en": "{requested} points were to be captured, but only {held} are held.",
    }
    field = "points"


class PaymentNotCaptured(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.payment_not_captured"
    text = {
        "zh": "这笔付款的状态是 {state},没有入账,不能退款;未请款的请撤销。",
        "en": "This payment is {state}: nothing was taken, so nothing can be refunded; cancel it instead.",
    }


class SettlementMissing(DomainError):
    kind = Kind.MISSING
    code = "merchants.settlement_missing"
    text = {"zh": "没有这张结算单。", "en": "There is no such settlement."}
    field = "settlement_id"


class ThroughInFuture(DomainError):
    kind = Kind.INVALID
    code = "merchants.through_in_future"
    text = {
        "zh": "结算截止日 {through} 在今天 {today} 之后。",
        "en": "The settlement's last day {through} lies after today, {today}.",
    }
    field = "through"


class NothingToSettle(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.nothing_to_settle"
    text = {
        "zh": "到 {through} 为止,这家店没有未结算的交易。",
        "en": "This shop has no unsettled transactions through {through}.",
    }


class SettlementNegative(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.settlement_negative"
    text = {
        "zh": "到 {through} 为止退款多于兑换,合计 {fen} 分钱;这些交易结转到下一期。",
        "en": "Through {through} more was refunded than redeemed ({fen} fen); it is carried over to the next one.",
    }


class NothingToPay(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.nothing_to_pay"
    text = {
        "zh": "这张结算单的金额为零,无需付款。",
        "en": "This settlement comes to no money; there is nothing to pay.",
    }


class BankReferenceUsed(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.bank_reference_used"
    text = {
        "zh": "银行流水号 {bank_reference} 已用于另一张结算单,请核对并填写这次付款的流水号。",
        "en": "The bank reference {bank_reference} paid another settlement; check it and give that of this payment.",
    }
    field = "bank_reference"


class AlreadyPaid(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.already_paid"
    text = {
        "zh": "这张结算单已用银行流水号 {bank_reference} 付款。",
        "en": "This settlement was paid before, with the bank reference {bank_reference}.",
    }
    field = "bank_reference"
