"""The refusals of statements: years and exports."""

from app.kernel.errors import DomainError, Kind


class YearOutside(DomainError):
    kind = Kind.INVALID
    code = "points.year_outside"
    text = {"zh": "年份须在 {first} 到 {last} 之间。", "en": "The year must be from {first} to {last}."}
    field = "year"


class YearTooBusy(DomainError):
    kind = Kind.INVALID
    code = "points.year_too_busy"
    text = {
        "zh": "这一年有 {entries} 笔,年度汇总最多 {entries_max} 笔;请导出 CSV 自行汇总。",
        "en": "This year has {entries} entries and a summary adds up at most {entries_max}; export CSV instead.",
    }
    field = "year"


class HouseholdOwn(DomainError):
    kind = Kind.CONFLICT
    code = "points.household_own"
    text = {
        "zh": "不能办理自己或自己这一户的登记,请由另一位经办人办理。",
        "en": "Nobody decides about their own household; let another person do it.",
    }


class HouseholdOfOne(DomainError):
    kind = Kind.INVALID
    code = "points.household_of_one"
    text = {"zh": "同住的须是另一个人。", "en": "Somebody else must be said to live with."}
    field = "lives_with"


class ExportTooLong(DomainError):
    kind = Kind.INVALID
    code = "points.export_too_long"
    text = {
        "zh": "这段时间共有 {entries} 笔,这种文件一份最多 {entries_max} 笔。请选择较短的时间,"
        "例如 from={first}&to={last};CSV 不限笔数。",
        "en": "This period has {entries} entries and one such file holds at most {entries_max}. Choose a shorter one, "
        "such as from={first}&to={last}; CSV holds any number.",
    }
    field = "from"


class ExportMonthTooLong(DomainError):
    kind = Kind.INVALID
    code = "points.export_month_too_long"
    text = {
        "zh": "仅 {month} 一个月就超过一份文件的上限 {entries_max} 笔;请选择其他月份,或导出 CSV(不限笔数)。",
        "en": "{month} alone has more than the {entries_max} entries one such file holds; choose other months, or CSV, "
        "which holds any number.",
    }
    field = "from"
