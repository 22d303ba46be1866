"""A passbook as a PDF: a cover strip, its entries as a bank prints them, totals, what expires, a check value."""

from collections.abc import Sequence
from io import BytesIO

from reportlab.lib.colors import HexColor, white
from reportlab.pdfgen.canvas import Canvas

from app.points.schemas.booklet import closing, layout, table
from app.points.schemas.booklet.layout import Block
from app.points.schemas.booklet.table import FAINT, RED, plain, put, put_right, rule
from app.points.schemas.statement_words import clock_title, passbook_number, period_title, say
from app.points.service import Extract, ToldLine
from app.web.typeface import face

GOLD = HexColor("#d8b25c")
CREAM = HexColor("#f7ead3")
TITLE_SIZE = 24


def print_booklet(extract: Extract, rows: Sequence[ToldLine], lang: str) -> bytes:
    """Print an extract. The same extract gives the same bytes."""
    blocks = [table.row(row, lang, shaded=number % 2 == 1) for number, row in enumerate(rows)]
    pages = layout.paginate([*blocks, *closing.blocks(extract, rows, lang)])
    made = BytesIO()
    canvas = Canvas(
        made,
        pagesize=(layout.WIDTH, layout.HEIGHT),
        invariant=1,
        pageCompression=1,
        initialFontName=face(),  # type: ignore[arg-type]  # the stubs take it for a number
    )
    canvas.setTitle(f"{extract.passbook.book.name} {say('passbook', lang)}")
    canvas.setAuthor("Linli")
    for number, page in enumerate(pages):
        _cover(canvas, extract, lang) if number == 0 else _band(canvas, extract, lang)
        _page(canvas, extract, page, number, lang)
        _foot(canvas, extract, (number + 1, len(pages)), lang)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def _page(canvas: Canvas, extract: Extract, page: Sequence[Block], number: int, lang: str) -> None:
    top = layout.top_of(number)
    carried = page[0].carried if page else None
    if number == 0:
        top = table.draw_head(canvas, top, lang)
        top = table.draw_carried(canvas, top, "opening", extract.before.balance, lang)
    elif carried is not None:
        top = table.draw_head(canvas, top, lang)
        top = table.draw_carried(canvas, top, "carried", carried, lang)
    for block in page:
        block.draw(canvas, top)
        top -= block.height


def _cover(canvas: Canvas, extract: Extract, lang: str) -> None:
    upper, lower = layout.HEIGHT, layout.HEIGHT - layout.COVER_HEIGHT
    canvas.setFillColor(RED)
    canvas.rect(0, upper - 104, layout.WIDTH, 104, stroke=0, fill=1)
    canvas.setFillColor(GOLD)
    canvas.rect(0, upper - 108, layout.WIDTH, 4, stroke=0, fill=1)
    canvas.setFillColor(CREAM)
    canvas.rect(0, lower, layout.WIDTH, layout.COVER_HEIGHT - 108, stroke=0, fill=1)
    put(canvas, layout.MARGIN, upper - 46, plain(extract.passbook.book.name), size=15, colour=CREAM)
    put(canvas, layout.MARGIN, upper - 82, say("passbook", lang), size=TITLE_SIZE, colour=white)
    number = passbook_number(extract.passbook.owner_id)
    put_right(canvas, layout.RIGHT, upper - 58, say("number", lang), colour=CREAM)
    put_right(canvas, layout.RIGHT, upper - 80, number, size=15, colour=white)
    _particulars(canvas, extract, lower, lang)


def _particulars(canvas: Canvas, extract: Extract, lower: float, lang: str) -> None:
    passbook = extract.passbook
    pairs = (
        (layout.MARGIN, "period", period_title(extract.period, passbook.as_of, lang)),
        (layout.MARGIN + 270, "printed", clock_title(passbook.as_of)),
        (layout.MARGIN + 420, "available", f"{passbook.figures.available:,}"),
    )
    for x, name, value in pairs:
        put(canvas, x, lower + 37, say(name, lang), size=layout.SMALL_SIZE, colour=FAINT)
        put(canvas, x, lower + 18, value, size=12)


def _band(canvas: Canvas, extract: Extract, lang: str) -> None:
    canvas.setFillColor(RED)
    canvas.rect(0, layout.HEIGHT - 30, layout.WIDTH, 30, stroke=0, fill=1)
    canvas.setFillColor(GOLD)
    canvas.rect(0, layout.HEIGHT - 32, layout.WIDTH, 2, stroke=0, fill=1)
    title = f"{plain(extract.passbook.book.name)} · {say('passbook', lang)}"
    put(canvas, layout.MARGIN, layout.HEIGHT - 20, title, colour=white)
    put_right(canvas, layout.RIGHT, layout.HEIGHT - 20, passbook_number(extract.passbook.owner_id), colour=white)


def _foot(canvas: Canvas, extract: Extract, place: tuple[int, int], lang: str) -> None:
    number, pages = place
    rule(canvas, layout.FOOT_HEIGHT - 10)
    base = layout.FOOT_HEIGHT - 24
    left = f"{say('number', lang)} {passbook_number(extract.passbook.owner_id)}"
    put(canvas, layout.MARGIN, base, left, size=layout.SMALL_SIZE, colour=FAINT)
    text = f"第 {number} 页,共 {pages} 页" if lang == "zh" else f"Page {number} of {pages}"
    put_right(canvas, layout.RIGHT, base, text, size=layout.SMALL_SIZE, colour=FAINT)
