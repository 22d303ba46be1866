"""A statement as a workbook and printed, with what is kept back. The same one gives the same bytes, and no formula."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.styles import Font
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from app.kernel.periods import DISTRICT
from app.merchants.models import SettlementLine
from app.merchants.queries.line_names import LineName
from app.merchants.rules.bank_files import FEN_PER_YUAN, yuan
from app.merchants.schemas import words
from app.merchants.service.statement_files import WholeStatement
from app.web import problems
from app.web.typeface import face
from app.web.uploads import Download

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
MARGIN, TOP, ROW, NAME_ROW, FOOT = 40.0, 800.0, 15.0, 9.0, 60.0
EDGES = (40.0, 150.0, 330.0, 400.0, 475.0, 555.0)  # where columns begin (texts) or end (numbers)
SIZE, SMALL = 9, 7

WORDS = {
    "title": ("商户结算单", "Statement of settlement"),
    "community": ("社区", "Community"),
    "shop": ("商户", "Shop"),
    "number": ("结算单号", "Statement"),
    "through": ("截至", "Through"),
    "stated": ("出单时间", "Stated"),
    "fen": ("本期应付(元)", "Earned, yuan"),
    "released_fen": ("前期暂扣转出(元)", "Released of earlier ones, yuan"),
    "reserve_fen": ("本期留存(元)", "Kept in reserve, yuan"),
    "disputed_fen": ("按笔暂扣(元)", "Kept back line by line, yuan"),
    "payable_fen": ("实付(元)", "Payable, yuan"),
    "payable_on": ("付款日", "Payable on"),
    "bank_reference": ("银行流水号", "Bank reference"),
    "digest": ("校验值", "Digest"),
    "recorded": ("时间", "Recorded"),
    "kind": ("种类", "Kind"),
    "points": ("积分", "Points"),
    "line_fen": ("应付(元)", "Owed, yuan"),
    "discount": ("让利(元)", "Discount, yuan"),
    "borne": ("商户自担(元)", "Borne by shop, yuan"),
    "transaction": ("交易号", "Transaction"),
    "out_trade_no": ("商户单号", "Shop's number"),
    "out_refund_no": ("商户退款单号", "Shop's refund number"),
    "gift": ("礼品", "Gift"),
    "redemption": ("兑换", "Redemption"),
    "refund": ("退款", "Refund"),
    "reversal": ("冲正", "Reversal"),
    "adjustment": ("调整", "Adjustment"),
    "held": ("暂扣明细", "Lines kept back"),
    "opened": ("暂扣时间", "Kept back at"),
    "held_fen": ("金额(元)", "Amount, yuan"),
    "why": ("原因", "Why"),
    "stands": ("现状", "State"),
    "kept": ("本期暂扣", "Of this statement"),
    "paid_now": ("前期暂扣,本期转出", "Of earlier ones, paid now"),
    **words.CAUSES,
    **words.STATES,
}
NAMES = ("out_trade_no", "out_refund_no", "gift", "transaction")
PRINTED = ("recorded", "kind", "points", "line_fen", "discount", "borne")
COLUMNS = (*PRINTED, *NAMES)
HELD = ("opened", "held", "held_fen", "why", "stands", *NAMES)
HELD_WIDTHS = (20, 24, 14, 30, 14, 24, 24, 24, 40)
WIDTHS = (20, 14, 10, 14, 14, 16, 24, 24, 24, 40)


def make_xlsx(statement: WholeStatement) -> Download:
    """Make a workbook: the lines, and an overview."""
    say = _words(problems.language())
    book = Workbook()
    lines = book.worksheets[0]
    lines.title = say("title")
    lines.append([say(name) for name in COLUMNS])
    for cell in lines[1]:
        cell.font = Font(bold=True)
    lines.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHIJ", WIDTHS, strict=True):
        lines.column_dimensions[letter].width = width
    for each in statement.lines:
        lines.append([*_cells(each.line, say), *_safe_cells(_names(each.name, each.line.transaction_id))])
    overview = book.create_sheet(say("number"))
    overview.column_dimensions["A"].width, overview.column_dimensions["B"].width = 30, 70
    for name, value in _overview(statement):
        overview.append([say(name), _safe(value)])
    held = book.create_sheet(say("held"))
    held.append([say(name) for name in HELD])
    for letter, width in zip("ABCDEFGHI", HELD_WIDTHS, strict=True):
        held.column_dimensions[letter].width = width
    for cells, names in _held(statement, say):
        held.append([*cells, *_safe_cells(names)])
    made = BytesIO()
    book.save(made)
    return Download(_settled(made.getvalue(), statement), f"settlement-{statement.settlement.id}.xlsx")


def make_pdf(statement: WholeStatement) -> Download:
    """Print it."""
    say = _words(problems.language())
    made = BytesIO()
    canvas = Canvas(made, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle(f"{say('title')} {statement.settlement.id}")
    canvas.setAuthor("Linli")
    at = _print_head(canvas, statement, say)
    for each in statement.lines:
        if at < FOOT:
            canvas.showPage()
            at = _print_titles(canvas, TOP, say)
        _print_row(canvas, at, [_shown(cell) for cell in _cells(each.line, say)], SMALL)
        at = _print_names(canvas, at, _names(each.name, each.line.transaction_id), say) - ROW
    _print_held(canvas, at - ROW, statement, say)
    canvas.showPage()
    canvas.save()
    return Download(made.getvalue(), f"settlement-{statement.settlement.id}.pdf")


Say = Callable[[str], str]


def _words(lang: str) -> Say:
    def say(name: str) -> str:
        return WORDS[name][0 if lang == "zh" else 1] if name in WORDS else name

    return say


def _overview(statement: WholeStatement) -> list[tuple[str, str]]:
    settlement = statement.settlement
    amounts = ("fen", "released_fen", "reserve_fen", "disputed_fen", "payable_fen")
    return [
        ("community", statement.community),
        ("shop", statement.shop),
        ("number", str(settlement.id)),
        ("through", settlement.through.isoformat()),
        ("stated", _clock(settlement.stated_at)),
        *((name, yuan(getattr(settlement, name))) for name in amounts),
        ("payable_on", settlement.payable_on.isoformat()),
        ("bank_reference", settlement.bank_reference or "-"),
        ("digest", (settlement.digest or b"").hex() or "-"),
    ]


def _cells(line: SettlementLine, say: Say) -> list[Any]:
    money = (line.fen, line.discount_fen, line.borne_by_shop_fen)
    in_yuan = (None if fen is None else fen / FEN_PER_YUAN for fen in money)
    return [_clock(line.recorded_at), say(line.code), line.points, *in_yuan]


def _names(name: LineName, transaction_id: UUID) -> list[str]:
    """What a line is called: empty texts where it has no such number."""
    return [*(each or "" for each in name), str(transaction_id)]


def _held(statement: WholeStatement, say: Say) -> list[tuple[list[Any], list[str]]]:
    """What is kept back of it, and what it pays that was kept back before: since when, how much, why, how it stands."""
    return [
        (
            [
                _clock(each.doubt.opened_at),
                say(which),
                each.doubt.fen / FEN_PER_YUAN,
                say(each.doubt.cause),
                say(each.doubt.state),
            ],
            _names(each.name, each.doubt.transaction_id),
        )
        for which, several in (("kept", statement.kept), ("paid_now", statement.released))
        for each in several
    ]


def _shown(cell: Any) -> str:
    return "" if cell is None else f"{cell:.2f}" if isinstance(cell, float) else str(cell)


def _clock(instant: datetime) -> str:
    return f"{instant.astimezone(DISTRICT):%Y-%m-%d %H:%M:%S}"


def _safe(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet would calculate it."""
    text = UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    return f"'{text}" if FORMULA.match(text) and text != "-" else text


def _safe_cells(texts: Sequence[str]) -> list[str | None]:
    return [_safe(text) or None for text in texts]


def _settled(content: bytes, statement: WholeStatement) -> bytes:
    """The workbook without the hour it was made at, in its parts and in its own properties."""
    stamp = f"{statement.settlement.stated_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    made = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(made, "w", ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            part = source.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(W3CDTF\">)[^<]*", rb"\g<1>" + stamp.encode(), part)
            info = ZipInfo(name, ZIP_DATE)
            info.compress_type = ZIP_DEFLATED
            target.writestr(info, part)
    return made.getvalue()


def _print_head(canvas: Canvas, statement: WholeStatement, say: Say) -> float:
    canvas.setFont(face(), 16)
    canvas.drawString(MARGIN, TOP, say("title"))
    at = TOP - 2 * ROW
    for name, value in _overview(statement):
        canvas.setFont(face(), SIZE)
        canvas.drawString(MARGIN, at, say(name))
        canvas.drawString(EDGES[1] + 40, at, UNPRINTABLE.sub(" ", value))
        at -= ROW
    return _print_titles(canvas, at - ROW, say)


def _print_held(canvas: Canvas, at: float, statement: WholeStatement, say: Say) -> None:
    rows = _held(statement, say)
    if rows:
        canvas.setFont(face(), SMALL)
        canvas.drawString(MARGIN, at, say("held"))
    for cells, names in rows:
        at -= ROW
        if at < FOOT:
            canvas.showPage()
            at = TOP
        canvas.setFont(face(), SMALL)
        canvas.drawString(MARGIN, at, "   ".join(_shown(cell) for cell in cells))
        at = _print_names(canvas, at, names, say)


def _print_names(canvas: Canvas, at: float, names: Sequence[str], say: Say) -> float:
    """Below a row what it is called, as many to a line as fit; answers where the last of these lines stands."""
    canvas.setFont(face(), SMALL)
    text = ""
    for name, value in zip(NAMES, names, strict=True):
        part = f"{say(name)} {UNPRINTABLE.sub(' ', value)}" if value else ""
        joined = f"{text}   {part}" if text and part else text or part
        if text and stringWidth(joined, face(), SMALL) > EDGES[-1] - MARGIN:
            at -= NAME_ROW
            canvas.drawString(MARGIN, at, text)
            joined = part
        text = joined
    at -= NAME_ROW
    canvas.drawString(MARGIN, at, text)
    return at


def _print_titles(canvas: Canvas, at: float, say: Say) -> float:
    _print_row(canvas, at, [say(name) for name in PRINTED], SIZE)
    canvas.line(MARGIN, at - 4, EDGES[-1], at - 4)
    return at - ROW


def _print_row(canvas: Canvas, at: float, cells: Sequence[str], size: int) -> None:
    canvas.setFont(face(), size)
    for number, (edge, text) in enumerate(zip(EDGES, cells, strict=True)):
        (canvas.drawString if number < 2 else canvas.drawRightString)(edge, at, text)
