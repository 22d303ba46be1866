"""The table of a printed passbook: its head, its rows, the balance brought forward."""

import re

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from app.kernel.periods import local_date
from app.points.schemas import tellings
from app.points.schemas.booklet import layout
from app.points.schemas.booklet.layout import Block
from app.points.schemas.statement_words import say
from app.points.service import ToldLine
from app.web.typeface import face, wrap

INK = HexColor("#1f2328")
FAINT = HexColor("#6b7075")
RULE = HexColor("#d9cfc0")
SHADE = HexColor("#faf6ef")
RED = HexColor("#8e1b1b")
HEAD = HexColor("#efe3d0")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
BASE = 15.0  # from the upper edge of a row to the foot of its letters
TITLES = ("date", "summary", "in", "out", "balance")


def row(told: ToldLine, lang: str, *, shaded: bool) -> Block:
    """One entry."""
    line = told.line
    room = layout.COLUMNS[1] - layout.COLUMNS[0] - 2 * layout.PAD
    lines = wrap(plain(tellings.summary(told, lang)), room, layout.TEXT_SIZE)
    height = layout.ROW_HEIGHT + (len(lines) - 1) * layout.LINE_HEIGHT
    amounts = (
        f"{line.amount:,}" if line.amount > 0 else "",
        f"{-line.amount:,}" if line.amount < 0 else "",
        f"{line.balance_after or 0:,}",
    )

    def draw(canvas: Canvas, top: float) -> None:
        if shaded:
            fill(canvas, top - 0.5, height - 0.5, SHADE)  # the line above stays
        base = top - BASE
        put(canvas, layout.MARGIN + layout.PAD, base, f"{local_date(line.recorded_at):%Y-%m-%d}")
        for number, text in enumerate(lines):
            put(canvas, layout.COLUMNS[0] + layout.PAD, base - number * layout.LINE_HEIGHT, text)
        for edge, text in zip(layout.COLUMNS[2:], amounts, strict=True):
            put_right(canvas, edge - layout.PAD, base, text)
        rule(canvas, top - height)

    return Block(height, draw, carried=(line.balance_after or 0) - line.amount)


def draw_head(canvas: Canvas, top: float, lang: str) -> float:
    """The head of the table; answers where its first row begins."""
    fill(canvas, top, layout.TABLE_HEAD_HEIGHT, HEAD)
    base = top - BASE - 1
    for name, edge in zip(TITLES, layout.COLUMNS, strict=True):
        if name == "date":
            put(canvas, layout.MARGIN + layout.PAD, base, say(name, lang), colour=RED)
        elif name == "summary":
            put(canvas, layout.COLUMNS[0] + layout.PAD, base, say(name, lang), colour=RED)
        else:
            put_right(canvas, edge - layout.PAD, base, say(name, lang), colour=RED)
    return top - layout.TABLE_HEAD_HEIGHT


def draw_carried(canvas: Canvas, top: float, name: str, balance: int, lang: str) -> float:
    """The balance before the first row; answers where that row begins."""
    base = top - BASE
    put(canvas, layout.COLUMNS[0] + layout.PAD, base, say(name, lang), colour=FAINT)
    put_right(canvas, layout.COLUMNS[4] - layout.PAD, base, f"{balance:,}", colour=FAINT)
    rule(canvas, top - layout.ROW_HEIGHT)
    return top - layout.ROW_HEIGHT


def plain(text: str) -> str:
    """A text without what would not print or would turn the writing round."""
    return CONTROL.sub(" ", text)


def put(canvas: Canvas, x: float, y: float, text: str, *, size: float = layout.TEXT_SIZE, colour: Color = INK) -> None:
    """Write from `x` on."""
    canvas.setFont(face(), size)
    canvas.setFillColor(colour)
    canvas.drawString(x, y, text)


def put_right(
    canvas: Canvas, x: float, y: float, text: str, *, size: float = layout.TEXT_SIZE, colour: Color = INK
) -> None:
    """Write up to `x`."""
    canvas.setFont(face(), size)
    canvas.setFillColor(colour)
    canvas.drawRightString(x, y, text)


def fill(canvas: Canvas, top: float, height: float, colour: Color) -> None:
    """Colour a strip between the margins."""
    canvas.setFillColor(colour)
    canvas.rect(layout.MARGIN, top - height, layout.RIGHT - layout.MARGIN, height, stroke=0, fill=1)


def rule(canvas: Canvas, y: float) -> None:
    """Draw a thin line between the margins."""
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.5)
    canvas.line(layout.MARGIN, y, layout.RIGHT, y)
