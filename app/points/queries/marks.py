"""Where a moment stands in a passbook: how many entries it had then, and what was in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Mark:
    """A strict account after its entry `version` (0: before the first) and the points in it then."""

    version: int
    balance: int


_MARKS = text("""
    SELECT m.version, coalesce(e.balance_after, 0) AS balance
      FROM unnest(CAST(:instants AS timestamptz[])) WITH ORDINALITY AS i (at, n)
      CROSS JOIN LATERAL points_version_before(:book_id, :account_id, i.at) AS m (version)
      LEFT JOIN points_entries e ON e.book_id = :book_id AND e.account_id = :account_id AND e.version = m.version
     ORDER BY i.n
""")


def list_marks(session: Session, book_id: int, account_id: UUID, instants: Sequence[datetime]) -> list[Mark]:
    """How a strict account stood just before each of these instants, in their order. One that never moved: zeros.

    Each costs the logarithm of the entries there are, because time never runs back within an account.
    """
    values = {"book_id": book_id, "account_id": account_id, "instants": list(instants)}
    return [Mark(row.version, row.balance) for row in session.execute(_MARKS, values)]
