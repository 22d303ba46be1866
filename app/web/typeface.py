"""The one typeface of what is printed: it has Chinese and Latin, and each file carries the glyphs it uses."""

import re
from functools import cache
from importlib.resources import files
from threading import Lock

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FACE = "WenQuanYiMicroHei"
_PACKAGE, _PATH = "paperang_p2_fonts_cjk", ("fonts", "wqy-microhei.ttc")
WORD = re.compile(r"[!-~]+|\s|[^!-~\s]")
NOT_FIRST = ",.;:!?)”’》」』】,。;:!?、)"
_once = Lock()


def face() -> str:
    """The name to draw with."""
    with _once:  # a second registration under a page that is being drawn would part its glyphs from its font
        return _register()


def width_of(text: str, size: float) -> float:
    """How wide a text is, in points of print."""
    return pdfmetrics.stringWidth(text, face(), size)


def wrap(text: str, room: float, size: float) -> list[str]:
    """Break a text into lines no wider than `room`: between words, or between any two Chinese characters."""
    lines = [""]
    for piece in WORD.findall(text):
        if width_of(lines[-1] + piece, size) <= room or piece in NOT_FIRST:
            lines[-1] += piece
        elif width_of(piece, size) <= room:
            lines.append(piece.lstrip())
        else:
            _break_word(lines, piece, room, size)
    return [line.rstrip() for line in lines]


@cache
def _register() -> str:
    path = files(_PACKAGE).joinpath(*_PATH)
    pdfmetrics.registerFont(TTFont(FACE, str(path), subfontIndex=0))
    return FACE


def _break_word(lines: list[str], word: str, room: float, size: float) -> None:
    for character in word:
        if width_of(lines[-1] + character, size) <= room:
            lines[-1] += character
        else:
            lines.append(character)
