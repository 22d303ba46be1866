-- A transfer takes lots out of one passbook, puts the same into another, and debts likewise; the first is closed for good.
WITH legs AS MATERIALIZED (
    SELECT t.id, e.line, e.account_id, a.owner_id, CASE WHEN a.kind = 'clawback' THEN -e.amount ELSE e.amount END > 0 AS takes
      FROM points_transactions t
      JOIN points_entries e ON e.book_id = t.book_id AND e.transaction_id = t.id
      JOIN points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id
     WHERE t.book_id = :book AND t.code = 'transfer'),
sides AS (
    SELECT l.id, array_agg(DISTINCT l.owner_id) FILTER (WHERE NOT l.takes) AS givers,
           array_agg(DISTINCT l.owner_id) FILTER (WHERE l.takes) AS takers FROM legs l GROUP BY l.id)
SELECT 'transfer.lots', 'transaction ' || x.id || ', ' || x.expires_on || ', budget ' || x.budget_id, 'as much in as out',
       x.points || ' points, ' || x.fen || ' fen more'
  FROM (SELECT l.id, m.expires_on, m.budget_id, sum(m.points) AS points, sum(m.cost_fen) AS fen
          FROM legs l JOIN points_lot_moves m ON m.book_id = :book AND m.transaction_id = l.id AND m.line = l.line
         GROUP BY l.id, m.expires_on, m.budget_id) x
 WHERE (x.points, x.fen) <> (0, 0)
UNION ALL
SELECT 'transfer.passbook', 'transaction ' || s.id, 'out of one closed passbook into one other',
       coalesce(s.givers::text, 'none') || ' to ' || coalesce(s.takers::text, 'none')
  FROM sides s
  LEFT JOIN points_successors c ON c.book_id = :book AND c.owner_id = s.givers[1]
 WHERE (cardinality(s.givers) = 1 AND cardinality(s.takers) = 1 AND s.givers <> s.takers AND c.owner_id IS NOT NULL) IS NOT TRUE
UNION ALL
SELECT 'transfer.record', 'passbook of ' || c.owner_id, 'moved to ' || c.successor_id || ' by ' || c.transaction_id,
       coalesce('moved to ' || s.takers::text, 'not moved by it')
  FROM points_successors c
  LEFT JOIN sides s ON s.id = c.transaction_id AND s.givers = ARRAY[c.owner_id]
 WHERE c.book_id = :book AND c.transaction_id IS NOT NULL AND s.takers IS DISTINCT FROM ARRAY[c.successor_id]
UNION ALL
SELECT 'transfer.closed', 'passbook of ' || c.owner_id, 'frozen', 'not frozen'
  FROM points_successors c
  LEFT JOIN points_accounts a ON a.book_id = c.book_id AND a.kind = 'resident' AND a.owner_id = c.owner_id
  LEFT JOIN points_balances b ON b.book_id = a.book_id AND b.account_id = a.id
 WHERE c.book_id = :book AND b.frozen_reason IS NULL
