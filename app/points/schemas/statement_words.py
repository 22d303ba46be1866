"""The words on a passbook that is printed or put into a spreadsheet."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from app.kernel.periods import DISTRICT, local_date
from app.points.models import Lot
from app.points.schemas.tellings import day_title
from app.points.service import Period

WORDS = {
    "passbook": {"zh": "积分存折", "en": "Points passbook"},
    "number": {"zh": "存折号", "en": "Passbook no."},
    "period": {"zh": "期间", "en": "Period"},
    "printed": {"zh": "打印时间", "en": "Printed"},
    "entry": {"zh": "序号", "en": "No."},
    "date": {"zh": "日期", "en": "Date"},
    "summary": {"zh": "摘要", "en": "Particulars"},
    "kind": {"zh": "种类", "en": "Kind"},
    "in": {"zh": "存入", "en": "In"},
    "out": {"zh": "支出", "en": "Out"},
    "balance": {"zh": "余额", "en": "Balance"},
    "evidence": {"zh": "凭证", "en": "Evidence"},
    "transaction": {"zh": "交易号", "en": "Transaction"},
    "entries": {"zh": "明细", "en": "Entries"},
    "overview": {"zh": "汇总", "en": "Overview"},
    "community": {"zh": "社区", "en": "Community"},
    "opening": {"zh": "期初余额", "en": "Balance before"},
    "total_in": {"zh": "存入合计", "en": "In, total"},
    "total_out": {"zh": "支出合计", "en": "Out, total"},
    "closing": {"zh": "期末余额", "en": "Balance after"},
    "carried": {"zh": "承前页", "en": "Brought forward"},
    "available": {"zh": "现在可用", "en": "Can be spent now"},
    "held": {"zh": "消费中预占", "en": "Set aside"},
    "lapsing": {"zh": "什么时候到期(最后可用日)", "en": "What expires when (last day it can be spent)"},
    "points": {"zh": "积分", "en": "Points"},
    "later": {"zh": "更晚到期的积分未列出", "en": "Points that expire later are not listed"},
    "nothing_lapses": {"zh": "没有将要到期的积分", "en": "No points are going to expire"},
    "head_of": {"zh": "校验值(到第 {version} 笔为止)", "en": "Check value (up to entry {version})"},
}
VERIFY = {
    "zh": "请保管好这一页。以后想确认到这一笔为止的账没有被改动,可以下载本存折的 JSON 文件,不必问我们,"
    "用公开的程序 tools/verify_passbook.py 核对:"
    "python3 verify_passbook.py passbook.json --since-head 校验值 --since-version {version}(校验值连写,不留空格)。",
    "en": "Keep this page. To make sure later that nothing up to this entry was changed, download the passbook as JSON "
    "and check it, without asking us, with the public program tools/verify_passbook.py: "
    "python3 verify_passbook.py passbook.json --since-head VALUE --since-version {version} "
    "(the check value written without gaps).",
}
NUMBER_DIGITS = 12
NUMBER_GROUP = 4


def say(name: str, lang: str) -> str:
    """One of the words."""
    return WORDS[name][lang]


def verify_sentence(version: int, lang: str) -> str:
    """How a check value is used."""
    return VERIFY[lang].format(version=version)


def passbook_number(owner_id: UUID) -> str:
    """The short form of an owner's id that a passbook carries: its last twelve digits. The ledger knows no names."""
    digits = owner_id.hex[-NUMBER_DIGITS:].upper()
    return " ".join(digits[at : at + NUMBER_GROUP] for at in range(0, NUMBER_DIGITS, NUMBER_GROUP))


def period_title(period: Period, until: datetime, lang: str) -> str:
    """The months of an extract; one that is open ends on the day it was made."""
    first = f"{period.first:%Y-%m}" if period.first else ("开户" if lang == "zh" else "the beginning")
    last = f"{period.last:%Y-%m}" if period.last else day_title(local_date(until), lang)
    return f"{first} 至 {last}" if lang == "zh" else f"{first} to {last}"


def clock_title(instant: datetime) -> str:
    """An instant as the district's clocks show it."""
    return f"{instant.astimezone(DISTRICT):%Y-%m-%d %H:%M}"


def lapsing_days(lots: Sequence[Lot]) -> list[tuple[date, int]]:
    """How many points can be spent up to which day, earliest first; lots of several budgets put together."""
    days: Counter[date] = Counter()
    for lot in lots:
        days[lot.expires_on] += lot.points_left
    return sorted(days.items())
