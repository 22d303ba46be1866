"""The refusals of looking awards up, and of taking them back."""

from app.kernel.errors import DomainError, Kind


class AwardMissing(DomainError):
    kind = Kind.MISSING
    code = "points.award_missing"
    text = {"zh": "没有这笔奖励记录。", "en": "There is no such award."}
    field = "award_id"


class AwardTakesTwo(DomainError):
    kind = Kind.CONFLICT
    code = "points.award_takes_two"
    text = {
        "zh": "奖励须由两人撤销:请对奖励 {award_id} 提交撤销申请,由另一人批准。",
        "en": "An award is taken back by two people: ask for award {award_id} to be undone, and another approves.",
    }
    field = "transaction_id"


class AwardsOriginUnclear(DomainError):
    kind = Kind.INVALID
    code = "points.awards_origin_unclear"
    text = {
        "zh": "请给出 budget_id、sponsor_id、allotment_id、coordinator_id、rule、subject、evidence 中的一项,"
        "且只给一项。",
        "en": "Say one of budget_id, sponsor_id, allotment_id, coordinator_id, rule, subject and evidence, "
        "and only one.",
    }
    field = "budget_id"


class TakenBackOver(DomainError):
    kind = Kind.CONFLICT
    code = "points.taken_back_over"
    text = {
        "zh": "最多还能收回这笔奖励的 {available} 积分,请求 {requested}。",
        "en": "At most {available} points of this award can still be taken back, asked for {requested}.",
    }
    field = "points"


class AwardPaidNothing(DomainError):
    kind = Kind.CONFLICT
    code = "points.award_paid_nothing"
    text = {
        "zh": "这笔奖励没有发出积分,没有可撤销的内容。",
        "en": "This award paid no points, so there is nothing to take back.",
    }
    field = "award_id"
