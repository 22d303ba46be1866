"""CSV as it comes from Excel, WPS and others: UTF-8, GB18030 (GBK) or UTF-16, with commas, semicolons or tabs."""

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping

from app.kernel.sheets.errors import ColumnsTooMany, EncodingUnknown
from app.kernel.sheets.rows import CELL_LENGTH_MAX, COLUMNS_MAX, HEADER_ROWS_MAX, Cell, Row

IsHeader = Callable[[Mapping[int, Cell]], bool]
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
DELIMITERS = (",", ";", "\t", "，", "|")
SAMPLE = 4096
STEP = 1 << 20
LINE_LENGTH_MAX = 32_768
ZEROS_SHARE = 20  # of the bytes of UTF-16 at least one in so many is a zero: digits and commas have one each


def read_csv(content: bytes, is_header: IsHeader) -> Iterator[Row]:
    """Give the rows of a CSV, one after another; `is_header` knows the caller's header when it sees it split rightly.

    Refuses EncodingUnknown, ColumnsTooMany.
    """
    encoding = encoding_of(content)
    delimiter = _delimiter(content, encoding, is_header)
    text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    number = 0
    try:
        for number, values in enumerate(csv.reader(_bounded(text), delimiter=delimiter), start=1):
            if len(values) > COLUMNS_MAX:
                raise ColumnsTooMany(line=number, columns_max=COLUMNS_MAX, length_max=CELL_LENGTH_MAX)
            yield Row(number, {column: value for column, value in enumerate(values) if value})
    except csv.Error:
        raise ColumnsTooMany(line=number + 1, columns_max=COLUMNS_MAX, length_max=CELL_LENGTH_MAX) from None


def encoding_of(content: bytes) -> str:
    """Tell the encoding: by its mark, else UTF-8 if all of it is, else UTF-16 by its zeros, else GB18030.

    Refuses EncodingUnknown when it is none of them.
    """
    for mark, encoding in BOMS:
        if content.startswith(mark):
            return encoding if _decodes(content, encoding) else _unknown()
    sample = content[:SAMPLE]
    if sample.count(0) * ZEROS_SHARE > len(sample):
        odd, even = sample[1::2].count(0), sample[::2].count(0)
        encoding = "utf-16-le" if odd >= even else "utf-16-be"
        return encoding if _decodes(content, encoding) else _unknown()
    return next((name for name in ("utf-8", "gb18030") if _decodes(content, name)), None) or _unknown()


def _unknown() -> str:
    raise EncodingUnknown


def _decodes(content: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), STEP):
            decoder.decode(content[start : start + STEP])
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _delimiter(content: bytes, encoding: str, is_header: IsHeader) -> str:
    """The delimiter under which a header is found; else the one that the first lines hold most of."""
    text = content[: 16 * SAMPLE].decode(encoding, errors="ignore")
    lines = [line[:LINE_LENGTH_MAX] for line in text.splitlines()[:HEADER_ROWS_MAX]]
    for delimiter in DELIMITERS:
        for values in csv.reader(lines, delimiter=delimiter):
            if len(values) <= COLUMNS_MAX and is_header(dict(enumerate(values))):
                return delimiter
    return max(DELIMITERS, key=lambda delimiter: sum(line.count(delimiter) for line in lines))


def _bounded(lines: Iterable[str]) -> Iterator[str]:
    """Lines without NUL, none longer than a list ever needs: a row is then never made of millions."""
    for number, line in enumerate(lines, start=1):
        if len(line) > LINE_LENGTH_MAX:
            raise ColumnsTooMany(line=number, columns_max=COLUMNS_MAX, length_max=CELL_LENGTH_MAX)
        yield line
