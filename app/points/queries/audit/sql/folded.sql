-- Folded accounts: what is folded plus the tail that is not must be the sum of all entries; the money owed for
-- residents' points is the money behind their lots; and the reserve of a budget is the money behind the points on its
-- stripes and in its allotments.
WITH entire AS MATERIALIZED (
    SELECT e.account_id, sum(e.amount) AS posted, count(*) AS entries
      FROM points_entries e WHERE e.book_id = :book AND e.version IS NULL GROUP BY e.account_id),
tail AS MATERIALIZED (
    SELECT e.account_id, sum(e.amount) AS posted, count(*) AS entries
      FROM points_unfolded u JOIN points_entries e ON e.book_id = u.book_id AND e.transaction_id = u.transaction_id
     WHERE u.book_id = :book AND e.version IS NULL GROUP BY e.account_id)
SELECT v.check_name, 'account ' || x.id, v.expected::text, v.found::text
  FROM (SELECT coalesce(n.account_id, f.account_id) AS id, coalesce(n.posted, 0) - coalesce(t.posted, 0) AS posted,
               coalesce(n.entries, 0) - coalesce(t.entries, 0) AS entries,
               coalesce(f.posted, 0) AS folded_posted, coalesce(f.entry_count, 0) AS folded_entries
          FROM entire n FULL JOIN (SELECT b.* FROM points_folded_balances b WHERE b.book_id = :book) f ON f.account_id = n.account_id
          LEFT JOIN tail t ON t.account_id = n.account_id) x
 CROSS JOIN LATERAL (VALUES
    ('folded.posted', x.posted, x.folded_posted), ('folded.entries', x.entries, x.folded_entries)) AS v (check_name, expected, found)
 WHERE v.expected <> v.found
UNION ALL
SELECT 'folded.queue', 'transaction ' || u.transaction_id, 'a transaction', 'none'
  FROM points_unfolded u
 WHERE u.book_id = :book
   AND NOT EXISTS (SELECT 1 FROM points_transactions t WHERE t.book_id = u.book_id AND t.id = u.transaction_id)
UNION ALL
SELECT 'money.liability', 'account ' || m.id, m.behind_lots || ' fen behind the lots', m.posted || ' fen'
  FROM (SELECT coalesce(string_agg(a.id::text, ' '), 'points_liability') AS id, coalesce(sum(n.posted), 0) AS posted,
               (SELECT coalesce(sum(x.cost_left_fen), 0) FROM points_lots x WHERE x.book_id = :book) AS behind_lots
          FROM points_accounts a LEFT JOIN entire n ON n.account_id = a.id
         WHERE a.book_id = :book AND a.kind = 'points_liability') m
 WHERE m.posted <> m.behind_lots
UNION ALL
SELECT 'money.reserve', 'budget ' || b.id, coalesce(p.points, 0) * b.point_value_fen || ' fen behind its points', coalesce(n.posted, 0) || ' fen'
  FROM points_budgets b
  LEFT JOIN points_accounts r ON r.book_id = b.book_id AND r.kind = 'budget_reserve' AND r.owner_id = b.id
  LEFT JOIN entire n ON n.account_id = r.id
  LEFT JOIN (SELECT coalesce(o.budget_id, a.owner_id) AS budget_id, sum(s.posted) AS points
               FROM points_accounts a
               JOIN points_balances s ON s.book_id = a.book_id AND s.account_id = a.id
               LEFT JOIN points_allotments o ON o.book_id = a.book_id AND o.id = a.owner_id AND a.kind = 'allotment'
              WHERE a.book_id = :book AND a.kind IN ('sponsor_budget', 'allotment') GROUP BY 1) p ON p.budget_id = b.id
 WHERE b.book_id = :book AND coalesce(p.points, 0) * b.point_value_fen <> coalesce(n.posted, 0)
