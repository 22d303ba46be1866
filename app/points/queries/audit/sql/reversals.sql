-- A reversal turns every account's entries round. A clawback does so for every owner: what the passbook no longer
-- has is owed on the clawback account of the same owner; to a budget, also where its allotment had paid. What expired
-- is taken from breakage instead of the owner, and goes out of the world instead of to the budget. Passbooks that were
-- merged have one owner. An award may be taken back in parts before: with what is taken back at last they turn all of it
-- round, and alone never more than it gave. What was recovered of a debt moves between two accounts of each owner, and is
-- never more than was owed.
WITH RECURSIVE turned AS MATERIALIZED (
    SELECT t.id, t.reverses_id, t.code = 'clawback' AS clawback, true AS whole FROM points_transactions t
     WHERE t.book_id = :book AND t.reverses_id IS NOT NULL
    UNION ALL
    SELECT p.refunds_id, p.refunds_id, true, false FROM points_transactions p
     WHERE p.book_id = :book AND p.refunds_id IS NOT NULL AND p.code IN ('clawback', 'recovery')
       AND NOT EXISTS (SELECT 1 FROM points_transactions r WHERE r.book_id = :book AND r.reverses_id = p.refunds_id)
     GROUP BY p.refunds_id),
legs AS (
    SELECT r.id, r.clawback, r.whole, o.own, p.transaction_id, p.line, p.account_id, p.amount
      FROM turned r CROSS JOIN LATERAL (
           SELECT r.id, true WHERE r.whole
           UNION ALL SELECT r.reverses_id, false
           UNION ALL SELECT q.id, true FROM points_transactions q
                      WHERE q.book_id = :book AND q.refunds_id = r.reverses_id AND q.code IN ('clawback', 'recovery')) AS o (id, own)
      JOIN points_entries p ON p.book_id = :book AND p.transaction_id = o.id),
merged AS (
    SELECT s.owner_id, s.successor_id FROM points_successors s WHERE s.book_id = :book AND s.kind = 'merge'),
way AS (
    SELECT m.owner_id, m.successor_id FROM merged m
    UNION
    SELECT w.owner_id, m.successor_id FROM way w JOIN merged m ON m.owner_id = w.successor_id),
persons AS MATERIALIZED (
    SELECT w.owner_id, w.successor_id AS person FROM way w WHERE w.successor_id NOT IN (SELECT m.owner_id FROM merged m)),
paid AS (
    SELECT r.id, coalesce(s.person, a.owner_id) AS owner_id, m.budget_id
      FROM turned r
      JOIN points_lot_moves m ON m.book_id = :book AND m.transaction_id = r.reverses_id
      JOIN points_entries p ON p.book_id = :book AND p.transaction_id = m.transaction_id AND p.line = m.line
      JOIN points_accounts a ON a.book_id = :book AND a.id = p.account_id
      LEFT JOIN persons s ON s.owner_id = a.owner_id
     WHERE r.clawback)
SELECT 'reversal.legs', 'transaction ' || x.id || CASE WHEN x.clawback THEN ' owner ' ELSE ' account ' END || x.side,
       (-coalesce(x.before, 0))::text, coalesce(x.after, 0)::text
  FROM (SELECT l.id, l.clawback, l.whole,
               CASE WHEN NOT l.clawback THEN a.id WHEN a.kind = 'breakage' THEN coalesce(d.owner_id, a.owner_id)
                    WHEN a.kind = 'issuance' THEN coalesce(d.budget_id, a.owner_id)
                    ELSE coalesce(m.budget_id, s.person, a.owner_id) END AS side,
               sum(l.amount) FILTER (WHERE NOT l.own) AS before, sum(l.amount) FILTER (WHERE l.own) AS after
          FROM legs l JOIN points_accounts a ON a.book_id = :book AND a.id = l.account_id
          LEFT JOIN points_allotments m ON m.book_id = :book AND a.kind = 'allotment' AND m.id = a.owner_id
          LEFT JOIN paid d ON d.id = l.id
          LEFT JOIN persons s ON l.clawback AND s.owner_id = a.owner_id
         WHERE NOT (l.clawback AND a.asset <> 'points') GROUP BY 1, 2, 3, 4) x
 WHERE CASE WHEN x.whole THEN coalesce(x.before, 0) + coalesce(x.after, 0) <> 0
            ELSE coalesce(x.after, 0) NOT BETWEEN least(0, -coalesce(x.before, 0)) AND greatest(0, -coalesce(x.before, 0)) END
UNION ALL
SELECT 'reversal.owed', 'transaction ' || l.id, 'at least 0 owed', sum(l.amount)::text
  FROM legs l JOIN points_accounts a ON a.book_id = :book AND a.id = l.account_id AND a.kind = 'clawback'
  JOIN paid d ON d.id = l.id AND d.budget_id = a.owner_id
 WHERE l.own GROUP BY l.id HAVING sum(l.amount) < 0
UNION ALL
SELECT 'reversal.lots', 'transaction ' || x.id || ' budget ' || x.budget_id,
       -x.before_points || ' points, ' || -x.before_fen || ' fen', x.points || ' points, ' || x.fen || ' fen'
  FROM (SELECT l.id, m.budget_id,
               coalesce(sum(m.points) FILTER (WHERE l.own), 0) AS points, coalesce(sum(m.cost_fen) FILTER (WHERE l.own), 0) AS fen,
               coalesce(sum(m.points) FILTER (WHERE NOT l.own), 0) AS before_points, coalesce(sum(m.cost_fen) FILTER (WHERE NOT l.own), 0) AS before_fen
          FROM legs l JOIN points_lot_moves m ON m.book_id = :book AND m.transaction_id = l.transaction_id AND m.line = l.line
         WHERE NOT l.clawback GROUP BY 1, 2) x
 WHERE (x.points, x.fen) <> (-x.before_points, -x.before_fen)
UNION ALL
SELECT 'reversal.once', 'transaction ' || r.reverses_id, 'one reversal at most', count(*)::text
  FROM turned r GROUP BY r.reverses_id HAVING count(*) > 1
UNION ALL
SELECT 'correction.original', 'transaction ' || t.id, 'a transaction ' || coalesce(t.reverses_id, t.refunds_id), 'none'
  FROM points_transactions t
 WHERE t.book_id = :book AND coalesce(t.reverses_id, t.refunds_id) IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM points_transactions o WHERE o.book_id = t.book_id AND o.id = coalesce(t.reverses_id, t.refunds_id))
UNION ALL
SELECT 'correction.code', 'transaction ' || t.id, 'reversal, clawback or refund exactly where it corrects another', t.code
  FROM points_transactions t
 WHERE t.book_id = :book
   AND (t.code IN ('reversal', 'clawback', 'refund', 'recovery') <> (coalesce(t.reverses_id, t.refunds_id) IS NOT NULL)
        OR t.reverses_id IS NOT NULL AND t.code NOT IN ('reversal', 'clawback')
        OR t.refunds_id IS NOT NULL AND t.code NOT IN ('refund', 'clawback', 'recovery'))
