-- Refunds and redemptions meet per account, so a refund into another passbook has nothing to be taken from.
WITH given AS MATERIALIZED (
    SELECT t.refunds_id AS id, e.account_id, sum(m.points) AS points, sum(m.cost_fen) AS fen
      FROM points_transactions t
      JOIN points_lot_moves m ON m.book_id = t.book_id AND m.transaction_id = t.id
      JOIN points_entries e ON e.book_id = m.book_id AND e.transaction_id = m.transaction_id AND e.line = m.line
     WHERE t.book_id = :book AND t.refunds_id IS NOT NULL AND t.code NOT IN ('clawback', 'recovery')
     GROUP BY t.refunds_id, e.account_id),
taken AS (
    SELECT m.transaction_id AS id, e.account_id, -sum(m.points) AS points, -sum(m.cost_fen) AS fen
      FROM points_lot_moves m
      JOIN points_entries e ON e.book_id = m.book_id AND e.transaction_id = m.transaction_id AND e.line = m.line
     WHERE m.book_id = :book AND m.points < 0 AND m.transaction_id IN (SELECT g.id FROM given g) GROUP BY m.transaction_id, e.account_id)
SELECT 'refund.amount', 'refunds of transaction ' || g.id || ' to account ' || g.account_id,
       'at most ' || coalesce(k.points, 0) || ' points, ' || coalesce(k.fen, 0) || ' fen', g.points || ' points, ' || g.fen || ' fen'
  FROM given g LEFT JOIN taken k ON k.id = g.id AND k.account_id = g.account_id
 WHERE (g.points <= k.points AND g.fen <= k.fen) IS NOT TRUE
UNION ALL
SELECT 'refund.reversed', 'transaction ' || t.reverses_id, 'refunded or reversed', 'refunded and reversed'
  FROM points_transactions t
 WHERE t.book_id = :book AND t.reverses_id IS NOT NULL AND t.reverses_id IN (SELECT g.id FROM given g)
