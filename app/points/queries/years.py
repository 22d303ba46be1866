"""A range of a passbook's entries added up: by month and code, and by what was done for the points."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.points.rules.years import CodeSum


@dataclass(frozen=True, slots=True)
class ActivitySum:
    """What was done under one title, how often, how long in all, and the points for it."""

    title: str
    times: int
    minutes: int
    points: int

    def with_more(self, other: "ActivitySum | None") -> "ActivitySum":
        """The same together with what another passbook has of it."""
        if other is None:
            return self
        return ActivitySum(
            self.title, self.times + other.times, self.minutes + other.minutes, self.points + other.points
        )


# a month begins with the entry after the last one of the month before, so the month follows from the version alone
_SUMS = text("""
    SELECT width_bucket(e.version, CAST(:starts AS bigint[])) AS month, t.code,
           coalesce(sum(e.amount) FILTER (WHERE e.amount > 0), 0)::bigint AS points_in,
           coalesce(-sum(e.amount) FILTER (WHERE e.amount < 0), 0)::bigint AS points_out, count(*) AS entries
      FROM points_entries e
      JOIN points_transactions t ON t.book_id = e.book_id AND t.id = e.transaction_id
     WHERE e.book_id = :book_id AND e.account_id = :account_id AND e.version > :after AND e.version <= :through
     GROUP BY 1, 2 ORDER BY 1, 2
""")

# an award that was taken back since is not something one can look back on
_ACTIVITIES = text("""
    SELECT w.title, count(*) AS times, coalesce(sum(w.minutes), 0)::bigint AS minutes, sum(w.points)::bigint AS points
      FROM points_entries e
      JOIN points_awards w ON w.book_id = e.book_id AND w.transaction_id = e.transaction_id
     WHERE e.book_id = :book_id AND e.account_id = :account_id AND e.version > :after AND e.version <= :through
       AND e.amount > 0
       AND NOT EXISTS (SELECT FROM points_transactions r
                        WHERE r.book_id = e.book_id AND r.reverses_id = e.transaction_id)
     GROUP BY w.title ORDER BY minutes DESC, points DESC, w.title LIMIT :limit
""")


def list_month_sums(session: Session, book_id: int, account_id: UUID, *, versions: Sequence[int]) -> Sequence[CodeSum]:
    """Sums by month and code. `versions`: the last version before the first month, then that of each of twelve months.

    Reads every entry in between; the caller bounds how many those are.
    """
    values = {
        "book_id": book_id,
        "account_id": account_id,
        "after": versions[0],
        "through": versions[-1],
        "starts": [version + 1 for version in versions[:-1]],
    }
    return [CodeSum(**row._mapping) for row in session.execute(_SUMS, values)]  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping


def list_top_activities(
    session: Session, book_id: int, account_id: UUID, *, after: int, through: int, limit: int
) -> Sequence[ActivitySum]:
    """What the awards among these entries were for, by title, the longest time first. Reads every entry in between."""
    values = {"book_id": book_id, "account_id": account_id, "after": after, "through": through, "limit": limit}
    return [ActivitySum(**row._mapping) for row in session.execute(_ACTIVITIES, values)]  # noqa: SLF001 - as above
