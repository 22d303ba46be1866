-- A first pass over each range finds suspects with few and cheap aggregates; only these are looked at line by line.
-- Moves are summed by line and joined in full, so that a move without its entry is seen as well. `cover` is the money
-- that must lie in a budget's reserve for the points on its stripes and in its allotments.
WITH kept AS MATERIALIZED (
    SELECT a.id, a.asset = 'points' AS points, a.folded, k.has_lots, CASE WHEN a.kind = 'points_liability' THEN true END AS liability,
           CASE WHEN a.kind = 'budget_reserve' THEN 1 WHEN a.kind IN ('sponsor_budget', 'allotment') THEN -b.point_value_fen END AS cover
      FROM points_accounts a JOIN points_account_kinds k ON k.kind = a.kind
      LEFT JOIN points_allotments o ON o.book_id = a.book_id AND o.id = a.owner_id AND a.kind = 'allotment'
      LEFT JOIN points_budgets b ON b.book_id = a.book_id AND b.id = coalesce(o.budget_id, a.owner_id)
     WHERE a.book_id = :book),
moved AS (
    SELECT m.transaction_id, m.line, sum(m.points) AS points, sum(m.cost_fen) AS cost
      FROM points_lot_moves m WHERE m.book_id = :book AND m.transaction_id BETWEEN :lo AND :hi GROUP BY 1, 2),
posted AS (
    SELECT coalesce(e.transaction_id, m.transaction_id) AS id, count(e.line) AS legs, max(e.line) AS last_line,
           sum(e.amount) FILTER (WHERE a.points) AS points, sum(e.amount) AS total,
           bool_and(coalesce(a.folded = (e.version IS NULL)
                             AND CASE WHEN a.has_lots THEN e.amount = m.points ELSE m.points IS NULL END, false)) AS sound,
           sum(e.amount) FILTER (WHERE a.liability) AS liability, sum(m.cost) AS cost, sum(e.amount * a.cover) AS uncovered
      FROM (SELECT x.transaction_id, x.line, x.account_id, x.amount, x.version FROM points_entries x
             WHERE x.book_id = :book AND x.transaction_id BETWEEN :lo AND :hi) e
      FULL JOIN moved m ON m.transaction_id = e.transaction_id AND m.line = e.line
      LEFT JOIN kept a ON a.id = e.account_id
     GROUP BY 1),
suspects AS MATERIALIZED (
    SELECT coalesce(p.id, t.id) AS id
      FROM posted p
      FULL JOIN (SELECT x.id, x.lines FROM points_transactions x WHERE x.book_id = :book AND x.id BETWEEN :lo AND :hi) t ON t.id = p.id
     WHERE (t.lines = p.legs AND p.last_line = p.legs AND p.sound AND coalesce(p.points, 0) = 0 AND p.total = 0
            AND coalesce(p.cost, 0) = coalesce(p.liability, 0) AND coalesce(p.uncovered, 0) = 0) IS NOT TRUE)
SELECT f.check_name, 'transaction ' || s.id || coalesce(' line ' || f.line, '') AS subject, f.expected, f.found
  FROM suspects s
  LEFT JOIN points_transactions t ON t.book_id = :book AND t.id = s.id
 CROSS JOIN LATERAL (
    SELECT count(l.posted) AS legs, coalesce(max(l.posted), 0) AS last_line,
           coalesce(sum(l.amount) FILTER (WHERE l.asset = 'points'), 0) AS points,
           coalesce(sum(l.amount) FILTER (WHERE l.asset = 'fen'), 0) AS fen,
           coalesce(sum(l.cost), 0) AS cost, coalesce(sum(l.amount) FILTER (WHERE l.kind = 'points_liability'), 0) AS liability,
           coalesce(sum(l.amount) FILTER (WHERE l.kind = 'budget_reserve'), 0) AS reserve,
           coalesce(sum(l.amount * l.value) FILTER (WHERE l.kind IN ('sponsor_budget', 'allotment')), 0) AS cover,
           array_agg(l.line) AS line, array_agg(l.amount) AS amount, array_agg(l.account_id::text) AS account, array_agg(l.known) AS known,
           array_agg(l.folded) AS folded, array_agg(l.strict) AS strict, array_agg(l.has_lots) AS has_lots, array_agg(l.moved) AS moved
      FROM (SELECT coalesce(e.line, m.line) AS line, e.line AS posted, e.amount, e.account_id, e.version IS NOT NULL AS strict,
                   a.id IS NOT NULL AS known, a.asset, a.folded, a.kind, coalesce(k.has_lots, false) AS has_lots,
                   b.point_value_fen AS value, m.points AS moved, m.cost
              FROM (SELECT x.* FROM points_entries x WHERE x.book_id = :book AND x.transaction_id = s.id) e
              FULL JOIN (SELECT y.line, sum(y.points) AS points, sum(y.cost_fen) AS cost FROM points_lot_moves y
                          WHERE y.book_id = :book AND y.transaction_id = s.id GROUP BY y.line) m ON m.line = e.line
              LEFT JOIN points_accounts a ON a.book_id = :book AND a.id = e.account_id
              LEFT JOIN points_account_kinds k ON k.kind = a.kind
              LEFT JOIN points_allotments o ON o.book_id = :book AND o.id = a.owner_id AND a.kind = 'allotment'
              LEFT JOIN points_budgets b ON b.book_id = :book AND b.id = coalesce(o.budget_id, a.owner_id)) l) d
 CROSS JOIN LATERAL (
    SELECT * FROM (VALUES
        ('transaction.header', t.id IS NOT NULL, 'a header', 'none'),
        ('transaction.lines', t.id IS NULL OR (t.lines = d.legs AND d.last_line = d.legs),
         t.lines || ' lines', d.legs || ' lines, the last is ' || d.last_line),
        ('transaction.balance', d.points = 0 AND d.fen = 0, '0 points, 0 fen', d.points || ' points, ' || d.fen || ' fen'),
        ('transaction.money', d.cost = d.liability, d.cost || ' fen behind its lots', d.liability || ' fen of liability'),
        ('transaction.cover', d.reserve = d.cover, d.cover || ' fen of reserve for its points', d.reserve || ' fen')
        ) AS o (check_name, fine, expected, found), (SELECT NULL::integer AS line) none
    UNION ALL
    SELECT v.* , n.line
      FROM unnest(d.line, d.amount, d.account, d.known, d.folded, d.strict, d.has_lots, d.moved)
             AS n (line, amount, account, known, folded, strict, has_lots, moved),
           LATERAL (VALUES
        ('entry.account', n.amount IS NULL OR n.known, 'an account of this book', 'account ' || n.account),
        ('entry.class', n.amount IS NULL OR NOT n.known OR n.folded <> n.strict,
         CASE WHEN n.folded THEN 'no version' ELSE 'a version' END, CASE WHEN n.strict THEN 'a version' ELSE 'no version' END),
        ('entry.lots', coalesce(n.moved, 0) = CASE WHEN n.has_lots THEN n.amount ELSE 0 END,
         coalesce(CASE WHEN n.has_lots THEN n.amount ELSE 0 END, 0) || ' points of lots', coalesce(n.moved, 0) || ' points of lots')
        ) AS v (check_name, fine, expected, found)
    ) f (check_name, fine, expected, found, line)
 WHERE f.fine IS NOT TRUE
