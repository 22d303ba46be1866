"""Refusals about units, what they serve, and duty."""

from app.kernel.errors import DomainError, Kind


class UnitMissing(DomainError):
    kind = Kind.MISSING
    code = "places.unit_missing"
    text = {"zh": "没有这个单位。", "en": "There is no such unit."}
    field = "unit_id"


class UnitClosed(DomainError):
    kind = Kind.CONFLICT
    code = "places.unit_closed"
    text = {"zh": "单位“{name}”已停用。", "en": "The unit {name} is closed."}
    field = "unit_id"


class UnitNameTaken(DomainError):
    kind = Kind.CONFLICT
    code = "places.unit_name_taken"
    text = {"zh": "这里已有名为“{name}”的单位。", "en": "There is a unit called {name} here."}
    field = "name"


class ServiceMissing(DomainError):
    kind = Kind.MISSING
    code = "places.service_missing"
    text = {"zh": "这个单位没有这一服务区域。", "en": "The unit has no such service area."}
    field = "service_id"


class ServiceOverlaps(DomainError):
    kind = Kind.CONFLICT
    code = "places.service_overlaps"
    text = {
        "zh": "这个单位在该区域的服务期与已有的({since} 起)重叠。",
        "en": "The unit serves this area at that time already (since {since}).",
    }
    field = "valid_from"


class DaysWrong(DomainError):
    kind = Kind.INVALID
    code = "places.days_wrong"
    text = {"zh": "“止”不能早于“起”({since})。", "en": "The last day is not before the first ({since})."}
    field = "valid_to"


class EndPast(DomainError):
    kind = Kind.INVALID
    code = "places.end_past"
    text = {
        "zh": "已经过去的日子不能改:最后一天须为 {today} 或以后。",
        "en": "What is past stays: the last day is {today} or later.",
    }
    field = "last_day"


class BeginPast(DomainError):
    kind = Kind.INVALID
    code = "places.begin_past"
    text = {
        "zh": "值班不能补排到过去:须从 {today} 或以后开始。",
        "en": "Duty is not planned into the past: it begins {today} or later.",
    }


class PatternMissing(DomainError):
    kind = Kind.MISSING
    code = "places.pattern_missing"
    text = {"zh": "这个单位没有这一班次。", "en": "The unit has no such weekly shift."}
    field = "pattern_id"


class PatternsTooMany(DomainError):
    kind = Kind.CONFLICT
    code = "places.patterns_too_many"
    text = {"zh": "一个单位最多 {patterns_max} 个每周班次。", "en": "A unit has at most {patterns_max} weekly shifts."}


class DutyOverlaps(DomainError):
    kind = Kind.CONFLICT
    code = "places.duty_overlaps"
    text = {
        "zh": "这个人那时已经值班:{starts} 至 {ends}(北京时间)。",
        "en": "This person is on duty then already: from {starts} to {ends} (Beijing time).",
    }
    field = "person_id"


class ShiftMissing(DomainError):
    kind = Kind.MISSING
    code = "places.shift_missing"
    text = {
        "zh": "没有这一班:当天不排这个班次,或已取消。",
        "en": "There is no such shift: it does not hold that day, or was cancelled.",
    }
    field = "shift_id"


class ShiftPast(DomainError):
    kind = Kind.CONFLICT
    code = "places.shift_past"
    text = {
        "zh": "这一班已于 {starts}(北京时间)开始,不能再改。",
        "en": "This shift began at {starts} (Beijing time); it cannot be changed any more.",
    }
    field = "day"


class SwapNeedless(DomainError):
    kind = Kind.CONFLICT
    code = "places.swap_needless"
    text = {"zh": "这一班本来就由这个人值。", "en": "This person has that shift already."}
    field = "person_id"


class ShiftTooFar(DomainError):
    kind = Kind.INVALID
    code = "places.shift_too_far"
    text = {"zh": "最多提前 {days_max} 天安排。", "en": "Shifts are planned at most {days_max} days ahead."}
    field = "day"
