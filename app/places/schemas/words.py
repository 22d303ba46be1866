"""What is wrong with a row of a file of areas, in a sentence that says what would be right."""

from collections.abc import Mapping

from app.places.terms import Column, ProblemCode

LABELS: Mapping[str, Mapping[str, str]] = {
    Column.DISTRICT: {"zh": "区", "en": "district"},
    Column.STREET: {"zh": "街道", "en": "street"},
    Column.COMMUNITY: {"zh": "社区", "en": "community"},
    Column.ESTATE: {"zh": "小区", "en": "estate"},
    Column.BUILDING: {"zh": "楼栋", "en": "building"},
    Column.UNIT: {"zh": "单元", "en": "unit"},
    Column.GRID: {"zh": "网格", "en": "grid"},
    Column.CODE: {"zh": "编码", "en": "code"},
    Column.BOOK: {"zh": "账本", "en": "book"},
    Column.LAT: {"zh": "纬度", "en": "latitude"},
    Column.LNG: {"zh": "经度", "en": "longitude"},
    Column.DATUM: {"zh": "坐标系", "en": "datum"},
    "": {"zh": "这一行", "en": "the row"},
}
SENTENCES: Mapping[ProblemCode, Mapping[str, str]] = {
    ProblemCode.FORMULA: {
        "zh": "是公式;请复制后“选择性粘贴为数值”",
        "en": "is a formula; copy it and paste it as a value",
    },
    ProblemCode.CELL_ERROR: {"zh": "显示 {found};请填写实际内容", "en": "shows {found}; write what it should say"},
    ProblemCode.TOO_LONG: {"zh": "太长,最多 {length_max} 个字符", "en": "is too long: at most {length_max} characters"},
    ProblemCode.UNPRINTABLE: {
        "zh": "含有看不见的控制字符,请重新输入",
        "en": "holds invisible control characters; type it again",
    },
    ProblemCode.NAME_FORM: {"zh": "须有汉字、字母或数字", "en": "must hold a letter, a digit or a Chinese character"},
    ProblemCode.CODE_FORM: {
        "zh": "须为 1 到 {length_max} 个汉字、字母、数字或 . _ -",
        "en": "must be 1 to {length_max} letters, digits, Chinese characters or . _ -",
    },
    ProblemCode.CODE_TAKEN: {
        "zh": "已用于同一处的“{name}”,请换一个编码,或把名称写成“{name}”",
        "en": "belongs to {name} in the same place; take another code, or write that name",
    },
    ProblemCode.NAME_TAKEN: {
        "zh": "“{name}”在同一处已是另一种区域的名称,请换一个名称",
        "en": "{name} is the name of another kind of area in the same place; take another name",
    },
    ProblemCode.PARENT_NEEDED: {
        "zh": "须填写:写了下一级就要写上一级",
        "en": "is needed: a row that names what lies below names it too",
    },
    ProblemCode.OUTSIDE: {
        "zh": "须为“{name}”或空着:这次导入只能改这里的区域",
        "en": "must be {name} or empty: this import changes areas of it only",
    },
    ProblemCode.NOTHING_NAMED: {
        "zh": "没有写任何区域;请写小区、楼栋、单元或网格,或删去这一行",
        "en": "names no area; write an estate, building, unit or grid, or remove the row",
    },
    ProblemCode.GRID_NEEDS_BUILDING: {
        "zh": "须填写:网格覆盖楼栋,不覆盖整个小区",
        "en": "is needed: a grid covers buildings, not a whole estate",
    },
    ProblemCode.BOOK_WRONG: {
        "zh": "只写在社区的行上(该行不写小区及以下),且由区级导入",
        "en": "stands only on the row of a community itself, in a file of the district office",
    },
    ProblemCode.BOOK_FORM: {
        "zh": "须为账本代码:小写字母、数字和 -,最多 40 个",
        "en": "must be the code of a book: small letters, digits and -, at most 40",
    },
    ProblemCode.BOOK_TAKEN: {"zh": "“{book}”已属于另一个社区", "en": "{book} belongs to another community"},
    ProblemCode.NUMBER_FORM: {"zh": "须为小数,例如 31.4912", "en": "must be a decimal number such as 31.4912"},
    ProblemCode.PAIR_BROKEN: {"zh": "须填写:纬度和经度要一起写", "en": "is needed: latitude and longitude go together"},
    ProblemCode.DATUM_WRONG: {
        "zh": "须写明坐标系:gcj02(微信、高德、腾讯)或 wgs84(GPS)",
        "en": "must say the datum: gcj02 (WeChat, Amap, Tencent) or wgs84 (GPS)",
    },
    ProblemCode.OUT_OF_BOUNDS: {
        "zh": "不在境内;纬度(3–54)和经度(73–136)是否写反了?",
        "en": "is not on the mainland; are latitude (3 to 54) and longitude (73 to 136) swapped?",
    },
    ProblemCode.REPEATED: {
        "zh": "与第 {first} 行是同一个区域,请删去一行",
        "en": "is the same area as row {first}; remove one",
    },
    ProblemCode.CONFLICT: {
        "zh": "与第 {first} 行对同一区域的说法不同,请改成一致",
        "en": "says otherwise than row {first} of the same area; make them agree",
    },
    ProblemCode.HIDDEN_ROW: {
        "zh": "在表格中被隐藏,仍会导入",
        "en": "is hidden in the sheet, and is taken in all the same",
    },
}


def sentence(code: str, field: str, cell: str, detail: Mapping[str, object], lang: str) -> str:
    """Say what is wrong where: `C17 楼栋须填写…`."""
    said = SENTENCES[ProblemCode(code)][lang].format(**detail)
    label = LABELS[field][lang]
    place = f"{cell} " if cell else ""
    return f"{place}{label}{said}" if lang == "zh" else f"{place}{label} {said}"
