"""The checks of the audit: set-based SQL over one snapshot. PostgreSQL sums and hashes, only differences come back."""

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

FOLDER = Path(__file__).parent / "sql"


class Split(Enum):
    """How the work of a statement is divided among workers. A range is inclusive: `:lo` to `:hi`."""

    WHOLE = auto()  # one run for the book
    TRANSACTIONS = auto()  # runs over ranges of transaction ids, some thousands each: everything fits in memory
    ACCOUNTS = auto()  # runs over ranges of account ids, so that each account's history is seen in one piece


@dataclass(frozen=True, slots=True)
class Statement:
    """Answers rows (check, subject, expected, found), none where the books are right.

    Its parameters are `:book` and, when split, `:lo` and `:hi`. `avoids` names the ways of the planner (settings
    enable_…) it must do without, so that its plan does not depend on how fresh the statistics of the tables are.
    """

    name: str
    sql: str
    share: float  # of the time a whole audit takes, for the progress shown
    split: Split = Split.WHOLE
    avoids: tuple[str, ...] = ()


def _read(name: str) -> str:
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")


DIGEST, LINK = _read("digest"), _read("link")
"""What rules/chain.py computes, of a transaction `t`, and of an entry after `before_chain`. Written once more on
purpose: the audit must not find right what the posting code does by the same mistake."""

TABLES = (
    *("accounts", "allotments", "balances", "budgets", "entries", "folded_balances", "freezes", "hold_lots"),
    *("hold_resolutions", "holds", "lot_moves", "lots", "month_closings", "outcomes", "transactions", "unfolded"),
)

IN_HEAP_ORDER = (
    "enable_indexscan",
)  # an account's entries lie scattered; fetched one by one they cost most of the time

FOUNDATIONS = (
    Statement("chart", _read("chart"), 0.0),
    Statement("strays", "\nUNION ALL\n".join(_read("strays").format(table=table) for table in TABLES), 0.0),
)
"""What is checked once, whatever the book."""

BOOK = (
    # the longest first, so that no worker is left with it at the end
    Statement("chains", _read("chains").format(digest=DIGEST, link=LINK), 0.4, Split.ACCOUNTS, IN_HEAP_ORDER),
    Statement("transactions", _read("transactions"), 0.36, Split.TRANSACTIONS, ("enable_seqscan", "enable_sort")),
    *(
        Statement(name, _read(name), share, Split.TRANSACTIONS, ("enable_seqscan", "enable_sort"))
        for name, share in (("legs", 0.1), ("allotment_budgets", 0.03))
    ),
    Statement("awards", _read("awards"), 0.05, Split.TRANSACTIONS, ("enable_seqscan",)),
    Statement("lots", _read("lots"), 0.12, Split.ACCOUNTS, IN_HEAP_ORDER),
    Statement("lot sums", _read("lot_sums"), 0.01, Split.ACCOUNTS),
    *(
        Statement(name, _read(name), share)
        for name, share in (
            ("causes", 0.05),
            ("folded", 0.05),
            ("closings", 0.2),
            ("allotments", 0.03),
            *(
                (rest, 0.0)
                for rest in (
                    *("balances", "holds", "held", "lot_budgets", "refunds", "reversals", "accounts", "freezes"),
                    "transfers",
                )
            ),
        )
    ),
)
"""What is checked for every book."""
