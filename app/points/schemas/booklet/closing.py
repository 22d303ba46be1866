"""What stands below the entries of a printed passbook: totals, what expires when, and the check value."""

from collections.abc import Sequence

from reportlab.pdfgen.canvas import Canvas

from app.points.schemas.booklet import layout
from app.points.schemas.booklet.layout import Block
from app.points.schemas.booklet.table import BASE, FAINT, HEAD, INK, RED, fill, put, put_right, rule
from app.points.schemas.statement_words import lapsing_days, say, verify_sentence
from app.points.schemas.tellings import day_title
from app.points.service import Extract, ToldLine
from app.web.typeface import wrap

TOTALS_HEIGHT = 42.0
STRONG = frozenset({"closing", "available"})
DAYS_SHOWN = 24
DIGITS_SHOWN = 16  # of the check value, before a gap


def blocks(extract: Extract, rows: Sequence[ToldLine], lang: str) -> list[Block]:
    """Everything below the entries, in order; what belongs together is one block."""
    made = [_totals(extract, rows, lang), _gap(), _lapsing(extract, lang)]
    return [*made, _gap(), _check_value(extract, lang)] if extract.head_version else made


def _totals(extract: Extract, rows: Sequence[ToldLine], lang: str) -> Block:
    amounts = [row.line.amount for row in rows]
    figures = extract.passbook.figures
    pairs = (
        ("total_in", sum(amount for amount in amounts if amount > 0)),
        ("total_out", -sum(amount for amount in amounts if amount < 0)),
        ("closing", extract.end.balance),
        ("held", figures.held),
        ("available", figures.available),
    )
    share = (layout.RIGHT - layout.MARGIN) / len(pairs)

    def draw(canvas: Canvas, top: float) -> None:
        for number, (name, value) in enumerate(pairs, 1):
            edge = layout.MARGIN + number * share - layout.PAD
            colour = RED if name in STRONG else INK
            put_right(canvas, edge, top - 16, say(name, lang), size=layout.SMALL_SIZE, colour=FAINT)
            put_right(canvas, edge, top - 33, f"{value:,}", size=12, colour=colour)
        rule(canvas, top - TOTALS_HEIGHT)

    return Block(TOTALS_HEIGHT, draw)


def _lapsing(extract: Extract, lang: str) -> Block:
    days = lapsing_days(extract.passbook.lots)
    if not days:
        return layout.stack([_title(lang), _line(say("nothing_lapses", lang))])
    shown = [_day(day_title(day, lang), points) for day, points in days[:DAYS_SHOWN]]
    more = len(days) > DAYS_SHOWN or extract.passbook.lots_more
    return layout.stack([_title(lang), *shown, *([_line(say("later", lang))] if more else [])])


def _check_value(extract: Extract, lang: str) -> Block:
    title = say("head_of", lang).format(version=extract.head_version)
    digits = extract.head.hex()
    groups = "  ".join(digits[at : at + DIGITS_SHOWN] for at in range(0, len(digits), DIGITS_SHOWN))
    room = layout.RIGHT - layout.MARGIN - 2 * layout.PAD
    lines = wrap(verify_sentence(extract.head_version, lang), room, layout.SMALL_SIZE)
    height = 54 + len(lines) * layout.LINE_HEIGHT

    def draw(canvas: Canvas, top: float) -> None:
        left = layout.MARGIN + layout.PAD
        canvas.setStrokeColor(RED)
        canvas.setLineWidth(0.75)
        canvas.rect(layout.MARGIN, top - height, layout.RIGHT - layout.MARGIN, height, stroke=1, fill=0)
        put(canvas, left, top - 16, title, colour=RED)
        put(canvas, left, top - 33, groups)
        for number, text in enumerate(lines):
            base = top - 52 - number * layout.LINE_HEIGHT
            put(canvas, left, base, text, size=layout.SMALL_SIZE, colour=FAINT)

    return Block(height, draw)


def _title(lang: str) -> Block:
    def draw(canvas: Canvas, top: float) -> None:
        fill(canvas, top, layout.ROW_HEIGHT, HEAD)
        put(canvas, layout.MARGIN + layout.PAD, top - BASE, say("lapsing", lang), colour=RED)
        put_right(canvas, layout.COLUMNS[1] - layout.PAD, top - BASE, say("points", lang), colour=RED)

    return Block(layout.ROW_HEIGHT, draw)


def _day(day: str, points: int) -> Block:
    def draw(canvas: Canvas, top: float) -> None:
        put(canvas, layout.MARGIN + layout.PAD, top - BASE, day)
        put_right(canvas, layout.COLUMNS[1] - layout.PAD, top - BASE, f"{points:,}")

    return Block(layout.ROW_HEIGHT - 2, draw)


def _line(text: str) -> Block:
    def draw(canvas: Canvas, top: float) -> None:
        put(canvas, layout.MARGIN + layout.PAD, top - BASE, text, colour=FAINT)

    return Block(layout.ROW_HEIGHT, draw)


def _gap() -> Block:
    return Block(14, lambda _canvas, _top: None)
