"""Refusals about areas and files of them."""

from app.kernel.errors import DomainError, Kind
from app.kernel.sheets.errors import FileRefused


class AreaMissing(DomainError):
    kind = Kind.MISSING
    code = "places.area_missing"
    text = {"zh": "没有这个区域。", "en": "There is no such area."}
    field = "area_id"


class BookUnplaced(DomainError):
    kind = Kind.CONFLICT
    code = "places.book_unplaced"
    text = {
        "zh": "这个账本还没有对应的社区:请区级先在区域树中给社区填写账本代码。",
        "en": "This book belongs to no community yet: the district office names it on the community in the tree first.",
    }


class ParentWrong(DomainError):
    kind = Kind.INVALID
    code = "places.parent_wrong"
    text = {
        "zh": "{kind_zh}({kind_en})只能放在{right_zh}({right_en})之下。",
        "en": "An area of kind {kind_en} ({kind_zh}) stands only under {right_en} ({right_zh}).",
    }
    field = "parent_id"


class AreaClosed(DomainError):
    kind = Kind.CONFLICT
    code = "places.area_closed"
    text = {"zh": "区域“{name}”已停用。", "en": "The area {name} is closed."}


class AreaNotClosed(DomainError):
    kind = Kind.CONFLICT
    code = "places.area_not_closed"
    text = {"zh": "区域“{name}”没有停用。", "en": "The area {name} is not closed."}
    field = "area_id"


class ClearedAndGiven(DomainError):
    kind = Kind.INVALID
    code = "places.cleared_and_given"
    text = {
        "zh": "{name} 既要清除又给了新值,请只留一种。",
        "en": "{name} is to be cleared and is given as well; leave one of the two out.",
    }
    field = "clear"


class AreaNotEmpty(DomainError):
    kind = Kind.CONFLICT
    code = "places.area_not_empty"
    text = {
        "zh": "“{name}”还在使用:它下面的区域、覆盖的楼栋、有效的二维码或归属的单位须先停用或移走。",
        "en": "{name} is in use: close or move what stands under it, the buildings it covers, its posted codes and "
        "the units that belong to it first.",
    }


class NameTaken(DomainError):
    kind = Kind.CONFLICT
    code = "places.name_taken"
    text = {"zh": "同一处已有名为“{name}”的。", "en": "There is one called {name} in the same place."}
    field = "name"


class CodeTaken(DomainError):
    kind = Kind.CONFLICT
    code = "places.code_taken"
    text = {
        "zh": "同一处已有编码为“{code}”的同类区域。",
        "en": "There is one of this kind with the code {code} in the same place.",
    }
    field = "code"


class CodeForm(DomainError):
    kind = Kind.INVALID
    code = "places.code_form"
    text = {
        "zh": "编码须为 1 到 {length_max} 个汉字、字母、数字或 . _ -。",
        "en": "A code is 1 to {length_max} letters, digits, Chinese characters or . _ -.",
    }
    field = "code"


class BookTaken(DomainError):
    kind = Kind.CONFLICT
    code = "places.book_taken"
    text = {"zh": "账本“{book}”已属于另一个社区。", "en": "The book {book} belongs to another community."}
    field = "book"


class BookOnlyOfCommunity(DomainError):
    kind = Kind.INVALID
    code = "places.book_only_of_community"
    text = {"zh": "只有社区才有账本。", "en": "Only a community has a book."}
    field = "book"


class GridWrong(DomainError):
    kind = Kind.INVALID
    code = "places.grid_wrong"
    text = {
        "zh": "只有楼栋属于网格,且网格须在同一个社区。",
        "en": "Only buildings belong to a grid, and the grid is one of the same community.",
    }
    field = "grid_id"


class ImportMissing(DomainError):
    kind = Kind.MISSING
    code = "places.import_missing"
    text = {"zh": "没有这次导入。", "en": "There is no such import."}
    field = "tree_import_id"


class ImportHasErrors(DomainError):
    kind = Kind.CONFLICT
    code = "places.import_has_errors"
    text = {
        "zh": "文件中有 {count} 处错误,没有导入任何一行;请改正后重新上传。",
        "en": "The file holds {count} errors; nothing was taken in. Correct it and upload it again.",
    }


class TreeChanged(DomainError):
    kind = Kind.CONFLICT
    code = "places.tree_changed"
    text = {
        "zh": "检查之后区域有了变化,第 {line} 行不再成立;没有导入任何一行,请重新上传。",
        "en": "The tree changed since the check, row {line} does not hold any more; nothing was taken in. "
        "Upload the file again.",
    }


class AreaHeaderMissing(FileRefused):
    code = "places.header_missing"
    text = {
        "zh": "前 {rows_max} 行里找不到表头:至少要有社区、小区、楼栋、单元、网格中的一列。请用模板的表头。",
        "en": "The first {rows_max} rows hold no header: one column of community, estate, building, unit, grid is "
        "the least. Use the header of the template.",
    }


class AreaHeaderRepeated(FileRefused):
    code = "places.header_repeated"
    text = {
        "zh": "表头中有两列都表示“{column}”({cells}),请删去一列。",
        "en": "Two columns of the header mean {column} ({cells}); remove one.",
    }


class AreaRowsTooMany(FileRefused):
    code = "places.rows_too_many"
    text = {
        "zh": "文件太长:一个文件最多 {rows_max} 行,请按街道拆开。",
        "en": "The file is too long: at most {rows_max} rows; split it by street.",
    }


class AreaRowsMissing(FileRefused):
    code = "places.rows_missing"
    text = {"zh": "表头下面没有任何一行。", "en": "There is no row below the header."}


class AreaSheetsMany(FileRefused):
    code = "places.sheets_many"
    text = {
        "zh": "只读取第一个可见的工作表“{first}”,但工作表“{others}”也有内容。"
        "请合并到一个工作表,或隐藏、删去不是清单的。",
        "en": "Only the first visible sheet, “{first}”, is read, and “{others}” holds something too. Put all rows into "
        "one sheet; hide or delete a sheet that is no list.",
    }
