"""Numbers of paper passbooks: as they are kept, and as they are compared."""

import re
import unicodedata

DASHES = re.compile("[\u2010-\u2015\u2212\ufe63\uff0d]")
INVISIBLE = re.compile("[\\s\u200b-\u200f\u2060\ufeff]+")
SIGNS = re.compile(r"[^\w]+|_+")
LOOSE = re.compile(r"(?<![0-9])-|-(?![0-9])")
ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")


def paper_number(text: str) -> str:
    """Give a number as it is kept: half width, without spaces, in capitals, every dash the same one."""
    if not text.isascii():
        text = DASHES.sub("-", unicodedata.normalize("NFKC", text))
    return INVISIBLE.sub("", text).upper()


def paper_key(number: str) -> str:
    """Give what two numbers have in common that a person would take for the same: HH-1, HH1, HH_01 and hh/001.

    Between digits a sign stays, as 1-11 and 11-1 are two passbooks.
    """
    if not number.isalnum():
        number = LOOSE.sub("", SIGNS.sub("-", number))
    return ZEROS.sub("", number) if "0" in number else number
