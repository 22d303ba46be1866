"""The corruptions of corruptions.sql, each with the check that must name it."""

import re
from pathlib import Path


def _one(table: str, where: str, *, key: str, last: bool = False) -> str:
    return f"(SELECT {key} FROM points_{table} WHERE {where} ORDER BY book_id, {key} {'DESC' if last else ''} LIMIT 1)"


ROWS = {
    "AWARD": _one("transactions", "code = 'award'", key="id"),
    "MINT": _one("transactions", "code = 'mint'", key="id"),
    "SPENDING": _one("transactions", "code = 'redemption'", key="id"),
    "REVERSAL": _one("transactions", "code = 'reversal'", key="id"),
    "LAST_REVERSAL": _one("transactions", "code = 'reversal'", key="id", last=True),
    "CLAWBACK": _one("transactions", "code = 'clawback' AND reverses_id IS NOT NULL", key="id"),
    "PART": _one("transactions", "code = 'clawback' AND refunds_id IS NOT NULL", key="id"),
    "RECOVERY": _one("transactions", "code = 'recovery'", key="id"),
    "REFUND": _one("transactions", "code = 'refund'", key="id"),
    "TRANSFER": _one("transactions", "code = 'transfer'", key="id"),
    "CAPTURED": _one("hold_resolutions", "resolution = 'captured'", key="hold_id"),
    "OPEN_HOLD": _one("holds", "open", key="id"),
    "PASSBOOK": _one("accounts", "kind = 'resident'", key="id"),
    "MOVED": _one("balances", "version > 3 AND lock_rank = 1", key="account_id"),
    "LOT": "(SELECT ctid FROM points_lots WHERE points_left > held ORDER BY book_id, account_id, expires_on LIMIT 1)",
    "ALLOTMENT": _one("allotments", "true", key="id"),
    "OPEN_ALLOTMENT": "(SELECT o.id FROM points_allotments o JOIN points_accounts a ON a.owner_id = o.id"
    " JOIN points_balances s ON s.account_id = a.id WHERE o.book_id = 1 AND s.posted > 0 ORDER BY o.id LIMIT 1)",
    "ALLOTTED_AWARD": "(SELECT e.transaction_id FROM points_entries e"
    " JOIN points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id AND a.kind = 'allotment'"
    " JOIN points_transactions t ON t.book_id = e.book_id AND t.id = e.transaction_id AND t.code = 'award'"
    " ORDER BY e.book_id, e.transaction_id LIMIT 1)",
    "OTHER_BUDGET": _one("budgets", "book_id > 1", key="id"),
    "RANDOM": "'0198aaaa-0000-7000-8000-00000000abcd'",
}


def _read() -> list[tuple[str, str]]:
    text = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    found = re.findall(r"^-- (\w+\.\w+)\n(.*?);$", text, re.MULTILINE | re.DOTALL)
    return [(check, re.sub(r"\{([A-Z_]+)\}", lambda name: ROWS[name[1]], statement)) for check, statement in found]


CORRUPTIONS = _read()
NEEDS_NO_INDEX = {"reversal.once": "uq_points_transactions_reversed_once"}
