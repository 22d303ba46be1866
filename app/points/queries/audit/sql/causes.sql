-- Every act and every outcome meet at their cause.
SELECT 'outcome.cause', coalesce(a.what || ' ' || a.id, 'outcome of ' || o.cause),
       CASE WHEN a.id IS NULL THEN 'a transaction or hold ' || o.subject_id ELSE 'the outcome of its cause ' || a.cause END,
       CASE WHEN a.id IS NULL THEN 'none' WHEN o.cause IS NULL THEN 'none'
            WHEN o.decline IS NOT NULL THEN 'declined as ' || o.decline ELSE 'it belongs to ' || o.subject_id END
  FROM (SELECT 'transaction' AS what, t.id, t.cause FROM points_transactions t WHERE t.book_id = :book
        UNION ALL SELECT 'hold', h.id, h.cause FROM points_holds h WHERE h.book_id = :book) a
  FULL JOIN (SELECT x.cause, x.subject_id, x.decline FROM points_outcomes x WHERE x.book_id = :book) o ON o.cause = a.cause
 WHERE (o.subject_id = a.id AND o.decline IS NULL OR a.id IS NULL AND o.decline IS NOT NULL) IS NOT TRUE
