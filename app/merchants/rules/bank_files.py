"""The file a bank pays from, and the one it answers with (docs/settlement.md). Text in, text out, no clock."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import StringIO

from app.kernel.errors import DomainError
from app.kernel.sheets.csv_files import encoding_of
from app.merchants import errors, terms

COLUMNS = ("序号", "收款账号", "收款户名", "收款银行", "金额(元)", "用途", "客户流水号")
PURPOSE = "积分结算"
FIT = re.compile(r"[\w·（）() \-.&]{1,60}")  # what banks take in a name: no comma, no quote, nothing that ends a line
ACCOUNT = re.compile(r"[0-9]{8,32}")
FORMULA_STARTS = "=+-@"
FEN_PER_YUAN = 100

REFERENCE, RESULT, REASON, BANK_REFERENCE = "reference", "result", "reason", "bank_reference"
HEADS = {
    "客户流水号": REFERENCE,
    "reference": REFERENCE,
    "结果": RESULT,
    "result": RESULT,
    "失败原因": REASON,
    "reason": REASON,
    "银行流水号": BANK_REFERENCE,
    "bank_reference": BANK_REFERENCE,
}
NEEDED = {REFERENCE: "客户流水号", RESULT: "结果", REASON: "失败原因", BANK_REFERENCE: "银行流水号"}
PAID_WORDS, FAILED_WORDS = frozenset({"成功", "ok", "success"}), frozenset({"失败", "failed"})


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where money goes."""

    account_no: str
    holder: str
    bank: str


@dataclass(frozen=True, slots=True)
class BankLine:
    """A line for the bank."""

    reference: str
    receiver: Receiver
    fen: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bank said of one line: paid under its reference, or not, and why."""

    line: int
    reference: str
    paid: bool
    bank_reference: str | None
    reason: str | None


def reference_of(number: int, position: int) -> str:
    """Name a line of a file, once in a book: 000012-0003."""
    return f"{number:06}-{position:04}"


def unfit(receiver: Receiver) -> str | None:
    """Name what of a bank account does not fit a bank's file; None: all of it fits."""
    for name, text in (("holder", receiver.holder), ("bank", receiver.bank)):
        if not FIT.fullmatch(text) or text.startswith(tuple(FORMULA_STARTS)) or not _in_gbk(text):
            return name
    return None if ACCOUNT.fullmatch(receiver.account_no) else "account_no"


def write_file(lines: Sequence[BankLine]) -> str:
    """Write the file: a head, then a line for each payment, numbered from 1. The same lines give the same text."""
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for number, line in enumerate(lines, 1):
        to = line.receiver
        writer.writerow((number, to.account_no, to.holder, to.bank, yuan(line.fen), PURPOSE, line.reference))
    return buffer.getvalue()


def digest_of(text: str) -> bytes:
    """The SHA-256 of the file in UTF-8."""
    return sha256(text.encode()).digest()


def yuan(fen: int) -> str:
    """Write fen as yuan: 12.05, -0.50."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // FEN_PER_YUAN}.{abs(fen) % FEN_PER_YUAN:02}"


def read_result(content: bytes) -> list[Answer]:
    """Read what the bank answered, in UTF-8 or GBK.

    Refuses ResultNoCsv, ResultTooLong, ResultColumnMissing, ResultUnreadable (rows, by line and column), ResultEmpty.
    """
    answers: list[Answer] = []
    problems: list[str] = []
    seen: set[str] = set()
    for line, row in _rows(content):
        problem = _problem(row, seen)
        seen.add(row[REFERENCE])
        if problem:
            problems.append(f"{line}:{NEEDED[problem]}/{problem}")
        else:
            answers.append(_answer(line, row))
    if problems:
        raise errors.ResultUnreadable(count=len(problems), rows="; ".join(problems[: terms.PROBLEMS_SHOWN]))
    if not answers:
        raise errors.ResultEmpty
    return answers


def _rows(content: bytes) -> list[tuple[int, dict[str, str]]]:
    """The rows with their line, by the names of columns; blank ones left out."""
    try:
        text = content.decode(encoding_of(content)).removeprefix("\ufeff")
        head, *rows = csv.reader(StringIO(text, newline=""), strict=True)
    except (DomainError, ValueError, csv.Error):
        raise errors.ResultNoCsv from None
    if len(rows) > terms.PAYOUT_LINES_MAX:
        raise errors.ResultTooLong(lines_max=terms.PAYOUT_LINES_MAX)
    places = {HEADS[name]: at for at, name in enumerate(cell.strip().lower() for cell in head) if name in HEADS}
    lacking = next((name for name in NEEDED if name not in places), None)
    if lacking:
        raise errors.ResultColumnMissing(column=NEEDED[lacking], name=lacking)
    return [
        (line, {name: cells[at].strip() if at < len(cells) else "" for name, at in places.items()})
        for line, cells in enumerate(rows, 2)
        if any(cell.strip() for cell in cells)
    ]


def _problem(row: Mapping[str, str], seen: set[str]) -> str | None:
    """The column of a row that is wrong."""
    if not re.fullmatch(r"[0-9]{6,10}-[0-9]{4}", row[REFERENCE]) or row[REFERENCE] in seen:
        return REFERENCE
    word = row[RESULT].lower()
    if word in PAID_WORDS:
        good = 1 <= len(row[BANK_REFERENCE]) <= terms.BANK_REFERENCE_LENGTH_MAX and row[BANK_REFERENCE].isprintable()
        return None if good else BANK_REFERENCE
    if word in FAILED_WORDS:
        good = 1 <= len(row[REASON]) <= terms.REASON_LENGTH_MAX and row[REASON].isprintable()
        return None if good else REASON
    return RESULT


def _answer(line: int, row: Mapping[str, str]) -> Answer:
    paid = row[RESULT].lower() in PAID_WORDS
    return Answer(line, row[REFERENCE], paid, row[BANK_REFERENCE] if paid else None, None if paid else row[REASON])


def _in_gbk(text: str) -> bool:
    try:
        text.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True
