"""Refusals of adjustments of what shops are owed."""

from app.kernel.errors import DomainError, Kind


class AdjustedShopMissing(DomainError):
    kind = Kind.MISSING
    code = "points.adjusted_shop_missing"
    text = {"zh": "这个账簿里没有这家店。", "en": "There is no such shop in this book."}
    field = "shop_id"


class AdjustmentZero(DomainError):
    kind = Kind.INVALID
    code = "points.adjustment_zero"
    text = {
        "zh": "调整金额不能为零:正数多付商户,负数少付。",
        "en": "An adjustment of nothing: + is owed to the shop, − no longer owed.",
    }
    field = "fen"
