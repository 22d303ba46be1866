-- Opens whichever of the named accounts do not exist yet. Own statement, before any lock: a statement
-- that inserts-or-skips and locks together reads a stale snapshot after waiting.
CREATE FUNCTION points_open_accounts(
    p_book integer, p_now timestamptz, p_ids uuid[], p_kinds text[], p_owners uuid[], p_stripes smallint[]
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO points_accounts (book_id, id, kind, owner_id, stripe, asset, folded, opened_at)
    SELECT p_book, n.id, n.kind, n.owner_id, n.stripe, k.asset, k.folded, p_now
      FROM unnest(p_ids, p_kinds, p_owners, p_stripes) AS n (id, kind, owner_id, stripe)
      JOIN points_account_kinds k ON k.kind = n.kind
     WHERE n.stripe BETWEEN 0 AND k.stripes - 1
     ORDER BY n.id
    ON CONFLICT (book_id, id) DO NOTHING;

    INSERT INTO points_balances (book_id, account_id, lock_rank, floor, moved_at)
    SELECT p_book, n.id, k.lock_rank, 0, p_now
      FROM unnest(p_ids, p_kinds) AS n (id, kind)
      JOIN points_account_kinds k ON k.kind = n.kind AND NOT k.folded
      JOIN points_accounts a ON a.book_id = p_book AND a.id = n.id AND a.kind = n.kind
     ORDER BY n.id
    ON CONFLICT (book_id, account_id) DO NOTHING;
END $$;

-- Writes down a decline as the sticky outcome of its cause.
CREATE FUNCTION points_record_decline(p_book integer, p_cause text, p_decline text, p_detail jsonb) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp AS $$
    UPDATE points_outcomes SET decline = p_decline, decline_detail = p_detail
     WHERE book_id = p_book AND cause = p_cause
$$;

-- Freezes or thaws an account: a frozen account earns and is refunded, but spends, holds and captures nothing.
CREATE FUNCTION points_set_frozen(
    p_book integer, p_now timestamptz, p_account uuid, p_owner uuid, p_event uuid, p_frozen boolean, p_reason text, p_actor uuid
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_changed boolean;
BEGIN
    -- Somebody may have to be frozen before a first award arrives.
    PERFORM points_open_accounts(p_book, p_now, ARRAY[p_account], ARRAY['resident'], ARRAY[p_owner], ARRAY[0::smallint])
      WHERE NOT EXISTS (SELECT 1 FROM points_accounts x WHERE x.book_id = p_book AND x.id = p_account);
    UPDATE points_balances SET frozen_reason = CASE WHEN p_frozen THEN p_reason END
     WHERE book_id = p_book AND account_id = p_account AND (frozen_reason IS NOT NULL) <> p_frozen
    RETURNING true INTO v_changed;
    IF v_changed THEN
        -- Clocks of two servers may disagree; the order of an account's freezes and thaws may not.
        INSERT INTO points_freezes
        SELECT p_book, p_account, p_event, p_frozen, p_reason, p_actor, greatest(p_now, max(f.recorded_at) + interval '1 microsecond')
          FROM points_freezes f WHERE f.book_id = p_book AND f.account_id = p_account;
    END IF;
    RETURN coalesce(v_changed, false);
END $$;

-- The projector: folds the entries of up to p_limit transactions into the balances of folded accounts.
-- Claims queue rows, never "ids above a watermark": a slow commit can then not slip in behind.
-- Returns how many transactions it folded; -1 when another projector holds this book.
CREATE FUNCTION points_fold(p_book integer, p_now timestamptz, p_limit integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    v_claimed uuid[];
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('points_fold'), p_book) THEN
        RETURN -1;
    END IF;
    WITH claimed AS (
        DELETE FROM points_unfolded u
         USING (SELECT q.transaction_id FROM points_unfolded q WHERE q.book_id = p_book
                 ORDER BY q.transaction_id LIMIT p_limit FOR UPDATE SKIP LOCKED) c
         WHERE u.book_id = p_book AND u.transaction_id = c.transaction_id
        RETURNING u.transaction_id)
    SELECT coalesce(array_agg(transaction_id), '{}') INTO v_claimed FROM claimed;

    INSERT INTO points_folded_balances AS f (book_id, account_id, posted, entry_count, folded_at)
    SELECT p_book, e.account_id, sum(e.amount), count(*), p_now
      FROM unnest(v_claimed) AS c (id)
      JOIN points_entries e ON e.book_id = p_book AND e.transaction_id = c.id
     WHERE e.version IS NULL
     GROUP BY e.account_id
     ORDER BY e.account_id
    ON CONFLICT (book_id, account_id) DO UPDATE
       SET posted = f.posted + excluded.posted, entry_count = f.entry_count + excluded.entry_count, folded_at = excluded.folded_at;
    RETURN cardinality(v_claimed);
END $$;

-- Locks what a correction of one transaction must find unchanged: its strict balances in the global order,
-- or, when it has none, a lock named after the transaction itself.
CREATE FUNCTION points_lock_for_correction(p_book integer, p_transaction uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM points_balances s
      WHERE s.book_id = p_book AND s.account_id IN (
            SELECT e.account_id FROM points_entries e
             WHERE e.book_id = p_book AND e.transaction_id = p_transaction AND e.version IS NOT NULL)
      ORDER BY s.lock_rank, s.account_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM pg_advisory_xact_lock(p_book, hashtext(p_transaction::text));
    END IF;
END $$;
