SELECT v.check_name, 'account ' || a.id, v.expected, v.found
  FROM (SELECT x.*, substring(sha256(convert_to(x.book_id || ':' || x.kind || ':' || x.owner_id || ':' || x.stripe, 'UTF8')) FOR 16) AS d
          FROM points_accounts x WHERE x.book_id = :book) a
  LEFT JOIN points_account_kinds k ON k.kind = a.kind
 CROSS JOIN LATERAL (VALUES
    ('account.id', set_byte(set_byte(a.d, 6, get_byte(a.d, 6) & 15 | 128), 8, get_byte(a.d, 8) & 63 | 128) = uuid_send(a.id),
     'the id of ' || a.kind || ' ' || a.owner_id || ' stripe ' || a.stripe, 'another'),
    ('account.kind', (a.asset, a.folded) = (k.asset, k.folded) AND a.stripe BETWEEN 0 AND k.stripes - 1,
     coalesce(k.asset || CASE WHEN k.folded THEN ', folded, stripes 0 to ' ELSE ', strict, stripes 0 to ' END || k.stripes - 1, 'a kind of the chart'),
     a.asset || CASE WHEN a.folded THEN ', folded, stripe ' ELSE ', strict, stripe ' END || a.stripe)
    ) AS v (check_name, fine, expected, found)
 WHERE v.fine IS NOT TRUE
