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


class BookTooLargeForTemplate(DomainError):
    """Cut to what a template holds, the new book would lack something that nobody was told of."""

    kind = Kind.CONFLICT
    code = "programmes.book_too_large"
    text = {
        "zh": "{path}:账簿 {book} 有超过 {most} 项,一个模板装不下,所以不能照它的样子开;请另写模板。",
        "en": "{path}: the book {book} has more than the {most} that a template holds, so no other is set up like it; "
        "write a template instead.",
    }
