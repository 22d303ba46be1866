"""The refusals of formulas, said when a rule is saved."""

from app.kernel.errors import DomainError, Kind


class FormulaRefused(DomainError):
    """What is wrong with a formula. The field is always `formula`."""

    kind = Kind.INVALID
    field = "formula"


class FormulaUnreadable(FormulaRefused):
    code = "points.formula_unreadable"
    text = {
        "zh": "公式在第 {position} 个字符处读不懂;应形如 minutes // 30 * 5,数字只用 0-9,运算只用 + - * //。",
        "en": "The formula cannot be read at character {position}; write it like minutes // 30 * 5, with numbers of "
        "the digits 0-9 and with + - * //.",
    }


class FormulaTooBig(FormulaRefused):
    code = "points.formula_too_big"
    text = {
        "zh": "公式太长或太深:最多 {length_max} 个字符、{nodes_max} 个部分、{depth_max} 层括号;请拆成几条规则。",
        "en": "The formula is too long or too deep: at most {length_max} characters, {nodes_max} parts, {depth_max} "
        "levels; split it into several rules.",
    }


class FormulaWordUnknown(FormulaRefused):
    code = "points.formula_word_unknown"
    text = {
        "zh": "公式里的 {word} 在这条规则中不可用;可用:{allowed}(用 grade 须先填等级表)。",
        "en": "{word} means nothing in this rule's formula; it knows {allowed} (grade needs a table of grades).",
    }


class FormulaForbidden(FormulaRefused):
    code = "points.formula_forbidden"
    text = {
        "zh": "公式里不能有 {part};只用整数、名称、+ - * //、min( , )、max( , )、括号和 a if x >= y else b。",
        "en": "{part} has no place in a formula; use whole numbers, names, + - * //, min( , ), max( , ), parentheses "
        "and a if x >= y else b.",
    }


class FormulaDividesByZero(FormulaRefused):
    code = "points.formula_divides_by_zero"
    text = {
        "zh": "公式里 {part} 的除数可能为 0;请让除数至少为 1,例如除以 max(1, …)。",
        "en": "{part} may divide by zero; keep the divisor at 1 or more, such as // max(1, …).",
    }


class FormulaOverflows(FormulaRefused):
    code = "points.formula_overflows"
    text = {
        "zh": "公式里 {part} 可能超出 {amount_max};请用 min(…, 上限) 限住中间结果。",
        "en": "{part} may leave the range of ±{amount_max}; bound it by min(…, limit).",
    }


class FormulaNegative(FormulaRefused):
    code = "points.formula_negative"
    text = {
        "zh": "公式的结果可能为负(最低 {lowest});请写成 max(0, …)。",
        "en": "The formula can give less than nothing (down to {lowest}); write max(0, …).",
    }


class FormulaPaysNothing(FormulaRefused):
    code = "points.formula_pays_nothing"
    text = {
        "zh": "公式的结果永远为 0,不会发出积分;请改写公式。",
        "en": "The formula always gives 0 and would pay nothing; write one that pays.",
    }


class FormulaPaysTooMuch(FormulaRefused):
    code = "points.formula_pays_too_much"
    text = {
        "zh": "公式至少给 {lowest} 积分,高于单次上限 points_max = {points_max};请改公式,或提高上限"
        "(不超过 {rule_points_max})。",
        "en": "The formula gives {lowest} points at least, more than points_max = {points_max} of one award; change "
        "the formula, or raise the maximum (to {rule_points_max} at most).",
    }
