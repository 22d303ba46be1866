-- The register of awards against the journal: what it says was paid went into that passbook, from that budget.
SELECT 'award.paid', 'award ' || a.id,
       'transaction ' || a.transaction_id || ' that paid ' || a.points || ' of budget ' || a.budget_id || ' into the passbook of ' || a.passbook_id,
       coalesce('one that moved ' || p.points || ' of budget ' || p.budget_id || ' in the passbook of ' || p.owner_id, 'none')
  FROM points_awards a
  LEFT JOIN LATERAL (
       SELECT x.owner_id, m.budget_id, m.points
         FROM points_lot_moves m
         JOIN points_entries e ON e.book_id = m.book_id AND e.transaction_id = m.transaction_id AND e.line = m.line
         JOIN points_accounts x ON x.book_id = e.book_id AND x.id = e.account_id
        WHERE m.book_id = a.book_id AND m.transaction_id = a.transaction_id LIMIT 1) p ON true
 WHERE a.book_id = :book AND a.transaction_id BETWEEN :lo AND :hi
   AND (p.owner_id, p.budget_id, p.points) IS DISTINCT FROM (a.passbook_id, a.budget_id, a.points)
