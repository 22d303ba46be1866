"""The refusals of month closings, and of reports over months and instants."""

from app.kernel.errors import DomainError, Kind


class MonthClosed(DomainError):
    kind = Kind.CONFLICT
    code = "points.month_closed"
    text = {"zh": "{month} 已经结账,不能再次结账。", "en": "{month} is closed already; a month is closed once."}
    field = "month"


class PostingMonthClosed(DomainError):
    """Its clock was set back: what is dated back on purpose is moved out of closed months (service.closings)."""

    kind = Kind.CONFLICT
    code = "points.posting_month_closed"
    text = {
        "zh": "{month} 已经结账,不能再记账;要更正,请以今天的日期另记一笔新交易。",
        "en": "{month} is closed and takes no more postings; make a correction as a new transaction, dated today.",
    }


class MonthNotNext(DomainError):
    kind = Kind.CONFLICT
    code = "points.month_not_next"
    text = {
        "zh": "月份须按先后逐月结账,下一个应结的月份是 {next}。",
        "en": "Months are closed one after another; the next to close is {next}.",
    }
    field = "month"


class MonthNotOver(DomainError):
    kind = Kind.CONFLICT
    code = "points.month_not_over"
    text = {
        "zh": "{month} 最早可于 {day} 结账(月末之后第二天起)。",
        "en": "{month} can be closed from {day} on, the second day after its end.",
    }
    field = "month"


class MonthsReversed(DomainError):
    kind = Kind.INVALID
    code = "points.months_reversed"
    text = {"zh": "结束月份不能早于开始月份 {first}。", "en": "The last month must not be before the first, {first}."}
    field = "to"


class MonthsTooMany(DomainError):
    kind = Kind.INVALID
    code = "points.months_too_many"
    text = {"zh": "一次最多查询 {months_max} 个月。", "en": "At most {months_max} months can be asked for at once."}
    field = "to"


class DaysReversed(DomainError):
    kind = Kind.INVALID
    code = "points.days_reversed"
    text = {"zh": "结束日期不能早于开始日期 {first}。", "en": "The last day must not be before the first, {first}."}
    field = "to"


class InstantAhead(DomainError):
    kind = Kind.INVALID
    code = "points.instant_ahead"
    text = {
        "zh": "所问的时刻还没有到来,应不晚于 {now}。",
        "en": "The instant asked for is still to come; it must not be after {now}.",
    }
    field = "as_of"


class AccountNotChained(DomainError):
    kind = Kind.CONFLICT
    code = "points.account_not_chained"
    text = {
        "zh": "这类账户汇总记账,没有校验链;请核对居民存折、预算、额度或资助方资金账户。",
        "en": "Accounts of this kind are summed later and carry no chain; check a passbook, a budget, an allotment or "
        "a sponsor's funding.",
    }
    field = "account_id"
