"""Passbooks taken away as CSV, XLSX and PDF, read back by programs that are not ours."""

import csv
import tempfile
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pytest
from pypdf import PdfReader

from app.kernel.actor import Role
from app.points import errors
from app.points import service as points
from app.points.schemas import booklet, extracts, sheets
from app.points.terms import OwnerKind
from app.web import typeface
from tests.points.api import Api, refused
from tests.points.api import statements as watched
from tests.points.ledger import ANNA, SHOP
from tests.points.registered import register

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX, "pdf": "application/pdf"}


@pytest.fixture
def api(client, bearer, ledger):
    return Api(client, bearer, ledger.book.code)


def own(api, path, **more):
    return api.get(f"/passbook{path}", Role.RESIDENT, person_id=ANNA, **more)


def three_months(acts):
    """40 points from paper in June, 30 awarded in July, 12 spent in August."""
    points.take_over_passbooks(
        acts.uow,
        book=acts.book.code,
        budget_id=acts.ledger.budget_id,
        rows=[points.PaperPassbook("MLH-0123", ANNA, 40, date(2026, 9, 30))],
    )
    july = acts.on(date(2026, 7, 6))
    register(july, july.award(ANNA, 30, evidence="照片 7"), ANNA, "楼道保洁", performed_on=date(2026, 7, 6), minutes=90)
    august = acts.on(date(2026, 8, 2))
    points.name_owner(acts.uow, acts.ledger.id, owner_id=SHOP, kind=OwnerKind.SHOP, name="忠义粮油店")
    august.redeem(ANNA, 12)
    return august


def in_september(api):
    return replace(api, at="2026-09-01T09:30:00+08:00")


def rows_of(answer):
    assert answer.status_code == 200, answer.text
    text = answer.data.decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline="")))


# --- all of them


@pytest.mark.parametrize("ending", TYPES)
def test_a_file_is_kept_under_a_name_with_its_type(api, acts, ending):
    three_months(acts)
    answer = own(api, f"/export.{ending}")
    account = acts.ledger.passbook(ANNA)
    assert answer.content_type == TYPES[ending]
    assert answer.data
    assert answer.headers["Content-Disposition"] == f'attachment; filename="passbook-{account}.{ending}"'
    part = own(api, f"/export.{ending}?from=2026-07&to=2026-08")
    assert part.data != answer.data
    assert part.headers["Content-Disposition"].endswith(f'passbook-{account}-2026-07-2026-08.{ending}"')


@pytest.mark.parametrize("ending", TYPES)
def test_a_file_is_documented_by_its_type(client, ending):
    paths = client.get("/openapi.json").json["paths"]
    for who in ("passbook", "passbooks/{owner_id}"):
        operation = paths[f"/v1/books/{{book}}/{who}/export.{ending}"]["get"]
        assert list(operation["responses"]["200"]["content"]) == [TYPES[ending]]
        assert {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"} == {
            "from",
            "to",
        }


@pytest.mark.parametrize("ending", TYPES)
@pytest.mark.parametrize("query", ["from=2026-13", "to=2026-6", "from=x&to=2026-06", "to="])
def test_a_period_is_made_of_months(api, ending, query):
    assert refused(own(api, f"/export.{ending}?{query}"))[:2] == (422, "web.invalid")


@pytest.mark.parametrize("ending", TYPES)
def test_a_period_does_not_end_before_it_begins(api, ending):
    answer = own(api, f"/export.{ending}?from=2026-07&to=2026-06")
    assert refused(answer) == (422, errors.MonthsReversed.code, ["to"])


@pytest.mark.parametrize("ending", TYPES)
def test_a_passbook_that_never_moved_makes_a_file_too(api, ending):
    assert own(api, f"/export.{ending}").status_code == 200


@pytest.mark.parametrize("ending", TYPES)
@pytest.mark.parametrize("role", [Role.AUDITOR, Role.TREASURER])
def test_auditors_take_the_passbooks_of_others_away(api, acts, ending, role):
    three_months(acts)
    theirs = api.get(f"/passbooks/{ANNA}/export.{ending}", role)
    assert (theirs.status_code, theirs.content_type) == (200, TYPES[ending])


# --- CSV


def test_csv_is_what_excel_reads(api, acts):
    three_months(acts)
    answer = own(in_september(api), "/export.csv")
    assert answer.data.endswith(b"\r\n")
    opening, award, spent = rows_of(answer)
    assert opening["摘要"] == "纸质存折转入(原折号 MLH-0123)"
    assert award | {"交易号": ""} == {
        "序号": "2",
        "日期": "2026-07-06 12:00:00",
        "摘要": "周一楼道保洁 90 分钟",
        "种类": "志愿服务奖励",
        "存入": "30",
        "支出": "",
        "余额": "70",
        "凭证": "照片 7",
        "交易号": "",
    }
    assert (spent["存入"], spent["支出"], spent["余额"]) == ("", "12", "58")
    english = rows_of(own(in_september(api), "/export.csv", lang="en"))
    assert [row["Particulars"] for row in english][1:] == [
        "Monday 楼道保洁, 90 minutes",
        "Spent at a shop · 忠义粮油店",
    ]


@pytest.mark.parametrize(
    ("query", "versions"),
    [
        ("", ["1", "2", "3"]),
        ("?from=2026-07", ["2", "3"]),
        ("?to=2026-07", ["1", "2"]),
        ("?from=2026-07&to=2026-07", ["2"]),
        ("?from=2026-09", []),
        ("?to=2026-05", []),
        ("?from=2000-01&to=2199-12", ["1", "2", "3"]),
    ],
)
def test_a_period_holds_its_months_and_no_other(api, acts, query, versions):
    three_months(acts)
    assert [row["序号"] for row in rows_of(own(in_september(api), f"/export.csv{query}"))] == versions


@pytest.mark.parametrize("count", [3, 6, 7])
def test_csv_is_read_in_steps(api, acts, monkeypatch, count):
    monkeypatch.setattr(points.extracts, "EXPORT_STEP_ENTRIES", 3)
    for amount in range(1, count + 1):
        acts.award(ANNA, amount)
    with watched() as run:
        rows = rows_of(own(api, "/export.csv"))
    assert [int(row["存入"]) for row in rows] == list(range(1, count + 1))
    # the book, four for the balance, the lots and what is owed, the head; then entries and awards, step by step
    assert len(run) == 6 + 2 * -(-count // 3)


DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "＝1", "＠x", '=HYPERLINK("http://x","y")']


@pytest.mark.parametrize("text", [*DANGEROUS, "\rx", "\tx"])
def test_what_a_spreadsheet_would_calculate_is_escaped(text):
    assert sheets.escape(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "1-2", "照片", "'=1", "a\tb"])
def test_what_it_would_not_calculate_stays_as_it_is(text):
    assert sheets.escape(text) == text


def test_no_cell_of_a_file_is_a_formula(api, acts):
    for number, text in enumerate(DANGEROUS):
        register(acts, acts.award(ANNA, number + 1, evidence=text), ANNA, "楼道保洁")
    assert [row["凭证"] for row in rows_of(own(api, "/export.csv"))] == [f"'{text}" for text in DANGEROUS]
    book = openpyxl.load_workbook(BytesIO(own(api, "/export.xlsx").data))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    assert [row[7].value for row in book.worksheets[0].iter_rows(min_row=2)] == [f"'{text}" for text in DANGEROUS]


# --- XLSX


def test_a_workbook_has_real_dates_and_numbers_and_its_head_stays(api, acts):
    three_months(acts)
    answer = own(in_september(api), "/export.xlsx?from=2026-07")
    entries, overview = openpyxl.load_workbook(BytesIO(answer.data)).worksheets
    assert (entries.title, entries.freeze_panes) == ("明细", "A2")
    assert [cell.value for cell in entries[1]] == [
        "序号",
        "日期",
        "摘要",
        "种类",
        "存入",
        "支出",
        "余额",
        "凭证",
        "交易号",
    ]
    assert [cell.value for cell in entries[2]][:8] == [
        2,
        local(2026, 7, 6, 12),
        "周一楼道保洁 90 分钟",
        "志愿服务奖励",
        30,
        None,
        70,
        "照片 7",
    ]
    assert entries["B2"].is_date
    assert (entries["F3"].value, entries["G3"].value, entries.max_row) == (12, 58, 3)
    said = {row[0].value: row[1].value for row in overview.iter_rows() if row[0].value}
    assert said["期间"] == "2026-07 至 2026年9月1日"
    assert (said["期初余额"], said["存入合计"], said["支出合计"], said["期末余额"]) == (40, 30, 12, 58)
    assert said[local(2026, 9, 30)] == 28
    assert own(in_september(api), "/export").json["head"] in said.values()


def test_a_workbook_takes_what_xml_does_not(api, acts):
    acts.award(ANNA, 1, evidence="a\x01b\x0bc")
    book = openpyxl.load_workbook(BytesIO(own(api, "/export.xlsx").data))
    assert book.worksheets[0]["H2"].value == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"


def local(*parts):
    """A time as a cell holds it: by the district's clocks, without a zone."""
    return datetime(*parts)  # noqa: DTZ001 - spreadsheets know no zones


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_no_temporary_file_is_left_behind(api, acts, monkeypatch, tmp_path, app):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    three_months(acts)
    assert own(api, "/export.xlsx").status_code == 200
    assert files_in(tmp_path) == []
    seen = []

    def fail(*_):
        seen.extend(files_in(tmp_path))
        raise ZeroDivisionError

    monkeypatch.setattr(sheets, "_overview", fail)
    assert refused(own(api, "/export.xlsx"))[:2] == (500, "web.unexpected")
    assert seen  # it had written one by then
    assert files_in(tmp_path) == []


# --- limits


def many(acts):
    """Three entries in each of June, July and August."""
    for month in (6, 7, 8):
        at = acts.on(date(2026, month, 20))
        for amount in (1, 2, 3):
            at.award(ANNA, amount)


@pytest.mark.parametrize("ending", ["xlsx", "pdf"])
def test_a_file_that_would_be_too_long_names_a_period_that_is_not(api, acts, monkeypatch, ending):
    many(acts)
    name = f"{ending.upper()}_ENTRIES_MAX"
    assert getattr(extracts, name) == {"xlsx": 10_000, "pdf": 2_000}[ending]
    monkeypatch.setattr("app.points.routes.statements." + name, 7)
    answer = own(in_september(api), f"/export.{ending}", lang="en")
    assert refused(answer) == (422, errors.ExportTooLong.code, ["from"])
    assert "9 entries and one such file holds at most 7" in answer.json["detail"]
    assert "from=2026-07&to=2026-08" in answer.json["detail"]
    assert own(in_september(api), f"/export.{ending}?from=2026-07&to=2026-08").status_code == 200
    assert own(in_september(api), f"/export.{ending}?to=2026-07").status_code == 200
    assert own(in_september(api), "/export.csv").status_code == 200


@pytest.mark.parametrize("ending", ["xlsx", "pdf"])
def test_a_month_that_is_too_long_by_itself_is_said_to_be(api, acts, monkeypatch, ending):
    many(acts)
    monkeypatch.setattr(f"app.points.routes.statements.{ending.upper()}_ENTRIES_MAX", 2)
    answer = own(in_september(api), f"/export.{ending}?to=2026-07")
    assert refused(answer) == (422, errors.ExportMonthTooLong.code, ["from"])
    assert "2026-07" in answer.json["detail"]


# --- PDF


def pdf(answer) -> PdfReader:
    assert answer.status_code == 200, answer.text
    return PdfReader(BytesIO(answer.data))


def text_of(reader: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


def test_a_printed_passbook_is_read_back_in_chinese(api, acts):
    august = three_months(acts)
    august.hold(ANNA, 5, seconds=7 * 24 * 3600)
    late = replace(api, at="2026-08-03T09:30:00+08:00")
    text = text_of(pdf(own(late, "/export.pdf")))
    for words in (
        "积分存折",
        "日期",
        "摘要",
        "存入",
        "支出",
        "余额",
        "纸质存折转入(原折号 MLH-0123)",
        "周一楼道保洁 90 分钟",
        "商户消费 · 忠义粮油店",
        "2026-07-06",
        "2026年9月30日",
        "2026-08-03 09:30",
        "第 1 页,共 1 页",
        "53",  # what can be spent now
        ANNA.hex[-4:].upper(),
    ):
        assert words in text, words
    head = own(late, "/export").json["head"]
    assert head in text.replace(" ", "")
    assert "--since-version 3" in text


def test_a_printed_passbook_is_read_back_in_english(api, acts):
    three_months(acts)
    text = text_of(pdf(own(in_september(api), "/export.pdf?from=2026-07&to=2026-07", lang="en")))
    for words in ("Points passbook", "Particulars", "Balance before", "Monday 楼道保洁, 90 minutes", "Page 1 of 1"):
        assert words in text, words
    assert "2026-07 to 2026-07" in text
    assert "忠义粮油店" not in text


def test_every_font_of_a_printed_passbook_is_embedded(api, acts):
    three_months(acts)
    fonts = [
        font.get_object()
        for page in pdf(own(api, "/export.pdf")).pages
        for font in page["/Resources"]["/Font"].values()
    ]
    assert fonts
    for font in fonts:
        assert "/FontFile2" in font["/FontDescriptor"].get_object()


def test_a_long_passbook_brings_the_balance_forward_from_page_to_page(api, acts):
    for amount in range(1, 71):
        acts.award(ANNA, amount)
    pages = [page.extract_text() for page in pdf(own(api, "/export.pdf")).pages]
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert f"第 {number} 页,共 {len(pages)} 页" in page
    lines = pages[1].splitlines()
    at = next(number for number, line in enumerate(lines) if "承前页" in line)
    carried, first = (int(value.replace(",", "")) for value in (lines[at + 1], lines[at + 5]))
    awarded = int(lines[at + 4])
    assert carried + awarded == first, lines[at : at + 6]


def test_nothing_is_printed_over_the_foot_of_a_page(api, acts):
    for count in range(1, 80):
        blocks = [booklet.layout.Block(22.0, lambda *_: None, carried=0)] * count
        tail = [booklet.layout.Block(height, lambda *_: None) for height in (42.0, 14.0, 150.0, 14.0, 110.0)]
        for number, page in enumerate(booklet.layout.paginate([*blocks, *tail])):
            head = 46.0 if number == 0 or page[0].carried is not None else 0.0
            used = head + sum(block.height for block in page)
            assert booklet.layout.top_of(number) - used >= booklet.layout.FOOT_HEIGHT


def test_the_same_passbook_prints_the_same_bytes(api, acts):
    three_months(acts)
    assert own(api, "/export.pdf").data == own(api, "/export.pdf").data


def test_long_words_and_odd_characters_stay_in_their_column(api, acts):
    title = "a" * 100 + "\x07\u202e楼道" * 20
    register(acts, acts.award(ANNA, 5), ANNA, title)
    room = booklet.layout.COLUMNS[1] - booklet.layout.COLUMNS[0]
    text = text_of(pdf(own(api, "/export.pdf")))
    assert "\u202e" not in text
    lines = typeface.wrap(booklet.table.plain(title), room, 10.5)
    assert len(lines) > 3
    assert all(typeface.width_of(line, 10.5) <= room for line in lines)
    assert "".join(lines).replace(" ", "") == title.replace("\x07", "").replace("\u202e", "")
