"""Where things go on the pages of a printed passbook. Measures are points of print (1/72 inch), y grows upwards."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = A4
MARGIN = 42.0
RIGHT = WIDTH - MARGIN
COVER_HEIGHT = 168.0  # the strip on the first page, from the upper edge
BAND_HEIGHT = 46.0  # on the others
FOOT_HEIGHT = 48.0
TABLE_HEAD_HEIGHT = 24.0
ROW_HEIGHT = 22.0
LINE_HEIGHT = 14.0
TEXT_SIZE = 10.5  # many readers are old
SMALL_SIZE = 9.0
# right edges of the columns: date, particulars, in, out, balance
COLUMNS = (MARGIN + 76, RIGHT - 212, RIGHT - 146, RIGHT - 80, RIGHT)
PAD = 6.0


@dataclass(frozen=True, slots=True)
class Block:
    """Something as wide as the page. `draw(canvas, top)` draws it downwards from `top`.

    `carried`: the balance before it, for a row of the table; a page that begins with a row repeats the table's head and
    brings that balance forward.
    """

    height: float
    draw: Callable[[Canvas, float], None]
    carried: int | None = None


def paginate(blocks: Sequence[Block]) -> list[list[Block]]:
    """Put blocks on pages in their order. There is at least one page."""
    pages: list[list[Block]] = [[]]
    room = _room(first=True)
    for block in blocks:
        if block.height > room and pages[-1]:
            pages.append([])
            room = _room(first=False, table=block.carried is not None)
        pages[-1].append(block)
        room -= block.height
    return pages


def top_of(page: int) -> float:
    """Where the content of a page begins (0 is the first page)."""
    return HEIGHT - (COVER_HEIGHT if page == 0 else BAND_HEIGHT) - PAD


def stack(blocks: Sequence[Block]) -> Block:
    """Blocks that stay together on one page, as one."""

    def draw(canvas: Canvas, top: float) -> None:
        for block in blocks:
            block.draw(canvas, top)
            top -= block.height

    return Block(sum(block.height for block in blocks), draw)


def _room(*, first: bool, table: bool = True) -> float:
    """How high the blocks of a page may be together; the head of a table and the balance before it take their part."""
    return top_of(0 if first else 1) - FOOT_HEIGHT - (TABLE_HEAD_HEIGHT + ROW_HEIGHT if table else 0)
