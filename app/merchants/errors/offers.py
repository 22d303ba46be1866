"""Refusals of offers: what the terms of a shop do not allow."""

from app.kernel.errors import DomainError, Kind


class OfferMissing(DomainError):
    kind = Kind.MISSING
    code = "merchants.offer_missing"
    text = {
        "zh": "这家店在这个账簿里没有生效的积分抵扣约定。",
        "en": "This shop has no offer in force for points of this book.",
    }
    field = "shop_id"


class OfferClosedNow(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.offer_closed_now"
    text = {
        "zh": "现在不在这家店约定的积分抵扣时间内。",
        "en": "The shop does not take points at this hour.",
    }


class SpendTooLittle(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.spend_too_little"
    text = {
        "zh": "消费满 {minimum_fen} 分钱才能用积分抵扣。",
        "en": "Points are taken from a bill of {minimum_fen} fen on.",
    }
    field = "order_fen"


class StepMissed(DomainError):
    kind = Kind.INVALID
    code = "merchants.step_missed"
    text = {
        "zh": "积分须为 {step_points} 的整数倍。",
        "en": "The points must be a multiple of {step_points}.",
    }
    field = "points"


class ShareOver(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.share_over"
    text = {
        "zh": "这一单最多可用 {points_max} 分(不超过账单的 {percent}%,且在约定的余量内)。",
        "en": "At most {points_max} points go into this bill ({percent} percent of it, within what the offer has "
        "left).",
    }
    field = "points"


class PointsShort(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.points_short"
    text = {"zh": "可用积分不足 {points} 分。", "en": "There are fewer than {points} points to spend."}
    field = "points"


class NothingToRedeem(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.nothing_to_redeem"
    text = {
        "zh": "按约定(每 {step_points} 分起用,不超过账单的 {percent}%),这一单没有可用的积分。",
        "en": "By the offer (in steps of {step_points} points, at most {percent} percent of the bill) no points "
        "can be used here.",
    }


class OfferOverpaid(DomainError):
    kind = Kind.INVALID
    code = "merchants.offer_overpaid"
    text = {
        "zh": "每元 {points_per_yuan} 分时,账簿为这些积分付给商户 {paid_fen} 分钱,超过一元的抵扣;每元最多 "
        "{points_max} 分。",
        "en": "At {points_per_yuan} points a yuan the book would pay the shop {paid_fen} fen for one yuan of "
        "discount; at most "
        "{points_max} points a yuan.",
    }
    field = "points_per_yuan"


class OffersOverpaid(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.offers_overpaid"
    text = {
        "zh": "{count} 家商户的约定是每元多至 {points_per_yuan} 分;每分付 {value_fen} 分钱,账簿付的会超过一元的抵扣。"
        "请先与它们改约定:每元最多 {points_max} 分。",
        "en": "{count} shops give one yuan for up to {points_per_yuan} points; at {value_fen} fen a point the book "
        "would pay them more than that. Agree on new terms first: at most {points_max} points a yuan.",
    }
    field = "point_value_fen"


class CofundingWrong(DomainError):
    kind = Kind.INVALID
    code = "merchants.cofunding_wrong"
    text = {
        "zh": "每元 {points_per_yuan} 分、账簿每分付 {value_fen} 分钱时,商户承担抵扣的 {percent}%,不是 {given}%。",
        "en": "At {points_per_yuan} points a yuan and {value_fen} fen paid for a point the shop bears {percent} "
        "percent of "
        "the discount, not {given}.",
    }
    field = "cofunding_percent"


class HoursWrong(DomainError):
    kind = Kind.INVALID
    code = "merchants.hours_wrong"
    text = {
        "zh": "营业时段须在一天之内,且开始早于结束。",
        "en": "An opening lies within one day and begins before it ends.",
    }
    field = "hours"


class OfferSpent(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.offer_spent"
    text = {
        "zh": "这家店约定的积分总量只剩 {left} 分。",
        "en": "Only {left} points are left of what the shop takes in all.",
    }
    field = "points"
