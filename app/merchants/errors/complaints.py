"""Refusals of complaints about redemptions."""

from app.kernel.errors import DomainError, Kind


class ComplaintMissing(DomainError):
    kind = Kind.MISSING
    code = "merchants.complaint_missing"
    text = {"zh": "没有这项投诉。", "en": "There is no such complaint."}
    field = "complaint_id"


class ComplaintLate(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.complaint_late"
    text = {
        "zh": "兑换已超过 {days} 天,不能再投诉;请与店铺或社区联系。",
        "en": "A redemption can be complained of for {days} days; this one is older. Ask the shop or the community.",
    }


class ComplaintTwice(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.complaint_twice"
    text = {
        "zh": "这笔兑换已经投诉过(现为 {state}),每笔只能投诉一次。",
        "en": "This redemption was complained of before ({state}); that is possible once.",
    }


class ComplaintNeedless(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.complaint_needless"
    text = {
        "zh": "这笔兑换的积分已全部退回,无需投诉。",
        "en": "All points of this redemption were given back already; there is nothing to complain of.",
    }


class ComplaintsTooMany(DomainError):
    kind = Kind.LIMITED
    code = "merchants.complaints_too_many"
    text = {
        "zh": "您已有 {open_max} 项投诉在办理中,请等其中一项办结后再提。",
        "en": "{open_max} complaints of yours are waiting already; wait until one of them is decided.",
    }


class ComplaintClosed(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.complaint_closed"
    text = {
        "zh": "这项投诉已不在这一步(现为 {state})。",
        "en": "This complaint is past this step (it is {state}).",
    }


class ComplaintWaits(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.complaint_waits"
    text = {
        "zh": "店铺可在 {until} 前答复,之后才能裁定。",
        "en": "The shop may answer until {until}; it is decided after that.",
    }


class ComplaintOwn(DomainError):
    kind = Kind.DENIED
    code = "merchants.complaint_own"
    text = {
        "zh": "不能裁定与自己、亲近的人或其店铺有关的投诉,请由其他会计办理。",
        "en": "Nobody decides a complaint of his own or of somebody close to him, or about their shop; another "
        "treasurer must.",
    }


class ComplaintBySame(DomainError):
    kind = Kind.DENIED
    code = "merchants.complaint_by_same"
    text = {
        "zh": "退回积分须两人同意,请由另一位会计确认。",
        "en": "Giving points back takes two people; another treasurer must agree.",
    }


class ComplaintPointsOver(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.complaint_points_over"
    text = {
        "zh": "最多可退回 {left} 分。",
        "en": "At most {left} points can be given back.",
    }
    field = "points"


class ComplaintGiftWhole(DomainError):
    kind = Kind.INVALID
    code = "merchants.complaint_gift_whole"
    text = {
        "zh": "礼品只能整件退回:填 {left} 分,或不填。",
        "en": "A gift comes back whole: {left} points, or leave them out.",
    }
    field = "points"


class ComplaintPointsNeedless(DomainError):
    kind = Kind.INVALID
    code = "merchants.complaint_points_needless"
    text = {
        "zh": "驳回投诉时不填积分。",
        "en": "A complaint that is rejected gives back no points; leave them out.",
    }
    field = "points"
