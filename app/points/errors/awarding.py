"""The refusals of awards by rule. In a batch each concerns one fact, and the others go on."""

from app.kernel.errors import DomainError, Kind


class RuleMissing(DomainError):
    kind = Kind.MISSING
    code = "points.rule_missing"
    text = {"zh": "没有规则 {rule}。", "en": "There is no rule {rule}."}
    field = "rule"


class RuleUnpublished(DomainError):
    kind = Kind.CONFLICT
    code = "points.rule_unpublished"
    text = {
        "zh": "规则 {rule} 还没有已发布的版本,须由另一人批准后才能发分。",
        "en": "Rule {rule} has no published version yet; another person must approve one before it pays.",
    }
    field = "rule"


class RuleWithdrawn(DomainError):
    kind = Kind.CONFLICT
    code = "points.rule_withdrawn"
    text = {"zh": "规则 {rule} 已停用,请改用别的规则。", "en": "Rule {rule} was withdrawn; use another."}
    field = "rule"


class FactDayOutOfRange(DomainError):
    kind = Kind.INVALID
    code = "points.fact_day_out_of_range"
    text = {
        "zh": "日期 {performed_on} 不能计分:须在 {earliest} 到 {latest} 之间。",
        "en": "{performed_on} cannot be awarded: the day must be from {earliest} to {latest}.",
    }
    field = "performed_on"


class FactOutOfRange(DomainError):
    kind = Kind.INVALID
    code = "points.fact_out_of_range"
    text = {
        "zh": "{name} 为 {found},须在 {minimum} 到 {maximum} 之间(文字按字数)。",
        "en": "{name} is {found}; it must be from {minimum} to {maximum} (texts by their characters).",
    }


class FactIncomplete(DomainError):
    kind = Kind.INVALID
    code = "points.fact_incomplete"
    text = {
        "zh": "规则 {rule} 按 {missing} 计分,请填写 {missing}。",
        "en": "Rule {rule} pays by {missing}; say {missing}.",
    }


class GradeUnknown(DomainError):
    kind = Kind.INVALID
    code = "points.grade_unknown"
    text = {"zh": "没有等级 {grade};可用:{allowed}。", "en": "There is no grade {grade}; there are {allowed}."}
    field = "grade"


class ChoiceOutOfRange(DomainError):
    kind = Kind.INVALID
    code = "points.choice_out_of_range"
    text = {
        "zh": "所选积分须在 0 到 {points_max} 之间。",
        "en": "The points chosen must be from 0 to {points_max}.",
    }
    field = "chosen_points"


class ChoiceNotOffered(DomainError):
    kind = Kind.INVALID
    code = "points.choice_not_offered"
    text = {
        "zh": "规则 {rule} 自动算分,不能自选积分;请去掉 chosen_points。",
        "en": "Rule {rule} computes its points; leave chosen_points out.",
    }
    field = "chosen_points"


class FactChanged(DomainError):
    kind = Kind.CONFLICT
    code = "points.fact_changed"
    text = {
        "zh": "同一件事({cycle})已按另外的内容计过分;一件事只计一次,要更正请先申请撤销并换一个事项编号。",
        "en": "This was paid already ({cycle}), with other content. A fact pays once; to correct it, ask for its "
        "undoing and award it as another subject.",
    }
    field = "subject"


class AwardToSelf(DomainError):
    kind = Kind.CONFLICT
    code = "points.award_to_self"
    text = {
        "zh": "不能给自己或同一户的人发分,请由另一位经办人登记。",
        "en": "Nobody awards themselves or somebody of their own household; let another person enter it.",
    }
    field = "beneficiary_id"


class FactAllotmentRequired(DomainError):
    kind = Kind.CONFLICT
    code = "points.fact_allotment_required"
    text = {
        "zh": "规则 {rule} 只能用划拨额度发分;请写上额度(allotment_id)。",
        "en": "Rule {rule} pays from an allotment only; say which (allotment_id).",
    }
    field = "allotment_id"


class FactAllotmentMissing(DomainError):
    kind = Kind.MISSING
    code = "points.fact_allotment_missing"
    text = {
        "zh": "没有这笔划拨额度,或者您不在可使用的人员中。",
        "en": "There is no such allotment, or you are not among those who may award from it.",
    }
    field = "allotment_id"


class FactAllotmentClosed(DomainError):
    kind = Kind.CONFLICT
    code = "points.fact_allotment_closed"
    text = {
        "zh": "这笔划拨额度只在 {period_from} 到 {period_to} 期间且未收回时可用。",
        "en": "This allotment is awarded from between {period_from} and {period_to} only, while it is open.",
    }
    field = "allotment_id"


class FactAllotmentForeign(DomainError):
    kind = Kind.CONFLICT
    code = "points.fact_allotment_foreign"
    text = {
        "zh": "这笔划拨额度属于另一个预算,规则 {rule} 不能用它发分。",
        "en": "This allotment is part of another budget than the one rule {rule} draws on.",
    }
    field = "allotment_id"
