"""Refusals of notices."""

from app.kernel.errors import DomainError, Kind


class TemplateUnknown(DomainError):
    kind = Kind.INVALID
    code = "notices.template_unknown"
    text = {"zh": "没有这个消息模板:{template}。", "en": "There is no such template: {template}."}
    field = "template_id"


class NoticeValuesWrong(DomainError):
    """A defect of whoever queued it: a template's fields are known before."""

    kind = Kind.INVALID
    code = "notices.values_wrong"
    text = {
        "zh": "消息模板 {template} 的内容不对:{names}。",
        "en": "The values do not fit the template {template}: {names}.",
    }


class TemplatesFileWrong(DomainError):
    kind = Kind.UNAVAILABLE
    code = "notices.templates_file_wrong"
    text = {
        "zh": "消息模板文件有误:{reason}。请联系管理员。",
        "en": "The file of templates is wrong: {reason}. Please tell the operator.",
    }


class TraceNotKnownYet(DomainError):
    """A media result came before the check it belongs to was committed, or belongs to none: later one knows."""

    kind = Kind.UNAVAILABLE
    code = "notices.trace_not_known_yet"
    text = {"zh": "检测结果尚无对应的检测。", "en": "This result belongs to no check yet."}
    retryable = True
