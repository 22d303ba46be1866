"""The one typeface of a printed passbook: it has Chinese and Latin, and each file carries the glyphs it uses."""

from functools import cache
from importlib.resources import files
from threading import Lock

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FACE = "WenQuanYiMicroHei"
_PACKAGE, _PATH = "paperang_p2_fonts_cjk", ("fonts", "wqy-microhei.ttc")
_once = Lock()


def face() -> str:
    """The name to draw with."""
    with _once:  # a second registration under a page that is being drawn would part its glyphs from its font
        return _register()


def width_of(text: str, size: float) -> float:
    """How wide a text is, in points of print."""
    return pdfmetrics.stringWidth(text, face(), size)


@cache
def _register() -> str:
    path = files(_PACKAGE).joinpath(*_PATH)
    pdfmetrics.registerFont(TTFont(FACE, str(path), subfontIndex=0))
    return FACE
