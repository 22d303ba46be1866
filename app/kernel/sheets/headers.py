"""What a header names, however it is spaced, bracketed or punctuated."""

import re
import unicodedata
from collections.abc import Mapping
from typing import TypeVar

from app.kernel.sheets.rows import Cell

F = TypeVar("F")
BRACKETED = re.compile(r"[(\[【〔].*?[)\]】〕]")
NOISE = re.compile(r"[\W_]+")
HEADER_LENGTH_MAX = 60


def find_field(cell: Cell, field_of: Mapping[str, F]) -> F | None:
    """Give what a header names, by its words in lower case without spaces and signs; None for any other text."""
    if not isinstance(cell, str) or len(cell) > HEADER_LENGTH_MAX:
        return None
    text = unicodedata.normalize("NFKC", cell).casefold()
    for form in (BRACKETED.sub("", text), text):
        if (field := field_of.get(NOISE.sub("", form))) is not None:
            return field
    return None
