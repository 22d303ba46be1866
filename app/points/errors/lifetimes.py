"""The refusals about how long points live, and about passbooks that move into others."""

from app.kernel.errors import DomainError, Kind


class FixedDayInvalid(DomainError):
    kind = Kind.INVALID
    code = "points.fixed_day_invalid"
    text = {
        "zh": "没有 {month} 月 {day} 日这一天,请填写真实的日期(可以填 2 月 29 日,平年按月末计)。",
        "en": "No year has day {day} of month {month}; give a real one (29 February is allowed).",
    }
    field = "expiry_day"


class FixedDayMissing(DomainError):
    kind = Kind.INVALID
    code = "points.fixed_day_missing"
    text = {
        "zh": "按年到期须同时填写到期的月份和日期。",
        "en": "Points that lapse once a year need the month and the day on which they do.",
    }
    field = "expiry_day"


class FixedDayNeedless(DomainError):
    kind = Kind.INVALID
    code = "points.fixed_day_needless"
    text = {
        "zh": "滚动到期按月末计算,不要填写固定的月份和日期。",
        "en": "Rolling points lapse at the end of a month; leave out the fixed month and day.",
    }
    field = "expiry_day"


class NoticeMissing(DomainError):
    kind = Kind.MISSING
    code = "points.notice_missing"
    text = {"zh": "没有这条到期提醒。", "en": "There is no such notice."}
    field = "expires_on"


class TransferToSelf(DomainError):
    kind = Kind.INVALID
    code = "points.transfer_to_self"
    text = {"zh": "存折不能转移给自己。", "en": "A passbook cannot be moved into itself."}
    field = "successor_id"


class SuccessorClosed(DomainError):
    kind = Kind.CONFLICT
    code = "points.successor_closed"
    text = {
        "zh": "接收方的存折已经销户,不能再接收;请转入其接续的存折。",
        "en": "The passbook that is to take the points is closed itself; move them into the one that took its own.",
    }
    field = "successor_id"


class PassbookClosed(DomainError):
    kind = Kind.CONFLICT
    code = "points.passbook_closed"
    text = {
        "zh": "这本存折已经销户,积分已转入另一本存折;后来到账的积分只能转入同一本。",
        "en": "This passbook is closed, its points went into another; what reaches it later can only follow them.",
    }
    field = "owner_id"


class PassbookHeld(DomainError):
    kind = Kind.CONFLICT
    code = "points.passbook_held"
    text = {
        "zh": "存折中有 {points} 积分正被消费预占,请待其完成或释放后再转移。",
        "en": "{points} points of this passbook are set aside for a purchase; move them when that is over.",
    }
    field = "owner_id"
