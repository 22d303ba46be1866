"""The file a community office fills in, with an example row and hints."""

import csv
import io

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from app.enrolment.terms import CSV, EXAMPLE_PASSBOOK, HINTS_TITLE, POINTS_ROW_MAX, ROWS_MAX
from app.infra.unit_of_work import UnitOfWork
from app.kernel.periods import add_months, local_date, month_end

HEADER = (
    "姓名(name)",
    "电话(phone)",
    "楼栋(building)",
    "单元(unit)",
    "室(room)",
    "存折号(passbook no.)",
    "余额(balance)",
    "到期日(expiry)",
)
TEXT_COLUMNS = (2, 3, 4, 5, 6)
FORMATTED_ROWS = 500
HINTS = (
    f"{HINTS_TITLE} / how to fill this in",
    "一行一本存折,从表头下一行开始;示例行不会被导入。 / One passbook a row, below the header; the example is skipped.",
    "姓名、存折号、余额、到期日必填;电话和楼栋、单元、室可以不填。 / Only phone, building, unit and room may be empty.",
    "电话:11 位手机号,或带区号的座机。 / Phone: a mobile number of 11 digits, or a landline with its area code.",
    f"余额:0 到 {POINTS_ROW_MAX} 的整数。 / Balance: a whole number from 0 to {POINTS_ROW_MAX}.",
    "到期日:如 2026-12-31 或 2026年12月31日;当天仍可使用。 / Expiry: such as 2026-12-31, the last day of use.",
    f"一个文件最多 {ROWS_MAX} 行;不要使用公式。 / At most {ROWS_MAX} rows a file; no formulas.",
)


def make_template(uow: UnitOfWork, *, media_type: str) -> bytes:
    """Make the template as CSV (UTF-8 with its mark, so that Excel reads it) or as XLSX."""
    expires_on = month_end(add_months(local_date(uow.now), 24)).isoformat()
    example = ("张三", "13812345678", "3", "2", "501", EXAMPLE_PASSBOOK, 45, expires_on)
    return _csv(example) if media_type == CSV else _xlsx(example)


def _csv(example: tuple[object, ...]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([HINTS[1]])
    writer.writerows([HEADER, example])
    return text.getvalue().encode("utf-8-sig")


def _xlsx(example: tuple[object, ...]) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "名单"
    sheet.append(list(HEADER))
    sheet.append(list(example))
    for column, name in enumerate(HEADER, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = max(14, len(name) + 4)
        sheet.cell(1, column).font = Font(bold=True)
        sheet.cell(2, column).font = Font(italic=True, color="808080")
    for column in TEXT_COLUMNS:  # as text, so that Excel drops no leading zero and rounds no telephone number
        for row in range(2, FORMATTED_ROWS):
            sheet.cell(row, column).number_format = "@"
    sheet.freeze_panes = "A2"
    hints = book.create_sheet("说明")
    hints.column_dimensions["A"].width = 110
    for row, hint in enumerate(HINTS, start=1):
        hints.cell(row, 1, hint).alignment = Alignment(wrap_text=True)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()
