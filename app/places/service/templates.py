"""The file that brings a part of the tree, with an example row and hints."""

import io

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from app.infra.unit_of_work import UnitOfWork
from app.places.rules.area_files import EXAMPLE, HINTS_TITLE
from app.places.terms import IMPORT_ROWS_MAX

HEADER = (
    "街道(street)",
    "社区(community)",
    "小区(estate)",
    "楼栋(building)",
    "单元(unit)",
    "网格(grid)",
    "编码(code)",
    "账本(book)",
    "纬度(lat)",
    "经度(lng)",
    "坐标系(datum)",
)
EXAMPLE_ROW = (
    "中山街道",
    f"{EXAMPLE}社区",
    "梅里新村",
    "3号楼",
    "2单元",
    "第一网格",
    "",
    "",
    31.4912,
    120.3119,
    "gcj02",
)
HINTS = (
    f"{HINTS_TITLE} / how to fill this in",
    "一行一个区域,从街道写到最低一级;同一行写到哪一级就是哪一级。 / One area a row, named from the street down.",
    "上级第一次出现时自动建立。 / What is above is opened when it is first named.",
    "已有的不会重复建立,空着的格子不改动原来的内容。 / What is there is not opened again; empty cells change nothing.",
    "楼栋、单元可以只写数字:3 就是 3号楼。 / Buildings and stairwells may be plain numbers.",
    "网格写在楼栋(或其单元)的行上,表示覆盖该楼栋。 / A grid on the row of a building, or of its stairwell, covers it.",
    "编码、账本、坐标说的是该行最低一级;账本只用于社区。 / Code, book and position are of the lowest area of the row.",
    "坐标须写明坐标系:微信、高德、腾讯地图为 gcj02,GPS 为 wgs84。 / Positions say their datum.",
    f"示例行不会导入;最多 {IMPORT_ROWS_MAX} 行。 / The example is skipped; at most {IMPORT_ROWS_MAX} rows.",
)


def make_template(uow: UnitOfWork) -> bytes:  # noqa: ARG001 - the shape of an act
    """Make the template as XLSX."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "区域"
    sheet.append(list(HEADER))
    sheet.append(list(EXAMPLE_ROW))
    for column, name in enumerate(HEADER, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = max(14, len(name) + 4)
        sheet.cell(1, column).font = Font(bold=True)
        sheet.cell(2, column).font = Font(italic=True, color="808080")
    sheet.freeze_panes = "A2"
    hints = book.create_sheet("说明")
    hints.column_dimensions["A"].width = 110
    for row, hint in enumerate(HINTS, start=1):
        hints.cell(row, 1, hint).alignment = Alignment(wrap_text=True)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()
