"""The book as its rows say, in the words of the auditor."""

from sqlalchemy import text

SHARED = {"issuance", "sponsor_budget", "bank", "sponsor_funding", "budget_reserve", "points_liability"}
SHARED |= {"merchant_points", "merchant_payable", "breakage", "breakage_result"}

BALANCES = text("""
    SELECT a.kind, a.owner_id, b.id AS budget, sum(x.amount)::bigint
      FROM points_accounts a
      JOIN (SELECT account_id, posted AS amount FROM points_balances WHERE book_id = :book
            UNION ALL SELECT account_id, posted FROM points_folded_balances WHERE book_id = :book
            UNION ALL SELECT e.account_id, e.amount FROM points_unfolded u
              JOIN points_entries e ON e.book_id = u.book_id AND e.transaction_id = u.transaction_id
             WHERE u.book_id = :book AND e.version IS NULL) x ON x.account_id = a.id
      LEFT JOIN points_budgets b ON b.book_id = a.book_id AND b.id = a.owner_id
     WHERE a.book_id = :book GROUP BY 1, 2, 3 HAVING sum(x.amount) <> 0""")
LOTS = text("""
    SELECT a.owner_id, x.expires_on, x.points_left, x.held, x.cost_left_fen FROM points_lots x
      JOIN points_accounts a ON a.book_id = x.book_id AND a.id = x.account_id
     WHERE x.book_id = :book AND (x.points_left, x.held, x.cost_left_fen) <> (0, 0, 0)""")


def read_balances(session, book_id: int) -> dict:
    """Balances by (kind, owner); owners of accounts that a book has once in these tests are None."""
    found = {}
    for kind, owner, budget, amount in session.execute(BALANCES, {"book": book_id}):
        found[kind, None if kind in SHARED or budget else owner] = amount
    return found


def read_lots(session, book_id: int) -> dict:
    """(left, held, fen) of lots by (owner, day)."""
    return {(owner, day): tuple(rest) for owner, day, *rest in session.execute(LOTS, {"book": book_id})}


JOURNAL = ["points_transactions", "points_entries", "points_lot_moves", "points_freezes", "points_unfolded"]
STATE = ["points_holds", "points_hold_lots", "points_hold_resolutions", "points_lots", "points_folded_balances"]


def _digest(tables: list[str]) -> str:
    return " || ".join(
        f"(SELECT coalesce(md5(string_agg(x::text, '|' ORDER BY x::text)), '') FROM {t} x WHERE book_id = :book)"
        for t in tables
    )


# an account opened for a refused act holds nothing; all else of a balance row counts
BALANCE = """(SELECT coalesce(md5(string_agg(x::text, '|' ORDER BY x::text)), '') FROM points_balances x
              WHERE book_id = :book AND (posted, held, version) <> (0, 0, 0))"""
SNAPSHOT = text(f"SELECT {_digest(JOURNAL)}, {_digest(STATE)} || {BALANCE}")


def read_journal(session, book_id: int) -> tuple[str, str]:
    """Digests of every row of the book but outcomes: what was posted, and what stands."""
    return tuple(session.execute(SNAPSHOT, {"book": book_id}).one())
