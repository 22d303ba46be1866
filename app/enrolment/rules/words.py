"""What is wrong with a row, in a sentence that says what would be right."""

from collections.abc import Mapping

from app.enrolment.terms import Field, ProblemCode

LABELS: Mapping[str, Mapping[str, str]] = {
    Field.NAME: {"zh": "姓名", "en": "name"},
    Field.PHONE: {"zh": "电话", "en": "phone"},
    Field.PLACE: {"zh": "楼栋/单元/室", "en": "building/unit/room"},
    Field.BUILDING: {"zh": "楼栋", "en": "building"},
    Field.UNIT: {"zh": "单元", "en": "unit"},
    Field.ROOM: {"zh": "室", "en": "room"},
    Field.PASSBOOK_NO: {"zh": "存折号", "en": "passbook number"},
    Field.POINTS: {"zh": "余额", "en": "balance"},
    Field.EXPIRES_ON: {"zh": "到期日", "en": "expiry day"},
    "": {"zh": "", "en": ""},
}
EXAMPLES: Mapping[str, str] = {
    Field.NAME: "李桂芳",
    Field.PHONE: "13812345678",
    Field.PLACE: "3-1-502",
    Field.BUILDING: "3栋",
    Field.UNIT: "1单元",
    Field.ROOM: "502",
    Field.PASSBOOK_NO: "MLH-0001",
    Field.POINTS: "45",
}
SENTENCES: Mapping[ProblemCode, Mapping[str, str]] = {
    ProblemCode.MISSING: {"zh": "不能为空", "en": "must not be empty"},
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
    ProblemCode.MERGED: {
        "zh": "属于合并的单元格;请取消合并,每一行分别填写",
        "en": "is part of a merged cell; unmerge it and write it in every row",
    },
    ProblemCode.MADE_A_DAY: {
        "zh": "被 Excel 变成了日期({found});请先把单元格格式设为“文本”,再重新输入,如 {example}",
        "en": "was turned into a date by Excel ({found}); set the cell's format to text first, then type it again, "
        "such as {example}",
    },
    ProblemCode.NAME_FORM: {"zh": "须是人名,不能只有数字或符号", "en": "must be a name, not only digits or signs"},
    ProblemCode.PHONE_FORM: {
        "zh": "须为 11 位手机号(如 13812345678)或带区号的座机(如 010-12345678)",
        "en": "must be a mobile number such as 13812345678 or a landline such as 010-12345678",
    },
    ProblemCode.PHONE_DIGITS_LOST: {
        "zh": "被 Excel 显示成科学计数,末尾数字已丢失;请把该列设为文本后重新导出",
        "en": "was cut to scientific notation by Excel; set the column to text and save the file again",
    },
    ProblemCode.POINTS_FORM: {"zh": "须为整数,如 45 或 1,200", "en": "must be a whole number such as 45 or 1,200"},
    ProblemCode.POINTS_FRACTION: {"zh": "须为整数,积分没有小数", "en": "must be whole: points have no fractions"},
    ProblemCode.POINTS_RANGE: {"zh": "须在 0 到 {points_max} 之间", "en": "must be from 0 to {points_max}"},
    ProblemCode.DAY_FORM: {
        "zh": "须为日期,年在前,如 2026-12-31 或 2026年12月31日",
        "en": "must be a date, the year first, such as 2026-12-31",
    },
    ProblemCode.DAY_UNCLEAR: {
        "zh": "看不出是 1 月还是 10 月(Excel 会去掉末尾的 0);请写成 {january} 或 {october}",
        "en": "may mean January or October (Excel drops the last zero); write {january} or {october}",
    },
    ProblemCode.DAY_PAST: {"zh": "已经过去,须不早于 {today}", "en": "has passed; it must not be before {today}"},
    ProblemCode.DAY_FAR: {"zh": "太远,须不晚于 {latest}", "en": "is too far away; it must not be after {latest}"},
    ProblemCode.PASSBOOK_FORM: {
        "zh": "须含数字或字母,最多 {length_max} 个字符",
        "en": "must hold digits or letters, at most {length_max} characters",
    },
    ProblemCode.PASSBOOK_REPEATED: {
        "zh": "与第 {other} 行相同;每本存折只能有一行",
        "en": "is that of row {other} as well; a passbook has one row",
    },
    ProblemCode.PASSBOOK_TAKEN: {
        "zh": "的余额已经转入过;请删去这一行",
        "en": "was taken over already; remove this row",
    },
    ProblemCode.PASSBOOK_NEAR: {
        "zh": "与第 {other} 行的存折号写法不同,但可能是同一本",
        "en": "is written otherwise in row {other}, but may be the same passbook",
    },
    ProblemCode.PASSBOOK_NEAR_ENROLLED: {
        "zh": "与已登记的存折 {other} 写法不同,但可能是同一本",
        "en": "is written otherwise than {other}, enrolled already, but may be the same passbook",
    },
    ProblemCode.PHONE_MISSING: {"zh": "没有填写", "en": "is not given"},
    ProblemCode.PLACE_MISSING: {
        "zh": "不完整,不会归入任何一户",
        "en": "is not complete; the resident joins no household",
    },
    ProblemCode.HIDDEN_ROW: {
        "zh": "这一行在表中是隐藏的,但会被导入;不需要时请删去",
        "en": "this row is hidden in the sheet and will be imported; delete it if it should not",
    },
    ProblemCode.PERSON_REPEATED: {
        "zh": "和电话与第 {other} 行相同,可能是同一个人",
        "en": "and phone are those of row {other}; it may be the same person",
    },
    ProblemCode.PERSON_ENROLLED: {
        "zh": "和电话与已登记的居民(存折 {other})相同",
        "en": "and phone are those of a resident enrolled already (passbook {other})",
    },
    ProblemCode.PERSON_BARE: {
        "zh": "与第 {other} 行相同,两行都没有电话和住处,无法区分;请补充其中一项",
        "en": "is that of row {other}, and neither has a phone or a home; add one, so that they can be told apart",
    },
    ProblemCode.PERSON_NEAR: {
        "zh": "与第 {other} 行的姓名、住处相同或只差一个字,且至少一行没有电话,可能是同一个人",
        "en": "and home are (nearly) those of row {other}, and one of the two has no phone; it may be the same person",
    },
    ProblemCode.PERSON_NEAR_ENROLLED: {
        "zh": "与已登记的居民(存折 {other})的姓名、住处相同或只差一个字,且至少一人没有电话,可能是同一个人",
        "en": "and home are (nearly) those of an enrolled resident (passbook {other}), and one of them has no phone; "
        "it may be the same person",
    },
    ProblemCode.PHONE_NEAR: {
        "zh": "与同一户同名的第 {other} 行只差一位数字",
        "en": "differs in one digit from row {other}, of the same name and home",
    },
    ProblemCode.PHONE_NEAR_ENROLLED: {
        "zh": "与同一户同名的已登记居民(存折 {other})只差一位数字",
        "en": "differs in one digit from that of an enrolled resident of the same name and home (passbook {other})",
    },
    ProblemCode.NAME_NEAR: {
        "zh": "与同一电话的第 {other} 行只差一个字",
        "en": "differs in one character from row {other}, of the same phone",
    },
    ProblemCode.NAME_NEAR_ENROLLED: {
        "zh": "与同一电话的已登记居民(存折 {other})只差一个字",
        "en": "differs in one character from that of an enrolled resident of the same phone (passbook {other})",
    },
}


def sentence(code: str, field: str, cell: str, detail: Mapping[str, object], lang: str) -> str:
    """Say what is wrong: where, and what would be right."""
    said = SENTENCES[ProblemCode(code)][lang].format(**{"example": EXAMPLES.get(field, ""), **detail})
    label = LABELS[field][lang]
    where = f"{label} {cell}".strip()
    gap = "" if lang == "zh" else " "
    return f"{where}{gap}{said}" if where else said
