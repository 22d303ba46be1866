-- No code makes points or money where its act does not: every leg is one that points_code_legs knows.
SELECT 'transaction.chart', 'transaction ' || t.id || ' line ' || e.line,
       'a leg that ' || t.code || ' has', CASE WHEN e.amount < 0 THEN 'out of ' ELSE 'into ' END || a.kind
  FROM points_entries e
  JOIN points_transactions t ON t.book_id = e.book_id AND t.id = e.transaction_id
  JOIN points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id
 WHERE e.book_id = :book AND e.transaction_id BETWEEN :lo AND :hi AND t.id BETWEEN :lo AND :hi
   AND (t.code, a.kind, sign(e.amount)::integer) NOT IN (SELECT c.code, c.kind, c.sign FROM points_code_legs c)
