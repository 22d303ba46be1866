"""What the two kinds of journal have in common."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Protocol

from app.points.queries.export import JournalTransaction
from app.points.terms import Asset

Line = tuple[str, int, str]
"""(account name, amount with the accountant's sign in points or fen, asset)"""


class Dialect(Protocol):
    """How one program wants it written. Every method gives whole lines."""

    def opening(self, code: str, name: str, day: date) -> str:
        """What stands before everything: the book, and its two commodities."""

    def account(self, day: date, name: str, asset: str, /) -> str:
        """Declare an account before its first use."""

    def transaction(self, day: date, transaction: JournalTransaction, lines: Iterable[Line]) -> str:
        """One transaction."""

    def assertions(self, day: date, lines: Iterable[Line]) -> Iterator[str]:
        """State what is in accounts at the end of a day."""


def amount_text(amount: int, asset: str) -> str:
    """`-12 POINTS`; fen become yuan with exactly two decimals: `-0.05 CNY`."""
    return f"{number_text(amount, asset)} {commodity(asset)}"


def number_text(amount: int, asset: str) -> str:
    """The number alone."""
    if asset == Asset.POINTS:
        return str(amount)
    yuan, fen = divmod(abs(amount), 100)
    return f"{'-' if amount < 0 else ''}{yuan}.{fen:02}"


def commodity(asset: str) -> str:
    """POINTS or CNY."""
    return "POINTS" if asset == Asset.POINTS else "CNY"


def one_line(words: str) -> str:
    r"""Keep words on one line: line ends and other control characters become \u escapes, a backslash doubles."""
    return "".join(
        "\\\\" if sign == "\\" else sign if sign.isprintable() or sign == "\u3000" else f"\\u{ord(sign):04x}"
        for sign in words
    )
