"""What must be true of a book whatever happened to it, asked of the rows themselves and not of the application."""

import hashlib
import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

Fetch = Callable[[str, dict[str, Any]], Sequence[Any]]

# Each answers rows only where something is wrong.
WRONGS = {
    "a transaction does not sum to zero": """
        SELECT e.transaction_id FROM points_entries e JOIN points_accounts a USING (book_id)
         WHERE e.book_id = %(book)s AND a.id = e.account_id
         GROUP BY e.transaction_id, a.asset HAVING sum(e.amount) <> 0""",
    "a transaction lacks lines": """
        SELECT t.id FROM points_transactions t
          LEFT JOIN points_entries e ON e.book_id = t.book_id AND e.transaction_id = t.id
         WHERE t.book_id = %(book)s GROUP BY t.id, t.lines HAVING count(e.line) <> t.lines""",
    "a balance is not the sum of its entries": """
        SELECT s.account_id FROM points_balances s LEFT JOIN points_entries e USING (book_id, account_id)
         WHERE book_id = %(book)s GROUP BY s.account_id, s.posted, s.version
        HAVING s.posted <> coalesce(sum(e.amount), 0) OR s.version <> count(e.line)
            OR s.version <> coalesce(max(e.version), 0)""",
    "a passbook is not the sum of its lots": """
        SELECT s.account_id FROM points_balances s
          JOIN points_accounts a ON a.book_id = s.book_id AND a.id = s.account_id AND a.kind = 'resident'
          LEFT JOIN points_lots x ON x.book_id = s.book_id AND x.account_id = s.account_id
         WHERE s.book_id = %(book)s GROUP BY s.account_id, s.posted, s.held
        HAVING s.posted <> coalesce(sum(x.points_left), 0) OR s.held <> coalesce(sum(x.held), 0)""",
    "a lot is not the sum of its moves": """
        SELECT x.account_id, x.expires_on FROM points_lots x
          LEFT JOIN (SELECT book_id, e.account_id, m.expires_on, m.budget_id, sum(m.points) AS points,
                            sum(m.cost_fen) AS fen,
                            sum(m.points) FILTER (WHERE m.points > 0 AND NOT m.restores) AS issued
                       FROM points_lot_moves m JOIN points_entries e USING (book_id, transaction_id, line)
                      GROUP BY 1, 2, 3, 4) w USING (book_id, account_id, expires_on, budget_id)
         WHERE book_id = %(book)s
           AND (x.points_left, x.cost_left_fen, x.issued) IS DISTINCT FROM (w.points, w.fen, w.issued)""",
    "an entry of a passbook is not the sum of its lot moves": """
        SELECT e.transaction_id FROM points_entries e
          JOIN points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id AND a.kind = 'resident'
          LEFT JOIN points_lot_moves m
            ON m.book_id = e.book_id AND m.transaction_id = e.transaction_id AND m.line = e.line
         WHERE e.book_id = %(book)s
         GROUP BY e.transaction_id, e.line, e.amount HAVING e.amount <> coalesce(sum(m.points), 0)""",
    "the money behind the lots is not the points' liability": """
        SELECT l.fen, m.fen
          FROM (SELECT coalesce(sum(cost_left_fen), 0) AS fen FROM points_lots WHERE book_id = %(book)s) l,
               (SELECT coalesce(sum(e.amount), 0) AS fen FROM points_entries e
                  JOIN points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id
                 WHERE e.book_id = %(book)s AND a.kind = 'points_liability') m
         WHERE l.fen <> m.fen""",
    "a budget's reserve is not the money behind the points on its stripes and in its allotments": """
        SELECT b.id, r.fen, p.points FROM points_budgets b
          LEFT JOIN (SELECT a.owner_id, sum(e.amount) AS fen FROM points_entries e
                       JOIN points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id
                      WHERE e.book_id = %(book)s AND a.kind = 'budget_reserve' GROUP BY 1) r ON r.owner_id = b.id
          LEFT JOIN (SELECT coalesce(o.budget_id, a.owner_id) AS id, sum(s.posted) AS points
                       FROM points_accounts a JOIN points_balances s ON s.book_id = a.book_id AND s.account_id = a.id
                       LEFT JOIN points_allotments o
                         ON o.book_id = a.book_id AND o.id = a.owner_id AND a.kind = 'allotment'
                      WHERE a.book_id = %(book)s AND a.kind IN ('sponsor_budget', 'allotment') GROUP BY 1) p
            ON p.id = b.id
         WHERE b.book_id = %(book)s AND coalesce(r.fen, 0) <> coalesce(p.points, 0) * b.point_value_fen
           AND NOT EXISTS (SELECT 1 FROM points_accounts x  -- points handed over by a bare posting: of no budget
                             LEFT JOIN points_allotments o ON o.book_id = x.book_id AND o.id = x.owner_id
                            WHERE x.book_id = b.book_id AND x.kind = 'allotment' AND o.id IS NULL)""",
    "what a lot holds is not the sum of its open holds": """
        SELECT x.account_id, x.expires_on FROM points_lots x
          LEFT JOIN (SELECT h.book_id, h.account_id, l.expires_on, l.budget_id, sum(l.points) AS held
                       FROM points_holds h JOIN points_hold_lots l ON l.book_id = h.book_id AND l.hold_id = h.id
                      WHERE h.open GROUP BY 1, 2, 3, 4) w USING (book_id, account_id, expires_on, budget_id)
         WHERE book_id = %(book)s AND x.held <> coalesce(w.held, 0)""",
    "a hold and its resolution disagree": """
        SELECT h.id FROM points_holds h
          LEFT JOIN points_hold_resolutions r ON r.book_id = h.book_id AND r.hold_id = h.id
          LEFT JOIN points_hold_lots l ON l.book_id = h.book_id AND l.hold_id = h.id
         WHERE h.book_id = %(book)s GROUP BY h.id, h.open, h.points, r.hold_id, r.points_captured
        HAVING h.open <> (r.hold_id IS NULL) OR h.points <> coalesce(sum(l.points), 0)
            OR r.points_captured > h.points""",
    "an outcome and its act disagree": """
        SELECT o.cause FROM points_outcomes o
          LEFT JOIN points_transactions t ON t.book_id = o.book_id AND t.id = o.subject_id
          LEFT JOIN points_holds h ON h.book_id = o.book_id AND h.id = o.subject_id
         WHERE o.book_id = %(book)s AND ((o.decline IS NULL) <> (coalesce(t.cause, h.cause) IS NOT NULL)
            OR coalesce(t.cause, h.cause, o.cause) <> o.cause)""",
    "a transaction has no outcome": """
        SELECT t.id FROM points_transactions t LEFT JOIN points_outcomes o USING (book_id, cause)
         WHERE book_id = %(book)s AND o.subject_id IS DISTINCT FROM t.id""",
    "more was refunded than taken": """
        SELECT id FROM (SELECT coalesce(t.refunds_id, t.id) AS id, sum(m.points) AS points, sum(m.cost_fen) AS fen
                          FROM points_transactions t
                          JOIN points_lot_moves m ON m.book_id = t.book_id AND m.transaction_id = t.id
                         WHERE t.book_id = %(book)s AND t.code IN ('redemption', 'refund') GROUP BY 1) z
         WHERE points > 0 OR fen > 0""",
    "a folded balance and its tail are not the sum of its entries": """
        SELECT a.id FROM points_accounts a
          LEFT JOIN points_folded_balances f ON f.book_id = a.book_id AND f.account_id = a.id
          LEFT JOIN (SELECT book_id, e.account_id, sum(e.amount) AS posted,
                            sum(e.amount) FILTER (WHERE u.transaction_id IS NOT NULL) AS tail
                       FROM points_entries e LEFT JOIN points_unfolded u USING (book_id, transaction_id)
                      GROUP BY 1, 2) w ON w.book_id = a.book_id AND w.account_id = a.id
         WHERE a.book_id = %(book)s AND a.folded
           AND coalesce(f.posted, 0) + coalesce(w.tail, 0) <> coalesce(w.posted, 0)""",
    "time runs back on an account": """
        SELECT account_id FROM (
          SELECT e.account_id, t.recorded_at < lag(t.recorded_at) OVER w AS back
            FROM points_entries e JOIN points_transactions t ON t.book_id = e.book_id AND t.id = e.transaction_id
           WHERE e.book_id = %(book)s AND e.version IS NOT NULL
          WINDOW w AS (PARTITION BY e.account_id ORDER BY e.version)) z WHERE back""",
}

# All of them asked at once: as many answers as something is wrong, and one way to the server and back.
EVERYTHING = " UNION ALL ".join(
    "SELECT '{}', to_jsonb(z) FROM ({}) z".format(name.replace("'", "''"), query) for name, query in WRONGS.items()
)

ENTRIES = """
    SELECT e.account_id, e.version, e.amount, e.balance_after, e.chain, t.id, t.actor_id, t.recorded_at, t.effective_at,
           t.code, t.cause, t.evidence
      FROM points_entries e JOIN points_transactions t ON t.book_id = e.book_id AND t.id = e.transaction_id
     WHERE e.book_id = %(book)s AND e.version IS NOT NULL ORDER BY e.account_id, e.version"""
HEADS = "SELECT account_id, head, posted FROM points_balances WHERE book_id = %(book)s AND version > 0"


def list_wrongs(fetch: Fetch, book_id: int) -> list[str]:
    """Everything that is wrong with the book, in words; empty when nothing is."""
    # within a test's own transaction nobody has counted the rows: nested loops would be planned for a handful
    fetch("SELECT set_config('enable_nestloop', 'off', true)", {})
    wrongs: dict[str, list[Any]] = {}
    for name, row in fetch(EVERYTHING, {"book": book_id}):
        wrongs.setdefault(name, []).append(row)
    found = [f"{name}: {rows[:3]}" for name, rows in wrongs.items()]
    found += _wrong_chains(fetch, book_id)
    fetch("SELECT set_config('enable_nestloop', 'on', true)", {})
    return found


def _wrong_chains(fetch: Fetch, book_id: int) -> list[str]:
    """Follow every chain from its start with arithmetic of our own."""
    heads: dict[Any, tuple[bytes, int, int]] = {}
    wrong = []
    for account, version, amount, after, chain, *header in fetch(ENTRIES, {"book": book_id}):
        before, posted, last = heads.get(account, (bytes(32), 0, 0))
        expected = hashlib.sha256(
            before
            + struct.pack(">i", book_id)
            + account.bytes
            + struct.pack(">qqq", version, amount, after)
            + _digest(*header)
        ).digest()
        if bytes(chain) != expected or after != posted + amount or version != last + 1:
            wrong.append(f"the chain of {account} breaks at version {version}")
        heads[account] = (bytes(chain), after, version)
    for account, head, posted in fetch(HEADS, {"book": book_id}):
        if (bytes(head), posted) != heads[account][:2]:
            wrong.append(f"the head of {account} is not its last entry")
    return wrong


def _digest(id_, actor, recorded_at, effective_at, code, cause, evidence) -> bytes:
    message = id_.bytes + actor.bytes
    for instant in (recorded_at, effective_at):
        seconds = (instant.astimezone(UTC).replace(microsecond=0) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
        message += struct.pack(">q", int(seconds) * 1_000_000 + instant.microsecond)
    for text in (code, cause, evidence):
        message += struct.pack(">i", -1) if text is None else struct.pack(">i", len(text.encode())) + text.encode()
    return hashlib.sha256(message).digest()


def fetch_in(session) -> Fetch:
    """Ask through a SQLAlchemy session."""
    return lambda query, arguments: session.connection().exec_driver_sql(query, arguments).all()


def fetch_on(connection) -> Fetch:
    """Ask through a psycopg connection."""
    return lambda query, arguments: connection.execute(query, arguments).fetchall()
