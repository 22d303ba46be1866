"""Refusals of templates whose parts do not fit each other. `field` is the path in the template."""

from app.kernel.errors import DomainError, Kind


class TemplateNameTwice(DomainError):
    kind = Kind.INVALID
    code = "programmes.name_twice"
    text = {
        "zh": "{path}:“{name}”出现了不止一次,请改名。",
        "en": "{path}: “{name}” occurs more than once; give another name.",
    }


class TemplateNameUnknown(DomainError):
    kind = Kind.INVALID
    code = "programmes.name_unknown"
    text = {
        "zh": "{path}:模板里没有“{name}”,可用的有:{known}。",
        "en": "{path}: the template has no “{name}”; there are: {known}.",
    }


class TemplateDayWrong(DomainError):
    kind = Kind.INVALID
    code = "programmes.day_wrong"
    text = {
        "zh": "{path}:按年到期须同时给出月和日,按月滚动到期则都不填。",
        "en": "{path}: a yearly expiry needs a month and a day; a rolling one has neither.",
    }
