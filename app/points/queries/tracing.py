"""From a transaction to what it rests on, in one query: rule and version, evidence, allotment, budget, sponsor."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

_TRACE = text("""
    SELECT t.id AS transaction_id, t.code, t.cause, t.evidence, t.actor_id, t.recorded_at, t.effective_at,
           t.reverses_id, t.refunds_id,
           CASE WHEN a.id IS NOT NULL THEN json_build_object(
               'id', a.id, 'rule', a.rule_code, 'rule_title', r.title, 'rule_version', a.rule_version,
               'formula', v.formula, 'published_by', v.published_by, 'subject', a.subject, 'title', a.title,
               'performed_on', a.performed_on, 'cycle', a.cycle, 'minutes', a.minutes, 'events', a.events,
               'grade', a.grade, 'chosen_points', a.chosen_points, 'streak', a.streak,
               'computed_points', a.computed_points, 'points', a.points, 'evidence', a.evidence,
               'awarded_by', a.awarded_by, 'beneficiary_id', a.beneficiary_id,
               'budget_id', a.budget_id, 'budget_name', b.name, 'sponsor_id', b.sponsor_id, 'sponsor_name', s.name)
           END AS award,
           CASE WHEN l.id IS NOT NULL THEN json_build_object(
               'id', l.id, 'holder_kind', l.holder_kind, 'holder_id', l.holder_id, 'holder_name', h.name,
               'period_from', l.period_from, 'period_to', l.period_to)
           END AS allotment,
           m.sources
      FROM points_transactions t
      LEFT JOIN points_awards a
        ON a.book_id = t.book_id AND a.transaction_id = ANY (ARRAY[t.id, t.reverses_id, t.refunds_id])
      LEFT JOIN points_award_rules r ON r.book_id = a.book_id AND r.code = a.rule_code
      LEFT JOIN points_award_rule_versions v
        ON v.book_id = a.book_id AND v.code = a.rule_code AND v.version = a.rule_version
      LEFT JOIN points_budgets b ON b.book_id = a.book_id AND b.id = a.budget_id
      LEFT JOIN points_owner_names s ON s.book_id = b.book_id AND s.owner_id = b.sponsor_id
      LEFT JOIN points_allotments l ON l.book_id = a.book_id AND l.id = a.allotment_id
      LEFT JOIN points_owner_names h ON h.book_id = l.book_id AND h.owner_id = l.holder_id
     CROSS JOIN LATERAL (
           SELECT coalesce(json_agg(json_build_object(
                      'budget_id', x.budget_id, 'budget_name', y.name, 'sponsor_id', y.sponsor_id,
                      'sponsor_name', z.name, 'expires_on', x.expires_on, 'points', x.points, 'cost_fen', x.cost_fen)
                      ORDER BY x.expires_on, x.budget_id), '[]') AS sources
             FROM (SELECT w.budget_id, w.expires_on, sum(w.points) AS points, sum(w.cost_fen) AS cost_fen
                     FROM points_lot_moves w
                     JOIN points_entries e
                       ON e.book_id = w.book_id AND e.transaction_id = w.transaction_id AND e.line = w.line
                    WHERE w.book_id = t.book_id AND w.transaction_id = t.id
                      -- a transfer has two passbooks: without one in mind, the one that took
                      AND CASE WHEN CAST(:account AS uuid) IS NULL THEN t.code <> 'transfer' OR e.amount > 0
                               ELSE e.account_id = :account END
                    GROUP BY w.budget_id, w.expires_on) x
             JOIN points_budgets y ON y.book_id = t.book_id AND y.id = x.budget_id
             LEFT JOIN points_owner_names z ON z.book_id = t.book_id AND z.owner_id = y.sponsor_id) m
     WHERE t.book_id = :book_id AND t.id = :id
       AND (CAST(:account AS uuid) IS NULL OR EXISTS (
            SELECT 1 FROM points_entries e
             WHERE e.book_id = t.book_id AND e.transaction_id = t.id AND e.account_id = :account))
""")


def find_trace(session: Session, book_id: int, transaction_id: UUID, *, account_id: UUID | None) -> Any | None:
    """What a transaction rests on; None when there is none, or none that touches `account_id` when that is given.

    `award`: the award it paid or took back; `allotment`: the one that paid it; `sources`: budgets and sponsors of the
    points that moved, by lot, + into the passbook.
    """
    values = {"book_id": book_id, "id": transaction_id, "account": account_id}
    return session.execute(_TRACE, values).one_or_none()
