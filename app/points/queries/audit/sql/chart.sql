-- The chart in the database against the one the program was written for.
SELECT 'chart.kind', 'kind ' || coalesce(k.kind, c.kind), coalesce(c::text, 'none'), coalesce(k::text, 'none')
  FROM (SELECT x.kind, x.asset, x.folded, x.has_lots, x.stripes::integer AS stripes, x.lock_rank::integer AS lock_rank FROM points_account_kinds x) k
  FULL JOIN json_to_recordset(CAST(:chart AS json))
    AS c (kind text, asset text, folded boolean, has_lots boolean, stripes integer, lock_rank integer) ON c.kind = k.kind
 WHERE (k.kind, k.asset, k.folded, k.has_lots, k.stripes, k.lock_rank)
       IS DISTINCT FROM (c.kind, c.asset, c.folded, c.has_lots, c.stripes, c.lock_rank)
