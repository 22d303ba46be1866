"""Files as offices send them, and as attackers do."""

import io
import time
import tracemalloc
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook

from app.enrolment import errors
from app.enrolment.rules.headers import field_of, find_columns
from app.enrolment.rules.tables import media_type_of, open_tables
from app.enrolment.terms import CSV, SHEET_LINES, Field
from app.kernel.sheets import errors as sheets
from app.kernel.sheets.csv_files import encoding_of
from app.kernel.sheets.rows import letters
from app.kernel.sheets.xlsx_files import read_sheets
from tests.enrolment.desk import HEADER, LI, WANG, as_csv, as_xlsx

LIST = [HEADER, LI, WANG]
ENTITIES = '<!DOCTYPE x [<!ENTITY a "lol">]>'


def table(content):
    """The rows of a file; `cells` are those that hold something."""
    tables = open_tables(content, media_type_of(content, CSV))
    return [Found(row, tables.layouts[row.line // SHEET_LINES]) for row in tables.pick()]


class Found:
    def __init__(self, row, layout):
        self.line, self.hidden, self.sheet = row.line % SHEET_LINES, row.hidden, layout.name
        self.cells = {name: cell for name, cell in zip(layout.columns, row.values, strict=True) if cell}


def names(content):
    return [row.cells[Field.NAME] for row in table(content)]


# --- headers


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("姓名", Field.NAME),
        (" 姓 名 ", Field.NAME),
        ("姓名(必填)", Field.NAME),
        ("Name", Field.NAME),
        ("联系电话", Field.PHONE),
        ("手机号码:", Field.PHONE),
        ("Phone No.", Field.PHONE),
        ("楼栋/单元/室", Field.PLACE),
        ("楼栋", Field.BUILDING),
        ("单元", Field.UNIT),
        ("室", Field.ROOM),
        ("存折号", Field.PASSBOOK_NO),
        ("Passbook No.", Field.PASSBOOK_NO),
        ("passbook_number", Field.PASSBOOK_NO),
        ("余额(分)", Field.POINTS),
        ("ＢＡＬＡＮＣＥ", Field.POINTS),
        ("有效期至", Field.EXPIRES_ON),
        ("Valid until", Field.EXPIRES_ON),
        ("备注", None),
        ("", None),
        ("姓名" * 40, None),
    ],
)
def test_headers_are_recognised_in_small_variations(header, field):
    assert field_of(header) is field


def test_two_columns_of_one_meaning_are_refused():
    with pytest.raises(errors.HeaderRepeated) as refused:
        find_columns({0: "姓名", 3: "Name", 4: "余额"})
    assert refused.value.params["cells"] == "A, D"


def test_columns_are_named_as_a_spreadsheet_does():
    assert [letters(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_titles_above_other_orders_and_foreign_columns_do_not_matter():
    titles = [["美丽华都积分存折"], [], ["制表:社区", "", "2026年"]]
    content = as_csv(*titles, ["余额", "备注", "到期日", "存折号", "姓名"], [45, "x", "2026-12-31", "A1", "李"])
    (row,) = table(content)
    assert row.line == 5
    assert row.cells == {Field.POINTS: "45", Field.EXPIRES_ON: "2026-12-31", Field.PASSBOOK_NO: "A1", Field.NAME: "李"}


def test_a_list_without_its_columns_or_rows_is_refused():
    with pytest.raises(errors.HeaderMissing) as refused:
        table(as_csv(["姓名", "余额"], ["李", 4]))
    assert refused.value.params["columns"] == "passbook_no, expires_on"
    with pytest.raises(errors.HeaderMissing):
        table(as_csv(*[["x"]] * 40, HEADER, LI))
    with pytest.raises(errors.RowsMissing):
        table(as_csv(HEADER, [], ["", " ", ""]))


def test_lines_of_totals_and_blank_lines_are_no_residents():
    assert names(as_csv(*LIST, [], ["合计", "", "", "", "", "", 1245, ""])) == ["李桂芳", "王建国"]


# --- CSV


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_of_every_encoding_and_delimiter(encoding, delimiter):
    assert names(as_csv(*LIST, encoding=encoding, delimiter=delimiter)) == ["李桂芳", "王建国"]


def test_bytes_of_no_encoding_are_refused():
    with pytest.raises(sheets.EncodingUnknown):
        encoding_of(b"\xef\xbb\xbf\xff\xff")
    with pytest.raises(sheets.EncodingUnknown):
        encoding_of(b"\xff\x00\x81\x01\xff\xff\xff" * 3)


def test_the_order_of_questions_finds_utf_8_that_is_also_gbk():
    assert encoding_of("姓名".encode()) == "utf-8"
    assert encoding_of("姓名".encode("gbk")) == "gb18030"


@pytest.mark.parametrize("row", ["," * 300, "x" * 40_000, '"' + "x" * 40_000, "," * 10_000_000])
def test_rows_too_wide_for_a_list_are_refused_in_little_memory(row):
    content = as_csv(*LIST) + row.encode()
    tracemalloc.start()
    try:
        with pytest.raises(sheets.ColumnsTooMany) as refused:
            table(content)
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()
    assert refused.value.params["line"] in {4, 5}


def test_a_quoted_line_break_stays_within_its_cell():
    assert len(table(as_csv(HEADER, ["李\n桂芳", *LI[1:]], WANG))) == 2


def test_more_rows_than_a_file_may_have_are_refused(monkeypatch):
    monkeypatch.setattr("app.enrolment.rules.tables.ROWS_MAX", 1)
    with pytest.raises(errors.RowsTooMany):
        table(as_csv(*LIST))


# --- workbooks


def test_a_workbook_gives_the_same_rows_as_a_csv():
    assert names(as_xlsx(*LIST)) == names(as_csv(*LIST))


def test_numbers_days_and_formulas_keep_what_they_are():
    row = ["李", 13812345678, "3", "2", "501", 17, "=1+1", date(2026, 12, 31)]
    (found,) = table(as_xlsx(HEADER, row))
    assert found.cells[Field.PHONE] == ["n", "13812345678"]
    assert found.cells[Field.PASSBOOK_NO] == ["n", "17"]
    assert found.cells[Field.POINTS] == ["f", ""]
    assert found.cells[Field.EXPIRES_ON] == ["d", "2026-12-31"]


def test_a_home_merged_over_rows_fills_down_and_a_balance_does_not():
    def merge(sheet):
        sheet.merge_cells("C2:C3")
        sheet.merge_cells("G2:G3")

    _, second, third = table(
        as_xlsx(HEADER, LI, [*WANG[:2], None, "2", "502", "A2", None, "2027-01-01"], WANG, change=merge)
    )
    assert second.cells[Field.BUILDING] == "3"
    assert second.cells[Field.POINTS] == ["m", ""]
    assert third.cells[Field.BUILDING] == "3"


def test_hidden_rows_are_told():
    def hide(sheet):
        sheet.row_dimensions[3].hidden = True

    assert [row.hidden for row in table(as_xlsx(*LIST, change=hide))] == [False, True]


def test_the_first_sheet_that_is_seen_is_read():
    book = Workbook()
    book.active.append(["x"])
    book.active.sheet_state = "hidden"
    for row in LIST:
        sheet = book["list"] if "list" in book.sheetnames else book.create_sheet("list")
        sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    assert names(made.getvalue()) == ["李桂芳", "王建国"]


def test_shared_strings_and_rich_text_are_read_and_what_is_read_aloud_is_not():
    strings = '<sst xmlns="x"><si><r><t>李桂</t></r><r><t>芳</t></r><rPh><t>li</t></rPh></si></sst>'
    sheet = '<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c>'
    sheet += "".join(f'<c t="str"><v>{name}</v></c>' for name in ("存折号", "余额", "到期日")) + "</row>"
    sheet += '<row><c r="A2" t="s"><v>0</v></c><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c></row>'
    (found,) = table(workbook(sheet, {"xl/sharedStrings.xml": strings}))
    assert found.line == 2
    assert found.cells == {Field.NAME: "李桂芳", Field.PASSBOOK_NO: "1", Field.POINTS: ["e", "#N/A"]}


# --- hostile workbooks


def workbook(rows, parts=None, *, compression=zipfile.ZIP_DEFLATED, prefix=""):
    """A workbook of one sheet, its XML written by hand."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        archive.writestr("xl/workbook.xml", '<workbook><sheets><sheet name="a" r:id="r1"/></sheets></workbook>')
        archive.writestr("xl/_rels/workbook.xml.rels", '<R><Relationship Id="r1" Target="worksheets/s.xml"/></R>')
        archive.writestr("xl/worksheets/s.xml", f"{prefix}<worksheet><sheetData>{rows}</sheetData></worksheet>")
        for name, text in (parts or {}).items():
            archive.writestr(name, text)
    return made.getvalue()


HEAD = '<row r="1">' + "".join(f'<c t="str"><v>{name}</v></c>' for name in HEADER) + "</row>"


def refusal_of(content):
    started = time.monotonic()
    tracemalloc.start()
    try:
        with pytest.raises(sheets.FileRefused) as refused:
            table(content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 80_000_000
    assert time.monotonic() - started < 30
    return refused.type


def test_old_and_locked_workbooks():
    old = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600
    with pytest.raises(sheets.FileOldOrLocked):
        list(read_sheets(old))
    content = bytearray(workbook(HEAD))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = -1
        while (start := content.find(magic, start + 1)) >= 0:
            content[start + offset] |= 1
    assert refusal_of(bytes(content)) is sheets.FileOldOrLocked


def test_what_is_no_workbook():
    for content in (b"PK\x03\x04 nothing", as_xlsx(*LIST)[:-100], b"PK", workbook(HEAD)[:200] + b"x" * 100):
        with pytest.raises(sheets.FileUnreadable):
            list(next(read_sheets(content)).rows)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert refusal_of(made.getvalue()) is sheets.FileUnreadable


def test_a_sheet_that_breaks_off_in_its_middle():
    assert refusal_of(workbook(HEAD + "<row><c></row>")) is sheets.FileUnreadable


def test_a_bomb_is_refused_before_it_is_unpacked():
    assert refusal_of(workbook(HEAD + " " * 100_000_000)) is sheets.FileBomb
    assert refusal_of(workbook(HEAD, {"xl/media/x.bin": "0" * 300_000_000})) is sheets.FileBomb
    assert refusal_of(workbook(HEAD, {f"x{n}": "" for n in range(1100)})) is sheets.FileBomb


def test_shared_strings_have_a_size(monkeypatch):
    monkeypatch.setattr("app.kernel.sheets.xlsx_guard.STRINGS_MAX", 1000)
    assert refusal_of(workbook(HEAD, {"xl/sharedStrings.xml": "<sst>" + "x" * 2000 + "</sst>"})) is sheets.FileBomb
    monkeypatch.setattr("app.kernel.sheets.xlsx_parts.STRINGS_COUNT_MAX", 10)
    assert refusal_of(workbook(HEAD, {"xl/sharedStrings.xml": "<sst>" + "<si/>" * 20 + "</sst>"})) is sheets.FileBomb


def test_a_directory_that_lies_about_sizes_gains_nothing():
    content = bytearray(workbook(HEAD + "<row/>" * 50_000))
    start = content.find(b"PK\x01\x02", content.find(b"PK\x01\x02", content.find(b"PK\x01\x02") + 1) + 1)
    content[start + 24 : start + 28] = (50).to_bytes(4, "little")
    assert refusal_of(bytes(content)) is sheets.FileUnreadable


def test_entities_are_refused_in_every_part():
    assert refusal_of(workbook(HEAD, prefix=ENTITIES)) is sheets.FileEntities
    for part in ("xl/sharedStrings.xml", "xl/styles.xml"):
        assert refusal_of(workbook(HEAD, {part: ENTITIES + "<x>&a;</x>"})) is sheets.FileEntities


def test_absurd_depth_width_and_numbers():
    assert refusal_of(workbook(HEAD + "<a>" * 5000)) is sheets.FileBomb
    assert (
        refusal_of(workbook(HEAD + "<row>" + "<c/>" * 1_000_000 + "</row>", compression=zipfile.ZIP_STORED))
        is sheets.ColumnsTooMany
    )
    assert refusal_of(workbook(HEAD + '<row><c r="XFE2" t="str"><v>x</v></c></row>')) is sheets.ColumnsTooMany
    assert refusal_of(workbook(HEAD + '<row><c r="ZZ2" t="str"><v>x</v></c></row>')) is sheets.ColumnsTooMany
    assert refusal_of(workbook(HEAD + '<row r="2000000000"/>')) is sheets.FileUnreadable
    assert refusal_of(workbook(HEAD + '<row r="1"/>')) is sheets.FileUnreadable
    assert refusal_of(workbook(HEAD + f'<row><c t="str"><v>{"x" * 40_000}</v></c></row>')) is sheets.ColumnsTooMany
    assert refusal_of(workbook(HEAD + '<row><c t="s"><v>7</v></c></row>')) is sheets.FileUnreadable


def test_a_dimension_that_lies_costs_nothing():
    rows = HEAD + '<row r="1048576"><c t="str"><v>李</v></c></row>'
    content = workbook(rows).replace(b"x", b"x")
    (found,) = table(workbook("</sheetData><dimension ref='A1:XFD1048576'/><sheetData>" + rows))
    assert found.line == 1_048_576
    assert len(table(content)) == 1
