"""Refusals of balances taken over from paper."""

from app.kernel.errors import DomainError, Kind


class BudgetTooSmall(DomainError):
    kind = Kind.CONFLICT
    code = "points.budget_too_small"
    text = {
        "zh": "预算积分不足:还差 {missing} 分;请先为预算发行积分,或换一个预算。",
        "en": "The budget lacks {missing} points; mint points for it first, or choose another budget.",
    }
    field = "budget_id"


class PassbookTakenOver(DomainError):
    kind = Kind.CONFLICT
    code = "points.passbook_taken_over"
    text = {
        "zh": "存折 {passbook_no} 的余额已经转入过,每本存折只转入一次。",
        "en": "The balance of passbook {passbook_no} was taken over already; each passbook is taken over once.",
    }
    field = "passbook_no"


class OpeningsMoved(DomainError):
    kind = Kind.CONFLICT
    code = "points.openings_moved"
    text = {
        "zh": "有 {count} 本存折的期初积分已被使用、预占或到期,不能整体撤销。",
        "en": "The opening points of {count} passbooks were spent, are held or have expired, and are not taken back.",
    }
