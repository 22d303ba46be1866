"""The refusals of rules, said when they are saved."""

from app.kernel.errors import DomainError, Kind


class RuleRefused(DomainError):
    """What is wrong with one rule, said when it is saved. Sentence and field name the rule: `rules.<its id>`."""

    kind = Kind.INVALID
    field = "rules"

    def __init__(self, **params: object) -> None:
        """Name the rule as the field, where one is known."""
        super().__init__(**params)
        if "rule" in params:
            self.field = f"rules.{params['rule']}"


class ExpressionTooLong(RuleRefused):
    code = "risk.expression_too_long"
    text = {
        "zh": "规则 {rule} 的条件须有 1 到 {length_max} 个字符,现为 {found} 个;请拆成几条规则。",
        "en": "The condition of rule {rule} must have 1 to {length_max} characters and has {found}; make several "
        "rules of it.",
    }


class ExpressionTooBig(RuleRefused):
    code = "risk.expression_too_big"
    text = {
        "zh": "规则 {rule} 的条件有 {found} 个部分,最多 {nodes_max} 个(方括号里最多 {array_max} 项);请拆成几条规则。",
        "en": "The condition of rule {rule} has {found} parts; at most {nodes_max} (and {array_max} items in "
        "brackets). Split it into several rules.",
    }


class ExpressionUnreadable(RuleRefused):
    code = "risk.expression_unreadable"
    text = {
        "zh": '规则 {rule} 的条件在第 {position} 个字符处读不懂;应形如 points > 500 and mode == "code"。',
        "en": "The condition of rule {rule} cannot be read at character {position}; write it like "
        'points > 500 and mode == "code".',
    }


class ExpressionForbidden(RuleRefused):
    code = "risk.expression_forbidden"
    text = {
        "zh": "规则 {rule} 的条件里不能有 {part};只能用名称、整数、引号中的文字、and or not in、"
        "== != < <= > >= 和 + - *。",
        "en": "{part} has no place in the condition of rule {rule}; use names, whole numbers, quoted words, and or not "
        "in, == != < <= > >= and + - *.",
    }


class FeatureUnknown(RuleRefused):
    code = "risk.feature_unknown"
    text = {
        "zh": "规则 {rule} 用到 {word},但 {kinds} 没有这个特征;可用:{allowed}。",
        "en": "Rule {rule} asks for {word}, which {kinds} does not have; it knows: {allowed}.",
    }


class ExpressionMismatch(RuleRefused):
    code = "risk.expression_mismatch"
    text = {
        "zh": "规则 {rule} 的条件类型不符:{part};比较两边须同为整数、文字或是否,整个条件须为是否。",
        "en": "The types in rule {rule} do not fit: {part}; compare whole numbers with whole numbers, words with "
        "words, true or false with true or false, and let the whole be true or false.",
    }


class ExpressionConstant(RuleRefused):
    code = "risk.expression_constant"
    text = {
        "zh": "规则 {rule} 的条件不取决于任何特征,永远一样;请用到至少一个特征。",
        "en": "The condition of rule {rule} asks for no feature and is always the same; let it ask for one at least.",
    }


class DefaultMissing(RuleRefused):
    code = "risk.default_missing"
    text = {
        "zh": "规则 {rule} 用到可能缺失的 {word},须在 defaults 里写明缺失时按什么算,例如 {example}。",
        "en": "Rule {rule} asks for {word}, which may be missing; say in defaults what it then counts as, such as "
        "{example}.",
    }


class DefaultWrong(RuleRefused):
    code = "risk.default_wrong"
    text = {
        "zh": "规则 {rule} 的 defaults.{word} 不对:只写条件里用到且可能缺失的特征,值须为 {wanted}。",
        "en": "defaults.{word} of rule {rule} is wrong: name only features that its condition asks for and that may be "
        "missing, with a value that is {wanted}.",
    }


class RuleIdTwice(RuleRefused):
    code = "risk.rule_id_twice"
    text = {"zh": "规则编号 {rule} 出现两次,请改其一。", "en": "The rule id {rule} occurs twice; change one of them."}


class KindsMissing(RuleRefused):
    code = "risk.kinds_missing"
    text = {
        "zh": "规则 {rule} 没有 kinds;请至少写一种:{allowed}。",
        "en": "Rule {rule} has no kinds; name at least one of {allowed}.",
    }


class ThresholdsWrong(DomainError):
    kind = Kind.INVALID
    code = "risk.thresholds_wrong"
    text = {
        "zh": "{event} 的分数线不对:须为 1 ≤ review ≤ block_and_review ≤ decline,且五种事件都要写。",
        "en": "The thresholds of {event} are wrong: 1 ≤ review ≤ block_and_review ≤ decline, for each of the five "
        "kinds.",
    }
    field = "thresholds"
