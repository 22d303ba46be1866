-- Balance rows the chains never meet: of no account, of a folded one, missing, or claiming a past they do not have.
SELECT 'balance.account', 'account ' || coalesce(a.id, s.account_id),
       CASE WHEN a.id IS NULL THEN 'an account' WHEN a.folded THEN 'no balance row' ELSE 'a balance row' END,
       CASE WHEN a.id IS NULL THEN 'a balance row alone' WHEN a.folded THEN 'a balance row' ELSE 'none' END
  FROM (SELECT x.id, x.folded FROM points_accounts x WHERE x.book_id = :book) a
  FULL JOIN (SELECT x.account_id FROM points_balances x WHERE x.book_id = :book) s ON s.account_id = a.id
 WHERE (a.folded AND s.account_id IS NULL OR NOT a.folded AND s.account_id IS NOT NULL) IS NOT TRUE
UNION ALL
SELECT 'balance.entries', 'account ' || s.account_id, 'nothing posted without entries',
       s.posted || ' posted, version ' || s.version || ', head ' || encode(s.head, 'hex')
  FROM points_balances s
  LEFT JOIN LATERAL (SELECT 1 AS found FROM points_entries e
                      WHERE e.book_id = :book AND e.account_id = s.account_id AND e.version IS NOT NULL LIMIT 1) e ON true
 WHERE s.book_id = :book AND e.found IS NULL AND (s.posted, s.version, s.head) <> (0, 0, decode(repeat('00', 32), 'hex'))
