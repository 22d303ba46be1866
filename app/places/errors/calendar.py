"""Refusals about the work calendar."""

from app.kernel.errors import DomainError, Kind


class WeekdayNeeded(DomainError):
    kind = Kind.INVALID
    code = "places.weekday_needed"
    text = {
        "zh": "调休上班日须写明按周几的安排上班(1 周一到 7 周日)。",
        "en": "An adjusted day says the plan of which weekday it follows (1 Monday to 7 Sunday).",
    }
    field = "as_weekday"


class WeekdayNeedless(DomainError):
    kind = Kind.INVALID
    code = "places.weekday_needless"
    text = {
        "zh": "只有调休上班日(adjusted)才写按周几上班。",
        "en": "Only an adjusted day follows the plan of another weekday.",
    }
    field = "as_weekday"


class SpanWrong(DomainError):
    kind = Kind.INVALID
    code = "places.span_wrong"
    text = {
        "zh": "“到”不能早于“从”,且一次最多查 {days_max} 天。",
        "en": "to is not before from, and one request shows at most {days_max} days.",
    }
    field = "to"
