-- What residents' statements read: where a month begins in a passbook, and the names of shops.

-- The version of the last entry of a strict account that was recorded before an instant; 0 when none was. Time never runs
-- back within an account, so the entry is found by halving: of a million entries twenty are looked at, each by its key.
CREATE FUNCTION points_version_before(p_book integer, p_account uuid, p_before timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    v_low bigint := 0;   -- recorded before, or nothing at all
    v_high bigint;       -- not recorded before, or not recorded yet
    v_middle bigint;
    v_at timestamptz;
BEGIN
    SELECT b.version + 1 INTO v_high FROM points_balances b WHERE b.book_id = p_book AND b.account_id = p_account;
    WHILE v_high - v_low > 1 LOOP
        v_middle := (v_low + v_high) / 2;
        SELECT t.recorded_at INTO STRICT v_at
          FROM points_entries e JOIN points_transactions t ON t.book_id = e.book_id AND t.id = e.transaction_id
         WHERE e.book_id = p_book AND e.account_id = p_account AND e.version = v_middle;
        IF v_at < p_before THEN
            v_low := v_middle;
        ELSE
            v_high := v_middle;
        END IF;
    END LOOP;
    RETURN v_low;
END $$;
REVOKE ALL ON FUNCTION points_version_before FROM PUBLIC;
GRANT EXECUTE ON FUNCTION points_version_before TO linli_app;

-- Shops are named as they open; these opened before.
INSERT INTO points_owner_names (book_id, owner_id, kind, name, named_at)
SELECT s.book_id, s.id, 'shop', s.name, s.opened_at FROM merchants_shops s
ON CONFLICT ON CONSTRAINT pk_points_owner_names DO NOTHING;
