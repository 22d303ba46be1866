"""Every refusal of anti-fraud. That a fact was declined is no refusal of this package: whoever asked says it."""

from app.kernel.errors import DomainError, Kind
from app.risk.errors.lists import ItemListed, ItemMissing, ItemOver, ListFull, ListMissing, ListsFull, ListTaken
from app.risk.errors.periods import BacktestPeriod, BacktestsFull, ListedPeriod
from app.risk.errors.rules import (
    DefaultMissing,
    DefaultWrong,
    ExpressionConstant,
    ExpressionForbidden,
    ExpressionMismatch,
    ExpressionTooBig,
    ExpressionTooLong,
    ExpressionUnreadable,
    FeatureUnknown,
    KindsMissing,
    RuleIdTwice,
    RuleRefused,
    ThresholdsWrong,
)

__all__ = [
    "AppealAnswered",
    "AppealByJudge",
    "AppealLate",
    "AppealMissing",
    "AppealNeedless",
    "AppealedBefore",
    "BacktestMissing",
    "BacktestPeriod",
    "BacktestsFull",
    "CaseClosed",
    "CaseGrew",
    "CaseJudged",
    "CaseMissing",
    "CaseTaken",
    "CaseWorkedOn",
    "DecisionMissing",
    "DefaultMissing",
    "DefaultWrong",
    "ExpressionConstant",
    "ExpressionForbidden",
    "ExpressionMismatch",
    "ExpressionTooBig",
    "ExpressionTooLong",
    "ExpressionUnreadable",
    "FeatureUnknown",
    "ItemListed",
    "ItemMissing",
    "ItemOver",
    "KindsMissing",
    "ListFull",
    "ListMissing",
    "ListTaken",
    "ListedPeriod",
    "ListsFull",
    "OwnRisk",
    "RuleIdTwice",
    "RuleRefused",
    "RuleSetClosed",
    "RuleSetMissing",
    "RuleSetOwn",
    "ShadowsFull",
    "SnoozeMissing",
    "SnoozeUnfit",
    "ThresholdsWrong",
]


class RuleSetMissing(DomainError):
    kind = Kind.MISSING
    code = "risk.rule_set_missing"
    text = {"zh": "没有第 {version} 版规则集。", "en": "There is no rule set of version {version}."}
    field = "version"


class RuleSetOwn(DomainError):
    kind = Kind.DENIED
    code = "risk.rule_set_own"
    text = {
        "zh": "这版规则集是您自己保存的,须由另一位经办人发布。",
        "en": "You saved this rule set yourself; another person must publish it.",
    }
    field = "version"


class RuleSetClosed(DomainError):
    kind = Kind.CONFLICT
    code = "risk.rule_set_closed"
    text = {
        "zh": "第 {version} 版规则集的状态是 {state},不能这样处理;要改规则请另存一版。",
        "en": "Rule set {version} is {state}, so this cannot be done with it; to change rules, save a new version.",
    }
    field = "version"


class ShadowsFull(DomainError):
    kind = Kind.CONFLICT
    code = "risk.shadows_full"
    text = {
        "zh": "同时最多 {most} 版规则集试运行;请先停用一版。",
        "en": "At most {most} rule sets run in shadow at the same time; retire one of them first.",
    }


class OwnRisk(DomainError):
    """Nobody eases, judges or labels what is about himself."""

    kind = Kind.DENIED
    code = "risk.own_risk"
    text = {
        "zh": "这件事涉及您本人、亲属、同住的人或你们的店,须由别人处理。",
        "en": "This is about yourself, somebody close to you or a shop of yours; somebody else must deal with it.",
    }


class DecisionMissing(DomainError):
    kind = Kind.MISSING
    code = "risk.decision_missing"
    text = {"zh": "没有这条风险判定。", "en": "There is no such decision."}
    field = "decision_id"


class SnoozeUnfit(DomainError):
    kind = Kind.INVALID
    code = "risk.snooze_unfit"
    text = {
        "zh": "规则 {rule} 在这条判定中没有触发,或不针对某人某物,无法暂停;请选触发了的规则。",
        "en": "Rule {rule} did not speak in this decision, or is about nobody in it; choose one that did.",
    }
    field = "rule_id"


class SnoozeMissing(DomainError):
    kind = Kind.MISSING
    code = "risk.snooze_missing"
    text = {"zh": "没有这项暂停,或已结束。", "en": "There is no such snooze, or it has ended."}
    field = "snooze_id"


class CaseMissing(DomainError):
    kind = Kind.MISSING
    code = "risk.case_missing"
    text = {"zh": "没有这个风险案件。", "en": "There is no such case."}
    field = "case_id"


class CaseClosed(DomainError):
    kind = Kind.CONFLICT
    code = "risk.case_closed"
    text = {
        "zh": "这个案件已结案(结论 {label}),不能再处理。",
        "en": "This case is closed ({label}) and cannot be worked on.",
    }
    field = "case_id"


class CaseTaken(DomainError):
    kind = Kind.CONFLICT
    code = "risk.case_taken"
    text = {
        "zh": "这个案件已由别人在办;须由在办的人结案。",
        "en": "Somebody else is working on this case; whoever took it closes it.",
    }
    field = "case_id"


class CaseWorkedOn(DomainError):
    kind = Kind.CONFLICT
    code = "risk.case_worked_on"
    text = {
        "zh": "这个案件有人在办:对方 {days} 个工作日没有进展后(最早 {day} 起),或不再担任该职务时,才可接办。",
        "en": "Somebody works on this case: it is taken over after {days} working days without his doing anything in it"
        " (from {day} at the earliest), or once he no longer holds the role.",
    }
    field = "case_id"


class CaseGrew(DomainError):
    """What came in after it was read would be judged unseen."""

    kind = Kind.CONFLICT
    code = "risk.case_grew"
    text = {
        "zh": "您看过之后案件又有新的判定或发现:请重新查看,再按其现在的 revision({revision})结案。",
        "en": "More came into this case since you read it: read it again, then close it at its revision ({revision}).",
    }
    field = "revision"


class CaseJudged(DomainError):
    kind = Kind.DENIED
    code = "risk.case_judged"
    text = {
        "zh": "您已答复过这个案件里的申诉,须由另一位工作人员接手。",
        "en": "You answered an appeal in this case; another member of staff must take it.",
    }
    field = "case_id"


class AppealNeedless(DomainError):
    kind = Kind.CONFLICT
    code = "risk.appeal_needless"
    text = {
        "zh": "这次操作已正常通过,无需申诉。",
        "en": "This went through; there is nothing to appeal against.",
    }
    field = "decision_id"


class AppealLate(DomainError):
    kind = Kind.CONFLICT
    code = "risk.appeal_late"
    text = {
        "zh": "申诉须在 {days} 天内提出,这次已超过;可到居委会当面反映。",
        "en": "An appeal is made within {days} days; this was longer ago. The neighbourhood office can still be asked.",
    }
    field = "decision_id"


class AppealedBefore(DomainError):
    kind = Kind.CONFLICT
    code = "risk.appealed_before"
    text = {"zh": "您已就此申诉过。", "en": "You have appealed against this already."}
    field = "decision_id"


class AppealMissing(DomainError):
    kind = Kind.MISSING
    code = "risk.appeal_missing"
    text = {"zh": "没有这项申诉。", "en": "There is no such appeal."}
    field = "appeal_id"


class AppealAnswered(DomainError):
    kind = Kind.CONFLICT
    code = "risk.appeal_answered"
    text = {"zh": "这项申诉已经答复({state})。", "en": "This appeal is answered already ({state})."}
    field = "appeal_id"


class AppealByJudge(DomainError):
    kind = Kind.DENIED
    code = "risk.appeal_by_judge"
    text = {
        "zh": "这件事原由您经手,申诉须由另一位工作人员答复。",
        "en": "You dealt with this yourself; another member of staff must answer the appeal.",
    }
    field = "appeal_id"


class BacktestMissing(DomainError):
    kind = Kind.MISSING
    code = "risk.backtest_missing"
    text = {"zh": "没有这次回测。", "en": "There is no such backtest."}
    field = "backtest_id"
