-- Allotments and their accounts: no points on an account that belongs to none, and each handed out and took back what it
-- says. An account on which nothing ever lay (an award that was refused) need not belong to one.
WITH handed AS MATERIALIZED (
    SELECT a.owner_id AS id, sum(e.amount) FILTER (WHERE t.code = 'allot') AS points,
           -sum(e.amount) FILTER (WHERE t.code = 'allot_return') AS returned
      FROM points_transactions t
     CROSS JOIN LATERAL (SELECT x.account_id, x.amount FROM points_entries x
                          WHERE x.book_id = t.book_id AND x.transaction_id = t.id OFFSET 0) e
      JOIN points_accounts a ON a.book_id = t.book_id AND a.id = e.account_id AND a.kind = 'allotment'
     WHERE t.book_id = :book AND t.code IN ('allot', 'allot_return') GROUP BY a.owner_id)
SELECT 'allotment.owner', 'account ' || a.id, 'an allotment of this book', 'allotment ' || a.owner_id || ', which is none'
  FROM points_accounts a
  LEFT JOIN points_balances s ON s.book_id = a.book_id AND s.account_id = a.id
  LEFT JOIN points_allotments o ON o.book_id = a.book_id AND o.id = a.owner_id
 WHERE a.book_id = :book AND a.kind = 'allotment' AND o.id IS NULL AND s.version IS DISTINCT FROM 0
UNION ALL
SELECT v.check_name, 'allotment ' || o.id, v.expected || ' points', v.found || ' points'
  FROM points_allotments o
  LEFT JOIN handed h ON h.id = o.id
 CROSS JOIN LATERAL (VALUES
    ('allotment.points', coalesce(h.points, 0), o.points),
    ('allotment.returned', coalesce(h.returned, 0), coalesce(o.returned_points, 0))) AS v (check_name, expected, found)
 WHERE o.book_id = :book AND v.expected <> v.found
