"""The refusals around allotments and the names of those who hold them."""

from app.kernel.errors import DomainError, Kind


class AllotmentMissing(DomainError):
    kind = Kind.MISSING
    code = "points.allotment_missing"
    text = {"zh": "没有这笔划拨额度。", "en": "There is no such allotment."}
    field = "allotment_id"


class AllotmentClosed(DomainError):
    kind = Kind.CONFLICT
    code = "points.allotment_closed"
    text = {
        "zh": "这笔划拨额度已经收回,不能再改动;请另行划拨。",
        "en": "This allotment is closed and cannot be changed any more; make another one.",
    }
    field = "allotment_id"


class AllotmentOver(DomainError):
    kind = Kind.CONFLICT
    code = "points.allotment_over"
    text = {
        "zh": "这笔划拨额度的期限 {period_to} 已过,余额将退回预算;请另行划拨。",
        "en": "The period of this allotment ended on {period_to} and what is left of it flows back; make another one.",
    }
    field = "allotment_id"


class AllotmentTooLarge(DomainError):
    kind = Kind.INVALID
    code = "points.allotment_too_large"
    text = {
        "zh": "一笔划拨额度总共最多 {points_max} 积分,已划拨 {points};请另行划拨。",
        "en": "An allotment holds at most {points_max} points in all and {points} were handed over; make another one.",
    }
    field = "points"


class PeriodReversed(DomainError):
    kind = Kind.INVALID
    code = "points.period_reversed"
    text = {
        "zh": "结束日 {period_to} 早于开始日 {period_from}。",
        "en": "The period ends on {period_to}, before it begins on {period_from}.",
    }
    field = "period_to"


class PeriodPast(DomainError):
    kind = Kind.INVALID
    code = "points.period_past"
    text = {
        "zh": "结束日 {period_to} 已经过去,应不早于 {today}。",
        "en": "The period ended on {period_to}; it must not end before {today}.",
    }
    field = "period_to"


class SpendersTooMany(DomainError):
    kind = Kind.INVALID
    code = "points.spenders_too_many"
    text = {
        "zh": "一笔划拨额度最多由 {spenders_max} 人使用,这样会有 {spenders} 人。",
        "en": "At most {spenders_max} people may award from one allotment; these would be {spenders}.",
    }
    field = "person_ids"


class BudgetInsufficient(DomainError):
    """Not a `Declined`: an allotment that was not made leaves nothing, and is asked for anew under a new id."""

    kind = Kind.CONFLICT
    code = "points.budget_insufficient"
    text = {
        "zh": "预算积分不足:可用 {available},需要 {requested}。",
        "en": "The budget has not enough points: {available} available, {requested} needed.",
    }
    field = "points"


class HolderMissing(DomainError):
    kind = Kind.MISSING
    code = "points.holder_missing"
    text = {
        "zh": "没有登记过这个类别下的站点、团队或岗位;请先登记名称。",
        "en": "There is no station, team or coordinator of that kind under this id yet; give it a name first.",
    }
    field = "holder_id"


class OwnerNamedOtherwise(DomainError):
    kind = Kind.CONFLICT
    code = "points.owner_named_otherwise"
    text = {
        "zh": "这个编号已属于另一类主体“{name}”;请换一个编号。",
        "en": 'This id belongs to something of another kind already, called "{name}"; use another id.',
    }
