SELECT v.check_name, 'hold ' || x.id, v.expected, v.found
  FROM (SELECT coalesce(h.id, l.hold_id, r.hold_id) AS id, h.id IS NOT NULL AS known, h.points, h.open,
               coalesce(l.points, 0) AS in_lots, r.hold_id IS NOT NULL AS resolved, r.resolution, r.points_captured,
               t.hold_id AS captures, coalesce(-e.amount, 0) AS taken
          FROM (SELECT y.* FROM points_holds y WHERE y.book_id = :book) h
          FULL JOIN (SELECT y.hold_id, sum(y.points) AS points FROM points_hold_lots y WHERE y.book_id = :book GROUP BY y.hold_id) l
            ON l.hold_id = h.id
          FULL JOIN (SELECT y.* FROM points_hold_resolutions y WHERE y.book_id = :book) r ON r.hold_id = coalesce(h.id, l.hold_id)
          LEFT JOIN points_transactions t ON t.book_id = :book AND t.id = r.transaction_id
          LEFT JOIN points_entries e ON e.book_id = :book AND e.transaction_id = r.transaction_id AND e.account_id = h.account_id) x
 CROSS JOIN LATERAL (VALUES
    ('hold.lots', x.known AND x.in_lots = x.points, coalesce(x.points || ' points', 'no such hold'), x.in_lots || ' points of lots'),
    ('hold.resolution', x.known AND x.open <> x.resolved, CASE WHEN x.open THEN 'open' WHEN x.known THEN 'closed by a resolution' ELSE 'no such hold' END,
     coalesce(x.resolution, 'no resolution')),
    ('hold.capture', x.resolution IS DISTINCT FROM 'captured' OR x.captures = x.id AND x.taken = x.points_captured AND x.taken <= x.points,
     coalesce(x.points_captured, 0) || ' points by a transaction that names the hold, at most ' || coalesce(x.points, 0),
     x.taken || ' points by one that names ' || coalesce(x.captures::text, 'none'))
    ) AS v (check_name, fine, expected, found)
 WHERE v.fine IS NOT TRUE
UNION ALL
SELECT 'hold.capture', 'transaction ' || t.id, 'the resolution of hold ' || t.hold_id, 'none'
  FROM points_transactions t
 WHERE t.book_id = :book AND t.hold_id IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM points_hold_resolutions r
                    WHERE r.book_id = t.book_id AND r.hold_id = t.hold_id AND r.transaction_id = t.id)
