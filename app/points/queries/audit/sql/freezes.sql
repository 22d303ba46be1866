SELECT 'freeze.state', 'account ' || s.account_id, coalesce(f.reason, 'not frozen'), coalesce(s.frozen_reason, 'not frozen')
  FROM points_balances s
  LEFT JOIN (SELECT DISTINCT ON (x.account_id) x.account_id, CASE WHEN x.frozen THEN x.reason END AS reason
               FROM points_freezes x WHERE x.book_id = :book ORDER BY x.account_id, x.recorded_at DESC) f
    ON f.account_id = s.account_id
 WHERE s.book_id = :book AND s.frozen_reason IS DISTINCT FROM f.reason
