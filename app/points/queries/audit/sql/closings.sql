-- What closings stored, against the entries once more: the trial balance at the end of each closed month, its figures, and
-- how many transactions bear a date in it. Nothing is read for a book of which no month is closed.
WITH closed AS MATERIALIZED (
    SELECT c.month, c.ends_at, c.figures, c.balances, c.dated FROM points_month_closings c WHERE c.book_id = :book),
headers AS (
    SELECT t.id, t.code, date_trunc('month', t.recorded_at AT TIME ZONE 'Asia/Shanghai')::date AS month
      FROM points_transactions t
     WHERE t.book_id = :book AND EXISTS (SELECT 1 FROM closed) AND t.recorded_at < (SELECT max(ends_at) FROM closed)),
moved AS MATERIALIZED (
    SELECT h.month, h.code, a.kind, sum(greatest(e.amount, 0)) AS moved_in, sum(greatest(-e.amount, 0)) AS moved_out
      FROM headers h
      JOIN points_entries e ON e.book_id = :book AND e.transaction_id = h.id
      JOIN points_accounts a ON a.book_id = :book AND a.id = e.account_id
     GROUP BY 1, 2, 3),
people AS MATERIALIZED (
    SELECT h.month, count(DISTINCT e.account_id) AS active, count(*) FILTER (WHERE e.version = 1) AS new
      FROM headers h
      JOIN points_entries e ON e.book_id = :book AND e.transaction_id = h.id AND e.version IS NOT NULL
      JOIN points_accounts a ON a.book_id = :book AND a.id = e.account_id AND a.kind = 'resident'
     GROUP BY 1),
held AS MATERIALIZED (
    SELECT c.month, m.kind, sum(m.moved_in - m.moved_out) AS balance
      FROM closed c JOIN moved m ON m.month <= c.month GROUP BY 1, 2),
-- each figure: of which balance, or which way of which code and kind; the sum of its rows
defined (name, code, kind, of_in, of_out, of_balance) AS (VALUES
    ('issued', NULL, 'issuance', -1, 1, 0),
    ('awarded_opening', 'opening', 'resident', 1, 0, 0), ('awarded_award', 'award', 'resident', 1, 0, 0),
    ('awarded_report_award', 'report_award', 'resident', 1, 0, 0),
    ('redeemed', 'redemption', 'resident', 0, 1, 0), ('refunded', 'refund', 'resident', 1, 0, 0),
    ('expired', 'expiry', 'resident', 0, 1, 0), ('clawed_back', 'clawback', 'resident', 0, 1, 0),
    ('clawed_back', 'recovery', 'resident', 0, 1, 0),
    ('owed_back', 'clawback', 'clawback', 1, 0, 0), ('corrected', 'reversal', 'resident', 1, -1, 0),
    ('transferred_out', 'transfer', 'resident', 0, 1, 0), ('transferred_in', 'transfer', 'resident', 1, 0, 0),
    ('cleared_out', 'clearing_out', 'resident', 0, 1, 0), ('cleared_in', 'clearing_in', 'resident', 1, 0, 0),
    ('received_fen', 'fund', 'bank', 0, 1, 0), ('paid_fen', 'payout', 'bank', 1, 0, 0),
    ('outstanding', NULL, 'resident', 0, 0, 1), ('liability_fen', NULL, 'points_liability', 0, 0, 1),
    ('reserve_fen', NULL, 'budget_reserve', 0, 0, 1), ('owed_to_shops_fen', NULL, 'merchant_payable', 0, 0, 1),
    ('sponsors_free_fen', NULL, 'sponsor_funding', 0, 0, 1)),
figures AS (
    SELECT c.month, d.name, coalesce((SELECT sum(m.moved_in * d.of_in + m.moved_out * d.of_out) FROM moved m
                                       WHERE m.month = c.month AND m.kind = d.kind AND m.code = coalesce(d.code, m.code)), 0)
                            + d.of_balance * coalesce((SELECT h.balance FROM held h WHERE h.month = c.month AND h.kind = d.kind), 0) AS value
      FROM closed c CROSS JOIN defined d
    UNION ALL
    SELECT c.month, v.name, coalesce(v.value, 0)
      FROM closed c LEFT JOIN people p ON p.month = c.month
     CROSS JOIN LATERAL (VALUES ('active_people', p.active), ('new_passbooks', p.new)) AS v (name, value)),
dated AS MATERIALIZED (
    SELECT date_trunc('month', t.effective_at AT TIME ZONE 'Asia/Shanghai')::date AS month, count(*) AS transactions,
           max(t.recorded_at) AS last_at
      FROM points_transactions t
     WHERE t.book_id = :book AND EXISTS (SELECT 1 FROM closed)
       AND t.recorded_at >= date_trunc('month', t.effective_at, 'Asia/Shanghai') -- counted when it was closed: not what was ahead
     GROUP BY 1)
SELECT 'closing.balances' AS check_name, 'month ' || to_char(c.month, 'YYYY-MM') || ' ' || v.kind AS subject,
       v.expected::text AS expected, coalesce(v.found::text, 'none') AS found
  FROM closed c
 CROSS JOIN LATERAL (
    SELECT coalesce(h.kind, b.kind) AS kind, coalesce(h.balance, 0) AS expected, b.balance AS found
      FROM (SELECT x.kind, x.balance FROM held x WHERE x.month = c.month) h
      FULL JOIN jsonb_to_recordset(c.balances) AS b (kind text, balance bigint) ON b.kind = h.kind) v
 WHERE v.expected IS DISTINCT FROM v.found
UNION ALL
SELECT 'closing.figures', 'month ' || to_char(c.month, 'YYYY-MM') || ' ' || v.name, coalesce(v.expected, 'no such figure'), coalesce(v.found, 'none')
  FROM closed c
 CROSS JOIN LATERAL (
    SELECT coalesce(f.name, s.key) AS name, f.value::text AS expected, s.value AS found
      FROM (SELECT x.name, sum(x.value) AS value FROM figures x WHERE x.month = c.month GROUP BY x.name) f
      FULL JOIN jsonb_each_text(c.figures) s ON s.key = f.name) v
 WHERE v.expected IS DISTINCT FROM v.found
UNION ALL
SELECT 'closing.dated', 'month ' || to_char(c.month, 'YYYY-MM'), c.dated || ' transactions dated into it',
       coalesce(d.transactions, 0) || coalesce(', the last recorded at ' || d.last_at, '')
  FROM closed c LEFT JOIN dated d ON d.month = c.month
 WHERE c.dated <> coalesce(d.transactions, 0)
