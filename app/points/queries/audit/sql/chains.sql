-- A link is checked against the stored one before it: row by row, so in any pieces, and no worse than a recomputation
-- from the genesis, because each of the links before is checked in the same way.
WITH linked AS (
    SELECT y.*, {link} AS link
      FROM (SELECT x.*, lag(x.version) OVER w AS before_version, lag(x.balance_after) OVER w AS before_balance,
                   lag(x.chain) OVER w AS before_chain, lag(x.recorded_at) OVER w AS before_at,
                   lead(x.version) OVER w IS NULL AS last
              FROM (SELECT e.book_id, e.account_id, e.transaction_id, e.version, e.amount, e.balance_after, e.chain, t.recorded_at,
                           {digest} AS digest
                      FROM points_entries e LEFT JOIN points_transactions t ON t.book_id = e.book_id AND t.id = e.transaction_id
                     WHERE e.book_id = :book AND e.version IS NOT NULL AND e.account_id BETWEEN :lo AND :hi) x
            WINDOW w AS (PARTITION BY x.account_id ORDER BY x.version)) y)
SELECT v.check_name, 'account ' || l.account_id || ' version ' || l.version || ' (transaction ' || l.transaction_id || ')', v.expected, v.found
  FROM linked l
  LEFT JOIN points_balances s ON s.book_id = :book AND s.account_id = l.account_id
 CROSS JOIN LATERAL (VALUES
    ('passbook.version', l.version = coalesce(l.before_version, 0) + 1, (coalesce(l.before_version, 0) + 1)::text, l.version::text),
    ('passbook.balance', l.balance_after = coalesce(l.before_balance, 0) + l.amount,
     (coalesce(l.before_balance, 0) + l.amount)::text, l.balance_after::text),
    ('passbook.floor', l.balance_after >= coalesce(s.floor, 0), 'at least ' || coalesce(s.floor, 0), l.balance_after::text),
    ('passbook.time', coalesce(l.recorded_at >= l.before_at, true), 'not before ' || l.before_at, l.recorded_at::text),
    ('passbook.chain', l.chain = l.link, encode(l.link, 'hex'), encode(l.chain, 'hex')),
    ('balance.posted', NOT l.last OR s.posted = l.balance_after, l.balance_after::text, coalesce(s.posted::text, 'no balance row')),
    ('balance.version', NOT l.last OR s.version = l.version, l.version::text, coalesce(s.version::text, 'no balance row')),
    ('balance.head', NOT l.last OR s.head = l.chain, encode(l.chain, 'hex'), coalesce(encode(s.head, 'hex'), 'no balance row')),
    ('balance.moved', NOT l.last OR s.moved_at = l.recorded_at, l.recorded_at::text, coalesce(s.moved_at::text, 'no balance row'))
    ) AS v (check_name, fine, expected, found)
 WHERE (l.version = coalesce(l.before_version, 0) + 1 AND l.balance_after = coalesce(l.before_balance, 0) + l.amount
        AND l.balance_after >= s.floor AND coalesce(l.recorded_at >= l.before_at, true) AND l.chain = l.link
        AND (NOT l.last OR s.posted = l.balance_after AND s.version = l.version AND s.head = l.chain AND s.moved_at = l.recorded_at)
       ) IS NOT TRUE
   AND v.fine IS NOT TRUE
