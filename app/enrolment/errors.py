"""Every refusal of enrolment. What is wrong with single rows is no refusal: it stands in the report of the import."""

from app.kernel.errors import DomainError, Kind
from app.kernel.sheets.errors import FileRefused


class RowsTooMany(FileRefused):
    code = "enrolment.rows_too_many"
    text = {
        "zh": "名单太长:一个文件最多 {rows_max} 行,请拆开。",
        "en": "The list is too long: a file holds at most {rows_max} rows; split it.",
    }


class RowsMissing(FileRefused):
    code = "enrolment.rows_missing"
    text = {"zh": "表头下面没有任何名单行。", "en": "There is no row below the header."}


class HeaderMissing(FileRefused):
    code = "enrolment.header_missing"
    text = {
        "zh": "前 {rows_max} 行里找不到完整的表头,缺少:{columns}。请用模板的表头。",
        "en": "The first {rows_max} rows hold no whole header; missing: {columns}. Use the header of the template.",
    }


class SheetHeaderMissing(FileRefused):
    code = "enrolment.sheet_header_missing"
    text = {
        "zh": "工作表“{sheet}”有内容,但前 {rows_max} 行里找不到完整的表头,缺少:{columns}。请用模板的表头;"
        "不是名单的工作表请隐藏或删去。",
        "en": "The sheet “{sheet}” holds something, but its first {rows_max} rows hold no whole header; missing: "
        "{columns}. Use the header of the template; hide or delete a sheet that is no list.",
    }


class HeaderTwoRows(FileRefused):
    code = "enrolment.header_two_rows"
    text = {
        "zh": "第 {first} 行和第 {second} 行都是表头。请只保留一行:把每一列的名称写在同一行,删去另一行。",
        "en": "Rows {first} and {second} are both headings. Keep one: name each column in one row, delete the other.",
    }


class HeaderRepeated(FileRefused):
    code = "enrolment.header_repeated"
    text = {
        "zh": "表头中有两列都表示“{column}”({cells}),请删去一列。",
        "en": "Two columns of the header mean {column} ({cells}); remove one.",
    }


class RowRefused(DomainError):
    """What is wrong with somebody who is enrolled by hand, in the sentences of the report on a file."""

    kind = Kind.INVALID
    code = "enrolment.row_refused"
    text = {"zh": "没有登记:{said}。", "en": "Nobody was enrolled: {said}."}

    def __init__(self, *, zh: str, en: str, field: str) -> None:
        super().__init__(said=zh, field=field)
        self.said = {"zh": zh, "en": en}

    def detail(self, lang: str) -> str:
        """Render the sentence in a language."""
        known = lang if lang in self.said else "zh"
        return self.text[known].format(said=self.said[known])


class ResidentDoubtful(RowRefused):
    kind = Kind.CONFLICT
    code = "enrolment.resident_doubtful"
    text = {
        "zh": "没有登记,请先核对:{said}。确认无误后,请带上 accept_doubts。",
        "en": "Nobody was enrolled; look at it first: {said}. If it is right, send it with accept_doubts.",
    }


class BalanceUnpaid(DomainError):
    kind = Kind.INVALID
    code = "enrolment.balance_unpaid"
    text = {
        "zh": "有余额的存折要指明由哪个预算支付(budget_id)。",
        "en": "A passbook with a balance needs the budget that pays it (budget_id).",
    }
    field = "budget_id"


class BalanceDenied(DomainError):
    kind = Kind.DENIED
    code = "enrolment.balance_denied"
    text = {
        "zh": "只有会计可以登记有余额的存折;余额为 0 的可以由工作人员登记。",
        "en": "Only a treasurer enrols a passbook with a balance; a clerk enrols one that is empty.",
    }
    field = "points"


class ResidentMissing(DomainError):
    kind = Kind.MISSING
    code = "enrolment.resident_missing"
    text = {"zh": "名单中没有这位居民。", "en": "There is no such resident in the lists."}
    field = "resident_id"


class ImportMissing(DomainError):
    kind = Kind.MISSING
    code = "enrolment.import_missing"
    text = {"zh": "没有这次导入。", "en": "There is no such import."}
    field = "import_id"


class ImportNotReady(DomainError):
    kind = Kind.CONFLICT
    code = "enrolment.import_not_ready"
    text = {
        "zh": "这次导入现在的状态是 {state},不能这样做。",
        "en": "This import is {state}; that cannot be done now.",
    }


class ImportDiscarded(DomainError):
    kind = Kind.CONFLICT
    code = "enrolment.import_discarded"
    text = {
        "zh": "这份名单上传后 {days} 天没有正式导入,其中的居民资料已经删除;请重新上传。",
        "en": "This list was not committed within {days} days, and what it held of residents was deleted; "
        "upload it again.",
    }


class RowsChanged(DomainError):
    kind = Kind.CONFLICT
    code = "enrolment.rows_changed"
    text = {
        "zh": "检查之后情况变了:有 {count} 行不再成立(如第 {line} 行:存折已转入,或到期日已过)。没有导入任何一行,"
        "请重新上传。",
        "en": "Things changed since the check: {count} rows do not hold any more (such as row {line}: its passbook was "
        "taken over, or its day has passed). Nothing was imported; upload the file again.",
    }


class UndoTooLate(DomainError):
    kind = Kind.CONFLICT
    code = "enrolment.undo_too_late"
    text = {
        "zh": "不能整体撤销:有 {count} 人的期初积分已被使用、预占或到期:{names}。",
        "en": "The import cannot be undone: the opening points of {count} people were spent, are held or have expired: "
        "{names}.",
    }
