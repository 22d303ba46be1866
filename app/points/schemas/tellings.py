"""The phrase a resident reads for an entry: what it was for, where, when; in Chinese and in English."""

from datetime import date

from app.kernel.periods import local_date
from app.points.queries import Activity
from app.points.schemas import words
from app.points.service import Telling, ToldLine
from app.points.terms import Asset, Code

WEEKDAYS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
BETWEEN_PASSBOOKS = {"zh": ("转到另一本存折", "从另一本存折转入"), "en": ("Moved to", "Moved in from")}
SUCCESSION = {
    "death": {"zh": "继承", "en": "inheritance"},
    "move": {"zh": "搬迁", "en": "move"},
    "merge": {"zh": "两本合一", "en": "two passbooks made one"},
}
CORRECTED = {
    Code.REVERSAL: {"zh": "更正{day}的“{what}”", "en": 'Correction of "{what}", booked on {day}'},
    Code.CLAWBACK: {"zh": "收回{day}的“{what}”", "en": 'Taken back: "{what}", booked on {day}'},
    Code.RECOVERY: {"zh": "抵扣{day}“{what}”的欠回积分", "en": 'Paid back, owed for "{what}", booked on {day}'},
}


def summary(told: ToldLine, lang: str) -> str:
    """Say in a phrase what an entry is: "周一楼道保洁 90 分钟" / "Monday stairwell cleaning, 90 minutes"."""
    return _phrase(told.line.code, told.telling, lang, into=told.line.amount > 0)


def sentence(told: ToldLine, lang: str) -> str:
    """The same, with how many points went which way."""
    return words.moved(summary(told, lang), told.line.amount, Asset.POINTS, lang)


def day_title(day: date, lang: str) -> str:
    """A day as people write it: 2026年6月15日, 15 June 2026."""
    if lang == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _phrase(code: str, telling: Telling, lang: str, *, into: bool) -> str:
    what = words.kind_of_entry(code, lang)
    if telling.corrected is not None:
        return _correction(code, telling, lang, into=into)
    if telling.activity is not None:
        return _report(telling.activity, what, lang) if code == Code.REPORT_AWARD else _activity(telling.activity, lang)
    if code == Code.TRANSFER:
        return _transfer(telling.succession, lang, into=into)
    if telling.paper_no is not None:
        return f"{what}(原折号 {telling.paper_no})" if lang == "zh" else f"{what} no. {telling.paper_no}"
    if telling.last_day is not None:
        day = day_title(telling.last_day, lang)
        return f"{what}(有效期至{day})" if lang == "zh" else f"{what}: good until {day}"
    return f"{what} · {telling.partner}" if telling.partner else what


def _activity(activity: Activity, lang: str) -> str:
    weekday = WEEKDAYS[lang][activity.performed_on.weekday()]
    minutes, events = activity.minutes or 0, activity.events or 0
    if lang == "zh":
        gap = " " if activity.title[:1].isascii() else ""
        parts = [f"{weekday}{gap}{activity.title}", f" {minutes} 分钟" * (minutes > 0), f" {events} 次" * (events > 1)]
        return "".join(parts) + (f"({activity.grade}级)" if activity.grade else "")
    parts = [f"{weekday} {activity.title}"]
    parts += [f"{minutes} minute{'s' * (minutes > 1)}"] * (minutes > 0)
    parts += [f"{events} times"] * (events > 1)
    parts += [f"grade {activity.grade}"] if activity.grade else []
    return ", ".join(parts)


def _report(activity: Activity, what: str, lang: str) -> str:
    return f"{what}:{activity.title}" if lang == "zh" else f"{what}: {activity.title}"


def _transfer(succession: str | None, lang: str, *, into: bool) -> str:
    what = BETWEEN_PASSBOOKS[lang][into] + ("" if lang == "zh" else " another passbook")
    why = SUCCESSION.get(succession or "", {}).get(lang)
    if why is None:
        return what
    return f"{what}({why})" if lang == "zh" else f"{what} ({why})"


def _correction(code: str, telling: Telling, lang: str, *, into: bool) -> str:
    original = telling.corrected
    if original is None:
        return words.kind_of_entry(code, lang)
    what = _phrase(original.code, original.telling, lang, into=not into)
    return CORRECTED[Code(code)][lang].format(day=day_title(local_date(original.recorded_at), lang), what=what)
