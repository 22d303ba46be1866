"""Posted codes as a PDF to print and cut: eight on a page, each with what it is for and where it hangs."""

from collections.abc import Mapping, Sequence
from io import BytesIO

import segno
from reportlab.lib.colors import HexColor, black
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from app.places.service import PrintedCode
from app.places.terms import Purpose
from app.web.typeface import face, width_of, wrap

TITLES: Mapping[Purpose, Mapping[str, str]] = {
    Purpose.REPORT: {"zh": "扫码反映问题", "en": "Scan to report a problem"},
    Purpose.CHECK_IN: {"zh": "扫码签到", "en": "Scan to check in"},
    Purpose.SHOP: {"zh": "扫码使用积分", "en": "Scan to pay with points"},
    Purpose.NOTICE: {"zh": "扫码看通知", "en": "Scan to read notices"},
    Purpose.SERVICE: {"zh": "扫码找服务", "en": "Scan for help"},
}
WIDTH, HEIGHT = A4
COLUMNS, ROWS = 2, 4
CELL_WIDTH, CELL_HEIGHT = WIDTH / COLUMNS, HEIGHT / ROWS
MARGIN = 14.0
SIDE = 118.0  # of the code with its quiet zone, in points of print: 42 millimetres
QUIET = 4  # modules of white around a code, as the standard asks
TITLE_SIZE, TEXT_SIZE, SMALL_SIZE = 15.0, 12.0, 8.0
GREY = HexColor("#888888")
PLACE_LINES_MAX = 4


def print_sheet(codes: Sequence[PrintedCode], lang: str) -> bytes:
    """Print codes, in their order. The same codes give the same bytes."""
    made = BytesIO()
    canvas = Canvas(
        made,
        pagesize=A4,
        invariant=1,
        pageCompression=1,
        initialFontName=face(),  # type: ignore[arg-type]  # the stubs take it for a number
    )
    canvas.setTitle(codes[0].community if codes else "Linli")
    canvas.setAuthor("Linli")
    for number, code in enumerate(codes):
        place = number % (COLUMNS * ROWS)
        if number and place == 0:
            canvas.showPage()
        _code(canvas, code, (place % COLUMNS) * CELL_WIDTH, HEIGHT - (place // COLUMNS + 1) * CELL_HEIGHT, lang)
    canvas.showPage()
    canvas.save()
    return made.getvalue()


def _code(canvas: Canvas, code: PrintedCode, left: float, lower: float, lang: str) -> None:
    """Draw one code into the cell whose lower left corner is given."""
    canvas.setStrokeColor(GREY)
    canvas.setDash(2, 4)
    canvas.rect(left, lower, CELL_WIDTH, CELL_HEIGHT)
    canvas.setDash()
    _picture(canvas, code.address, left + MARGIN, lower + (CELL_HEIGHT - SIDE) / 2)
    text_left = left + MARGIN + SIDE + MARGIN
    room = CELL_WIDTH - SIDE - 3 * MARGIN
    top = lower + CELL_HEIGHT - 36
    for line in wrap(TITLES[code.purpose][lang], room, TITLE_SIZE):
        top = _line(canvas, line, text_left, top, TITLE_SIZE)
    top -= 6
    for line in wrap(code.place, room, TEXT_SIZE)[:PLACE_LINES_MAX]:
        top = _line(canvas, line, text_left, top, TEXT_SIZE)
    canvas.setFillColor(GREY)
    canvas.setFont(face(), SMALL_SIZE)
    canvas.drawString(text_left, lower + 34, _fitting(code.community, room))
    canvas.drawString(text_left, lower + 22, code.short)  # to be read out where no camera helps


def _line(canvas: Canvas, text: str, left: float, top: float, size: float) -> float:
    canvas.setFillColor(black)
    canvas.setFont(face(), size)
    canvas.drawString(left, top, text)
    return top - size * 1.35


def _fitting(text: str, room: float) -> str:
    while text and width_of(text, SMALL_SIZE) > room:
        text = text[:-1]
    return text


def _picture(canvas: Canvas, address: str, left: float, lower: float) -> None:
    """Draw the code as vectors, so that it stays sharp at any size: each run of dark modules is one rectangle."""
    matrix = segno.make(address, error="m", micro=False).matrix
    module = SIDE / (len(matrix) + 2 * QUIET)
    path = canvas.beginPath()
    for row, modules in enumerate(matrix):
        start = 0
        while (start := modules.find(1, start)) >= 0:
            end = modules.find(0, start)
            end = len(modules) if end < 0 else end
            upper = lower + SIDE - (row + QUIET + 1) * module
            path.rect(left + (start + QUIET) * module, upper, (end - start) * module, module)
            start = end
    canvas.setFillColor(black)
    canvas.drawPath(path, stroke=0, fill=1)
