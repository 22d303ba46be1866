SELECT 'lot.sum', 'account ' || coalesce(l.account_id, s.account_id), coalesce(s.posted, 0) || ' points on the balance row',
       coalesce(l.points_left, 0) || ' points in lots'
  FROM (SELECT x.account_id, sum(x.points_left) AS points_left FROM points_lots x
         WHERE x.book_id = :book AND x.account_id BETWEEN :lo AND :hi GROUP BY x.account_id) l
  FULL JOIN (SELECT b.account_id, b.posted
               FROM points_balances b JOIN points_accounts a ON a.book_id = b.book_id AND a.id = b.account_id
               JOIN points_account_kinds k ON k.kind = a.kind AND k.has_lots
              WHERE b.book_id = :book AND b.account_id BETWEEN :lo AND :hi) s ON s.account_id = l.account_id
 WHERE coalesce(l.points_left, 0) <> coalesce(s.posted, 0)
