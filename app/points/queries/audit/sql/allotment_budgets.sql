-- An allotment's points stay its budget's: whatever goes through its account has that budget's stripes, reserve and lots
-- on the other side.
WITH through AS MATERIALIZED (
    SELECT e.transaction_id AS id, o.id AS allotment_id, o.budget_id
      FROM points_entries e
      JOIN points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id AND a.kind = 'allotment'
      JOIN points_allotments o ON o.book_id = e.book_id AND o.id = a.owner_id
     WHERE e.book_id = :book AND e.version IS NOT NULL AND e.transaction_id BETWEEN :lo AND :hi)
SELECT 'allotment.budget', 'transaction ' || t.id, 'budget ' || t.budget_id || ', of allotment ' || t.allotment_id, x.what || ' of budget ' || x.budget_id
  FROM through t
  JOIN (SELECT m.transaction_id AS id, 'lots' AS what, m.budget_id FROM points_lot_moves m
         WHERE m.book_id = :book AND m.transaction_id BETWEEN :lo AND :hi
        UNION ALL
        SELECT e.transaction_id, a.kind, a.owner_id
          FROM points_entries e
          JOIN points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id AND a.kind IN ('sponsor_budget', 'budget_reserve')
         WHERE e.book_id = :book AND e.transaction_id BETWEEN :lo AND :hi) x ON x.id = t.id AND x.budget_id <> t.budget_id
