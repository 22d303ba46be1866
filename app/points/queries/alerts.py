"""Which budgets and allotments have given out so much that somebody should know."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.points.models import Alert, AllotmentSpender
from app.points.terms import ALERT_PERCENTS


@dataclass(frozen=True, slots=True)
class Reached:
    """A threshold that was reached: `given_points` of `points` that were minted or handed over."""

    subject: str
    subject_id: UUID
    budget_id: UUID
    percent: int
    points: int
    given_points: int


# One statement, one snapshot. It reads the mintings of a book (an index holds nothing else; a minting that was undone
# does not count), the balance rows of its stripes, and those of its open allotments: never an award. So its time
# follows the number of budgets and mintings, not the length of the history. Given out is what was minted and lies
# neither on a stripe nor on an open allotment. No join is left to the planner: with statistics from before the
# allotments of this month were made, it would compare each of them with every account.
_REACHED = text("""
    WITH minted AS (
        SELECT a.owner_id AS budget_id, sum(e.amount)::bigint AS points
          FROM points_transactions t
         CROSS JOIN LATERAL (SELECT x.account_id, x.amount FROM points_entries x
                              WHERE x.book_id = t.book_id AND x.transaction_id = t.id OFFSET 0) e
         CROSS JOIN LATERAL (SELECT y.owner_id FROM points_accounts y
                              WHERE y.book_id = t.book_id AND y.id = e.account_id AND y.kind = 'sponsor_budget'
                             OFFSET 0) a
         WHERE t.book_id = :book_id AND t.code = 'mint'
           AND (SELECT count(*) FROM points_transactions r WHERE r.book_id = t.book_id AND r.reverses_id = t.id) = 0
         GROUP BY a.owner_id),
    striped AS (
        SELECT a.owner_id AS budget_id, sum(s.posted) AS points
          FROM points_accounts a
         CROSS JOIN LATERAL (SELECT x.posted FROM points_balances x
                              WHERE x.book_id = a.book_id AND x.account_id = a.id OFFSET 0) s
         WHERE a.book_id = :book_id AND a.kind = 'sponsor_budget' GROUP BY a.owner_id),
    allotted AS MATERIALIZED (
        SELECT o.id, o.budget_id, o.points, coalesce(s.posted, 0) AS points_left
          FROM points_allotments o
          LEFT JOIN LATERAL (SELECT x.id FROM points_accounts x
                              WHERE x.book_id = o.book_id AND x.kind = 'allotment' AND x.owner_id = o.id
                                AND x.stripe = 0 OFFSET 0) a ON true
          LEFT JOIN LATERAL (SELECT x.posted FROM points_balances x
                              WHERE x.book_id = o.book_id AND x.account_id = a.id OFFSET 0) s ON true
         WHERE o.book_id = :book_id AND o.state = 'open'),
    handed AS (
        SELECT o.budget_id, sum(o.points_left) AS points FROM allotted o GROUP BY o.budget_id),
    subjects AS (
        SELECT 'budget' AS subject, m.budget_id AS id, m.budget_id, m.points,
               m.points - coalesce(s.points, 0) - coalesce(h.points, 0) AS given_points
          FROM minted m LEFT JOIN striped s ON s.budget_id = m.budget_id LEFT JOIN handed h ON h.budget_id = m.budget_id
        UNION ALL
        SELECT 'allotment', o.id, o.budget_id, o.points, o.points - o.points_left FROM allotted o)
    SELECT s.subject, s.id, s.budget_id, p.percent, s.points::bigint, s.given_points::bigint
      FROM subjects s CROSS JOIN unnest(CAST(:percents AS smallint[])) AS p (percent)
     WHERE s.points > 0 AND s.given_points * 100 >= s.points * p.percent
       AND (SELECT count(*) FROM points_alerts x
             WHERE x.book_id = :book_id AND x.subject_id = s.id AND x.percent = p.percent AND x.points = s.points) = 0
     ORDER BY s.id, p.percent LIMIT :limit
""")


def list_reached(session: Session, book_id: int, *, limit: int) -> Sequence[Reached]:
    """Thresholds that are reached now and were not noted yet for the amount minted or handed over."""
    values = {"book_id": book_id, "percents": list(ALERT_PERCENTS), "limit": limit}
    return [Reached(*row) for row in session.execute(_REACHED, values)]


def list_alerts(
    session: Session, book_id: int, *, spender_id: UUID | None, before: UUID | None, limit: int
) -> Sequence[Alert]:
    """Alerts, the youngest first, those with an id below `before`; with `spender_id` of this person's allotments."""
    query = select(Alert).where(Alert.book_id == book_id)
    if spender_id is not None:
        mine = select(AllotmentSpender.allotment_id).where(
            AllotmentSpender.book_id == book_id, AllotmentSpender.person_id == spender_id
        )
        query = query.where(Alert.subject_id.in_(mine))
    if before is not None:
        query = query.where(Alert.id < before)
    return session.scalars(query.order_by(Alert.id.desc()).limit(limit)).all()
