SELECT 'balance.held', 'account ' || coalesce(h.account_id, s.account_id), coalesce(h.points, 0) || ' points in open holds',
       coalesce(s.held, 0) || ' points'
  FROM (SELECT x.account_id, sum(x.points) AS points FROM points_holds x WHERE x.book_id = :book AND x.open GROUP BY x.account_id) h
  FULL JOIN (SELECT y.account_id, y.held FROM points_balances y WHERE y.book_id = :book AND y.held <> 0) s ON s.account_id = h.account_id
 WHERE coalesce(h.points, 0) <> coalesce(s.held, 0)
UNION ALL
SELECT 'lot.held', 'lot of account ' || coalesce(h.account_id, l.account_id) || ', ' || coalesce(h.expires_on, l.expires_on)
       || ', budget ' || coalesce(h.budget_id, l.budget_id), coalesce(h.points, 0) || ' points in open holds', coalesce(l.held, 0) || ' points'
  FROM (SELECT x.account_id, y.expires_on, y.budget_id, sum(y.points) AS points
          FROM points_holds x JOIN points_hold_lots y ON y.book_id = x.book_id AND y.hold_id = x.id
         WHERE x.book_id = :book AND x.open GROUP BY x.account_id, y.expires_on, y.budget_id) h
  FULL JOIN (SELECT z.account_id, z.expires_on, z.budget_id, z.held FROM points_lots z WHERE z.book_id = :book AND z.held <> 0) l
    ON l.account_id = h.account_id AND l.expires_on = h.expires_on AND l.budget_id = h.budget_id
 WHERE coalesce(h.points, 0) <> coalesce(l.held, 0)
