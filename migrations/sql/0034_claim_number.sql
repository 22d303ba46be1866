-- All that a redemption asks of the database before it is decided, in one call: the lock of its number, which a twin in
-- flight holds; the lock of its resident's day; then, with a snapshot taken after them, the till, whether the number or the
-- code was used before, and which events somebody hears of at this branch. Nothing is written: the row follows when all is
-- decided, once. Every row of merchants_redemptions is written under the lock of its number, and one with a resident's code
-- under that of his day, so neither key is met twice. It runs as whoever calls it.
CREATE FUNCTION merchants_claim(p_branch uuid, p_terminal uuid, p_out_trade_no text, p_code bytea, p_number bigint, p_day bigint,
    OUT branch_id uuid, OUT merchant_id uuid, OUT name text, OUT branch_state text, OUT merchant_state text, OUT terminal_id uuid,
    OUT low_tier boolean, OUT heard text[], OUT alone boolean, OUT used boolean, OUT code_used boolean)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    alone := pg_try_advisory_xact_lock(p_number);
    IF alone AND p_day IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(p_day);
    END IF;
    SELECT b.id, b.merchant_id, b.name, b.state, m.state, t.id, coalesce(t.low_tier, false),
           ARRAY(SELECT DISTINCT y.type FROM public.webhooks_endpoints e, unnest(e.types) AS y (type)
                  WHERE e.owner_id = b.id AND e.state <> 'closed'),
           EXISTS (SELECT 1 FROM public.merchants_redemptions r WHERE r.branch_id = b.id AND r.out_trade_no = p_out_trade_no),
           p_code IS NOT NULL AND EXISTS (SELECT 1 FROM public.merchants_redemptions r WHERE r.code_hash = p_code)
      INTO merchants_claim.branch_id, merchants_claim.merchant_id, merchants_claim.name, merchants_claim.branch_state,
           merchants_claim.merchant_state, merchants_claim.terminal_id, merchants_claim.low_tier, merchants_claim.heard,
           merchants_claim.used, merchants_claim.code_used
      FROM public.merchants_branches b
      JOIN public.merchants_merchants m ON m.id = b.merchant_id
      LEFT JOIN public.merchants_terminals t ON t.id = p_terminal AND t.branch_id = b.id
     WHERE b.id = p_branch;
END $$;
REVOKE EXECUTE ON FUNCTION merchants_claim FROM PUBLIC;
GRANT EXECUTE ON FUNCTION merchants_claim TO linli_app;
