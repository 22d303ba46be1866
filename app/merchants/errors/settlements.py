"""Refusals of shops and settlements."""

from app.kernel.errors import DomainError, Kind


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
