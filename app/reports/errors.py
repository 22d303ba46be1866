"""Every refusal of reports. A budget that cannot pay the reporter is the ledger's: points.insufficient."""

from app.kernel.errors import Declined, DomainError, Kind


class ReportMissing(DomainError):
    kind = Kind.MISSING
    code = "reports.report_missing"
    text = {"zh": "没有这条上报。", "en": "There is no such report."}
    field = "report_id"


class AlreadyDecided(DomainError):
    kind = Kind.CONFLICT
    code = "reports.already_decided"
    text = {
        "zh": "这条上报已经处理过(结果:{state}),不能再作不同的处理。",
        "en": "This report was decided before ({state}) and cannot be decided otherwise.",
    }


class RuleNotForReports(DomainError):
    kind = Kind.INVALID
    code = "reports.rule_not_for_reports"
    text = {
        "zh": "规则 {rule} 不是为上报设的,不能用来采纳上报:请用代码以 {begins} 开头的规则,如 {usual}。",
        "en": "The rule {rule} is not meant for reports: name one whose code begins with {begins}, such as {usual}.",
    }
    field = "rule"


class ProblemMissing(DomainError):
    kind = Kind.MISSING
    code = "reports.problem_missing"
    text = {"zh": "没有这个问题。", "en": "There is no such problem."}
    field = "problem_id"


class SecondNeeded(DomainError):
    kind = Kind.CONFLICT
    code = "reports.second_needed"
    text = {
        "zh": "这条上报须由另一位工作人员采纳。",
        "en": "Another member of staff has to accept this report.",
    }


class AwardDeclined(Declined):
    kind = Kind.DENIED
    code = "reports.award_declined"
    text = {
        "zh": "这条上报暂不能发放积分,可不采纳并说明原因,或请管理员查看风险记录。",
        "en": "No points can be paid for this report. Reject it saying why, or have its risk decision looked at.",
    }
