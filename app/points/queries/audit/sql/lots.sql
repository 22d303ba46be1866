WITH moved AS (
    SELECT e.account_id, m.expires_on, m.budget_id, sum(m.points) AS points_left, sum(m.cost_fen) AS cost_left_fen,
           coalesce(sum(m.points) FILTER (WHERE m.points > 0 AND NOT m.restores), 0) AS issued
      FROM points_entries e
      JOIN points_lot_moves m ON m.book_id = e.book_id AND m.transaction_id = e.transaction_id AND m.line = e.line
     WHERE e.book_id = :book AND e.version IS NOT NULL AND e.account_id BETWEEN :lo AND :hi
     GROUP BY e.account_id, m.expires_on, m.budget_id),
compared AS (
    SELECT coalesce(m.account_id, x.account_id) AS account_id, coalesce(m.expires_on, x.expires_on) AS expires_on,
           coalesce(m.budget_id, x.budget_id) AS budget_id, x.account_id IS NOT NULL AS kept,
           coalesce(m.points_left, 0) AS moved_left, coalesce(m.cost_left_fen, 0) AS moved_cost, coalesce(m.issued, 0) AS moved_issued,
           coalesce(x.points_left, 0) AS points_left, coalesce(x.cost_left_fen, 0) AS cost_left_fen, coalesce(x.issued, 0) AS issued
      FROM moved m
      FULL JOIN (SELECT y.* FROM points_lots y WHERE y.book_id = :book AND y.account_id BETWEEN :lo AND :hi) x
        ON x.account_id = m.account_id AND x.expires_on = m.expires_on AND x.budget_id = m.budget_id)
SELECT v.check_name, 'lot of account ' || c.account_id || ', ' || c.expires_on || ', budget ' || c.budget_id, v.expected,
       CASE WHEN c.kept THEN v.found ELSE 'no lot' END
  FROM compared c
 CROSS JOIN LATERAL (VALUES
    ('lot.issued', c.moved_issued = c.issued, c.moved_issued || ' points', c.issued || ' points'),
    ('lot.left', c.kept AND c.moved_left = c.points_left, c.moved_left || ' points', c.points_left || ' points'),
    ('lot.cost', c.moved_cost = c.cost_left_fen, c.moved_cost || ' fen', c.cost_left_fen || ' fen')
    ) AS v (check_name, fine, expected, found)
 WHERE NOT (c.kept AND c.moved_issued = c.issued AND c.moved_left = c.points_left AND c.moved_cost = c.cost_left_fen) AND NOT v.fine
