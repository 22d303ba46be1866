"""Which column is which: header names as community offices write them, in Chinese and English."""

from collections.abc import Mapping, Sequence

from app.enrolment.errors import HeaderMissing, HeaderRepeated, SheetHeaderMissing
from app.enrolment.terms import NEEDED, Field
from app.kernel.sheets.errors import FileRefused
from app.kernel.sheets.headers import find_field
from app.kernel.sheets.rows import HEADER_ROWS_MAX, Cell, letters

NAMES: Mapping[Field, str] = {
    Field.NAME: "姓名 名字 居民姓名 户主姓名 户主 居民 业主姓名 业主 name residentname fullname resident",
    Field.PHONE: "电话 手机 手机号 手机号码 电话号码 联系电话 联系方式 移动电话 联系手机"
    " phone phonenumber phoneno mobile mobilephone mobileno tel telephone cellphone",
    Field.PLACE: "楼栋单元室 楼栋单元房号 楼栋单元 楼栋房号 地址 住址 家庭住址 家庭地址 门牌 门牌号 房屋"
    " address place home buildingunit buildingunitroom",
    Field.BUILDING: "楼栋 楼号 楼栋号 栋 幢 楼 栋号 幢号 building buildingno block",
    Field.UNIT: "单元 单元号 unit unitno entrance",
    Field.ROOM: "室 室号 房号 房间 房间号 门号 户号 room roomno flat apartment apt",
    Field.PASSBOOK_NO: "存折号 存折号码 存折编号 存折 本号 折号 积分存折号 积分本号 积分存折编号 编号"
    " passbook passbookno passbooknumber passbookid booknumber bookno",
    Field.POINTS: "余额 积分 积分余额 当前积分 剩余积分 结余 存折余额 现有积分"
    " balance points pointsbalance openingbalance",
    Field.EXPIRES_ON: "到期日 到期日期 有效期 有效期至 到期 到期时间 截止日期 失效日期"
    " expiry expirydate expirationdate expireson validuntil expires validto",
}
FIELD_OF = {name: field for field, names in NAMES.items() for name in names.split()}


def field_of(cell: Cell) -> Field | None:
    """Give what a header names, however it is spaced, bracketed or punctuated; None for any other text."""
    return find_field(cell, FIELD_OF)


def find_columns(cells: Mapping[int, Cell]) -> dict[Field, int] | None:
    """Give the column of each field if this row is the header: it names at least a person, a passbook or a balance
    in two columns. Refuses HeaderRepeated.
    """
    columns: dict[Field, int] = {}
    for column, cell in sorted(cells.items()):
        field = field_of(cell)
        if field is None:
            continue
        if field in columns:
            raise HeaderRepeated(column=field, cells=f"{letters(columns[field])}, {letters(column)}")
        columns[field] = column
    return columns if len(columns.keys() & set(NEEDED)) >= 2 else None


def missing_from(columns: Mapping[Field, int]) -> Sequence[Field]:
    """Give the columns that a list cannot do without and that this header lacks."""
    return [field for field in NEEDED if field not in columns]


def refuse_headless(sheet: str, columns: Mapping[Field, int]) -> FileRefused:
    """Give the refusal of a sheet ("" for a CSV) whose best row of headings names only these columns."""
    missing = ", ".join(missing_from(columns))
    if sheet:
        return SheetHeaderMissing(sheet=sheet, rows_max=HEADER_ROWS_MAX, columns=missing)
    return HeaderMissing(rows_max=HEADER_ROWS_MAX, columns=missing)
