"""Refusals of periods."""

from app.kernel.errors import DomainError, Kind


class BacktestPeriod(DomainError):
    kind = Kind.INVALID
    code = "risk.backtest_period"
    text = {
        "zh": "回测期间须从先到后,最多 {days} 天。",
        "en": "The period of a backtest goes from a day to a later one, {days} days at most.",
    }
    field = "from"


class BacktestsFull(DomainError):
    kind = Kind.CONFLICT
    code = "risk.backtests_full"
    text = {
        "zh": "已有 {most} 次回测在进行,请等其中一次完成。",
        "en": "{most} backtests are running already; wait until one of them is done.",
    }


class ListedPeriod(DomainError):
    kind = Kind.INVALID
    code = "risk.listed_period"
    text = {
        "zh": "请同时给出起止日期 from 与 to,最多 {days} 天。",
        "en": "Say from which day to which (from, to), {days} days at most.",
    }
    field = "from"
