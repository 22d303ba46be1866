SELECT 'lot.budget', 'lot ' || l.expires_on || ' of account ' || l.account_id, 'a budget of this book', 'budget ' || l.budget_id
  FROM points_lots l LEFT JOIN points_budgets b ON b.book_id = l.book_id AND b.id = l.budget_id
 WHERE l.book_id = :book AND b.id IS NULL
