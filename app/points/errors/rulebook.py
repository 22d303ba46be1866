"""The refusals of writing rules."""

from app.kernel.errors import DomainError, Kind


class RuleCodeTaken(DomainError):
    kind = Kind.CONFLICT
    code = "points.rule_code_taken"
    text = {"zh": "规则代码 {rule} 已被使用,请换一个。", "en": "The rule code {rule} is taken; choose another."}
    field = "code"


class RuleVersionMissing(DomainError):
    kind = Kind.MISSING
    code = "points.rule_version_missing"
    text = {
        "zh": "规则 {rule} 没有第 {version} 版。",
        "en": "Rule {rule} has no version {version}.",
    }
    field = "version"


class RuleVersionOutdated(DomainError):
    kind = Kind.CONFLICT
    code = "points.rule_version_outdated"
    text = {
        "zh": "规则 {rule} 已发布更新的第 {published} 版,不能再发布第 {version} 版;请重新提出一版。",
        "en": "Version {published} of rule {rule} is published already; version {version} cannot follow it. "
        "Propose a new one.",
    }
    field = "version"


class RuleLimitOutOfRange(DomainError):
    kind = Kind.INVALID
    code = "points.rule_limit_out_of_range"
    text = {
        "zh": "{name} 为 {found},须在 {minimum} 到 {maximum} 之间。",
        "en": "{name} is {found}; it must be from {minimum} to {maximum}.",
    }


class RuleCapsWrong(DomainError):
    kind = Kind.INVALID
    code = "points.rule_caps_wrong"
    text = {
        "zh": "{name} 为 {found},低于每日上限 {least};每月上限不能比每日的少。",
        "en": "{name} is {found}, below the cap of {least} for a day; a month's cap is not less than its day's.",
    }


class DryRunUnclear(DomainError):
    kind = Kind.INVALID
    code = "points.dry_run_unclear"
    text = {
        "zh": "试算须给出 version(已保存的版本)或 definition(新的写法),二者选一。",
        "en": "Say either version (a saved one) or definition (a new one) of what is to be tried, not both.",
    }
    field = "version"


class DryRunTooWide(DomainError):
    kind = Kind.INVALID
    code = "points.dry_run_too_wide"
    text = {
        "zh": "这段期间的记录超过 {facts_max} 条,请缩短期间或减少规则。",
        "en": "More than {facts_max} facts were recorded in this period; narrow it, or name fewer rules.",
    }
    field = "from"
