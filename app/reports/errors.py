"""Every refusal of reports. A budget that cannot pay the reporter is the ledger's: points.insufficient."""

from app.kernel.errors import DomainError, Kind


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
