-- The two doors of the posting path. points_begin claims the causes, ensures accounts, locks and reads;
-- app/points/rules decides; points_write writes every table once. Each is one round trip, for one posting
-- or ten thousand.
--
-- Order of work, and no other: idempotency rows -> ensure accounts -> lock strict balances in (rank, id)
-- order -> in NEW statements read lots, holds, corrections -> decide -> write. A statement that locks and
-- reads together would read the snapshot from before its lock wait: the defect that lets ledgers overspend.

-- Plans are kept per connection, and one made while the tables were nearly empty would turn quadratic in the first
-- large batch. So no join order is left to the planner: arrays drive LATERAL look-ups or a loop, and the SET clauses
-- pin the rest, also in the guards that run inside, to index look-ups.

-- What points_begin answers, row by row; `what` says which columns mean what:
--   outcome   ordinal, id subject, words decline, detail, hash           (only for causes decided before)
--   balance   id account, a posted, b held, c version, d floor, hash head, words frozen reason, at moved
--   lot       id account, day, ref budget, a left, b held, c cost left
--   hold      id hold, ref account, a points, words why it cannot be captured
--   hold_lot  id hold, day, ref budget, a points
--   taken     id transaction, ref account, ref2 budget, day, a points, b cost: what a redemption took from lots
--   given     id transaction, ref account that took the points, a points, b cost already refunded, words set when it was reversed
CREATE TYPE points_state AS (
    what text, ordinal integer, id uuid, ref uuid, ref2 uuid, day date, a bigint, b bigint, c bigint, d bigint,
    words text, detail jsonb, hash bytea, at timestamptz
);

-- p_claims: false when the same transaction comes back after levelling stripes, its causes claimed already.
-- p_account_asks: what is asked of each account that is a stripe of a budget, 0 for the others; empty when there is none.
-- p_account_ids come in the order of their locks, (rank, id). p_lot_accounts: accounts whose lots are to be read. p_holds, p_refunds: what captures and refunds refer to.
CREATE FUNCTION points_begin(
    p_book integer, p_now timestamptz, p_actor uuid, p_claims boolean,
    p_ids uuid[], p_causes text[], p_hashes bytea[],
    p_account_ids uuid[], p_account_kinds text[], p_account_owners uuid[], p_account_stripes smallint[], p_account_asks bigint[],
    p_lot_accounts uuid[], p_holds uuid[], p_refunds uuid[]
) RETURNS SETOF points_state
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off AS $$
DECLARE
    v_count integer; v_stripes uuid[]; v_ordered uuid[] := p_account_ids;
BEGIN
    IF p_claims THEN
        -- A concurrent twin waits here on the unique key, then reads below what was decided.
        INSERT INTO points_outcomes (book_id, cause, content_hash, subject_id, decided_at)
        SELECT p_book, p_causes[n], p_hashes[n], p_ids[n], p_now
          FROM generate_series(1, cardinality(p_ids)) n ORDER BY p_causes[n]
        ON CONFLICT (book_id, cause) DO NOTHING;
        GET DIAGNOSTICS v_count = ROW_COUNT;
        IF v_count < cardinality(p_ids) THEN
            RETURN QUERY
            SELECT 'outcome', n, o.subject_id, NULL::uuid, NULL::uuid, NULL::date, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint,
                   o.decline, o.decline_detail, o.content_hash, NULL::timestamptz
              FROM generate_series(1, cardinality(p_ids)) n
              JOIN points_outcomes o ON o.book_id = p_book AND o.cause = p_causes[n] AND o.subject_id <> p_ids[n];
            IF v_count = 0 THEN RETURN; END IF;
        END IF;
    END IF;

    SELECT count(*) INTO v_count
      FROM generate_series(1, cardinality(p_account_ids)) n,
           LATERAL (SELECT 1 FROM points_accounts x WHERE x.book_id = p_book AND x.id = p_account_ids[n] OFFSET 0) x;
    IF v_count < cardinality(p_account_ids) THEN
        PERFORM points_open_accounts(p_book, p_now, p_account_ids, p_account_kinds, p_account_owners, p_account_stripes);
    END IF;

    IF p_account_asks <> '{}' THEN
        -- A stripe that looks nearly dry, before any lock: lock its whole budget with the rest, in order, so that
        -- levelling it needs no further wait.
        SELECT coalesce(array_agg(a.id), '{}') INTO v_stripes
          FROM (SELECT DISTINCT p_account_owners[n] AS owner_id
                  FROM generate_series(1, cardinality(p_account_ids)) n
                  LEFT JOIN LATERAL (SELECT s.posted - s.held AS free FROM points_balances s
                                      WHERE s.book_id = p_book AND s.account_id = p_account_ids[n] OFFSET 0) s ON true
                 WHERE p_account_asks[n] > 0 AND coalesce(s.free, 0) < 4 * p_account_asks[n]) dry
          JOIN points_accounts a ON a.book_id = p_book AND a.kind = 'sponsor_budget' AND a.owner_id = dry.owner_id;
        IF v_stripes <> '{}' THEN
            SELECT array_agg(s.account_id ORDER BY s.lock_rank, s.account_id) INTO v_ordered
              FROM (SELECT DISTINCT u.id FROM unnest(p_account_ids || v_stripes) u (id)) d,
                   LATERAL (SELECT s.account_id, s.lock_rank FROM points_balances s
                             WHERE s.book_id = p_book AND s.account_id = d.id OFFSET 0) s;
        END IF;
    END IF;

    -- The locks, one by one in the order of the array.
    RETURN QUERY
    SELECT 'balance', NULL::integer, s.account_id, NULL::uuid, NULL::uuid, NULL::date, s.posted, s.held, s.version, s.floor,
           s.frozen_reason, NULL::jsonb, s.head, s.moved_at
      FROM generate_series(1, cardinality(v_ordered)) n,
           LATERAL (SELECT * FROM points_balances s WHERE s.book_id = p_book AND s.account_id = v_ordered[n]
                       FOR NO KEY UPDATE) s;

    IF p_lot_accounts <> '{}' THEN
        -- An expired hold never blocks: whoever locks its account next releases it. The balances are then answered anew.
        PERFORM points_expire_holds_of(p_book, p_now, p_lot_accounts[n], p_actor)
           FROM generate_series(1, cardinality(p_lot_accounts)) n,
                LATERAL (SELECT 1 FROM points_holds h
                          WHERE h.book_id = p_book AND h.account_id = p_lot_accounts[n] AND h.open AND h.expires_at <= p_now LIMIT 1) x;
        IF FOUND THEN
            RETURN QUERY
            SELECT 'balance', NULL::integer, s.account_id, NULL::uuid, NULL::uuid, NULL::date, s.posted, s.held, s.version, s.floor,
                   s.frozen_reason, NULL::jsonb, s.head, s.moved_at
              FROM generate_series(1, cardinality(p_lot_accounts)) n,
                   LATERAL (SELECT * FROM points_balances s WHERE s.book_id = p_book AND s.account_id = p_lot_accounts[n] OFFSET 0) s;
        END IF;
        RETURN QUERY
        SELECT 'lot', NULL::integer, x.account_id, x.budget_id, NULL::uuid, x.expires_on, x.points_left, x.held, x.cost_left_fen, NULL::bigint,
               NULL::text, NULL::jsonb, NULL::bytea, NULL::timestamptz
          FROM generate_series(1, cardinality(p_lot_accounts)) n,
               LATERAL (SELECT * FROM points_lots x
                         WHERE x.book_id = p_book AND x.account_id = p_lot_accounts[n] AND x.points_left > 0 OFFSET 0) x;
    END IF;
    IF p_holds <> '{}' OR p_refunds <> '{}' THEN
        RETURN QUERY SELECT * FROM points_referred(p_book, p_now, p_holds, p_refunds);
    END IF;
END $$;

-- What captures and refunds refer to, read after the passbooks' balances are locked.
CREATE FUNCTION points_referred(p_book integer, p_now timestamptz, p_holds uuid[], p_refunds uuid[]) RETURNS SETOF points_state
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT 'hold', NULL::integer, h.id, h.account_id, NULL::uuid, NULL::date, h.points, NULL::bigint, NULL::bigint, NULL::bigint,
           CASE WHEN s.resolution IS NOT NULL THEN 'hold_' || s.resolution WHEN h.expires_at <= p_now THEN 'hold_expired' END,
           NULL::jsonb, NULL::bytea, h.expires_at
      FROM generate_series(1, cardinality(p_holds)) n,
           LATERAL (SELECT * FROM points_holds h WHERE h.book_id = p_book AND h.id = p_holds[n] OFFSET 0) h
      LEFT JOIN points_hold_resolutions s ON s.book_id = h.book_id AND s.hold_id = h.id;
    RETURN QUERY
    SELECT 'hold_lot', NULL::integer, l.hold_id, l.budget_id, NULL::uuid, l.expires_on, l.points, NULL::bigint, NULL::bigint, NULL::bigint,
           NULL::text, NULL::jsonb, NULL::bytea, NULL::timestamptz
      FROM generate_series(1, cardinality(p_holds)) n,
           LATERAL (SELECT * FROM points_hold_lots l WHERE l.book_id = p_book AND l.hold_id = p_holds[n] OFFSET 0) l
     ORDER BY l.hold_id, l.expires_on, l.budget_id;
    IF p_refunds = '{}' THEN RETURN; END IF;
    RETURN QUERY
    SELECT 'taken', NULL::integer, m.transaction_id, e.account_id, m.budget_id, m.expires_on, -m.points, -m.cost_fen, NULL::bigint, NULL::bigint,
           NULL::text, NULL::jsonb, NULL::bytea, NULL::timestamptz
      FROM generate_series(1, cardinality(p_refunds)) n,
           LATERAL (SELECT * FROM points_lot_moves m WHERE m.book_id = p_book AND m.transaction_id = p_refunds[n] AND m.points < 0 OFFSET 0) m
      JOIN points_entries e ON e.book_id = m.book_id AND e.transaction_id = m.transaction_id AND e.line = m.line
      JOIN points_transactions t ON t.book_id = m.book_id AND t.id = m.transaction_id AND t.code = 'redemption'
     ORDER BY m.transaction_id, m.expires_on DESC, m.budget_id DESC;
    RETURN QUERY
    SELECT 'given', NULL::integer, q.id,
           (SELECT e.account_id FROM points_entries e JOIN points_accounts x ON x.book_id = e.book_id AND x.id = e.account_id
             WHERE e.book_id = p_book AND e.transaction_id = q.id AND e.amount > 0 AND x.kind = 'merchant_points'),
           NULL::uuid, NULL::date,
           coalesce(sum(m.points), 0)::bigint, coalesce(sum(m.cost_fen), 0)::bigint, NULL::bigint, NULL::bigint,
           CASE WHEN EXISTS (SELECT 1 FROM points_transactions r WHERE r.book_id = p_book AND r.reverses_id = q.id) THEN 'already_reversed' END,
           NULL::jsonb, NULL::bytea, NULL::timestamptz
      FROM unnest(p_refunds) q (id)
      LEFT JOIN points_transactions t ON t.book_id = p_book AND t.refunds_id = q.id
      LEFT JOIN points_lot_moves m ON m.book_id = p_book AND m.transaction_id = t.id
     GROUP BY q.id;
END $$;

-- Locks those stripes of one budget that nobody else holds and answers what is free on each. Never waits: the
-- caller holds a stripe already, and waiting for others outside the one global order is how deadlocks are made.
-- With p_all anything less than every stripe is refused as a contention; points_begin then comes prepared.
CREATE FUNCTION points_lock_stripes(p_book integer, p_budget uuid, p_all boolean) RETURNS TABLE (stripe smallint, free bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_locked integer;
BEGIN
    RETURN QUERY
    SELECT a.stripe, s.posted - s.held FROM points_accounts a
      JOIN points_balances s ON s.book_id = a.book_id AND s.account_id = a.id
     WHERE a.book_id = p_book AND a.kind = 'sponsor_budget' AND a.owner_id = p_budget
     ORDER BY s.lock_rank, s.account_id FOR NO KEY UPDATE OF s SKIP LOCKED;
    GET DIAGNOSTICS v_locked = ROW_COUNT;
    IF p_all AND v_locked < (SELECT count(*) FROM points_accounts a WHERE a.book_id = p_book AND a.kind = 'sponsor_budget' AND a.owner_id = p_budget) THEN
        RAISE EXCEPTION 'points: others hold stripes of budget %', p_budget USING ERRCODE = 'serialization_failure';
    END IF;
END $$;

-- Writes what was decided. Arrays of one prefix belong together, element by element; *_posting and *_entry
-- arrays point into the t_ and e_ arrays. Balances and lots are not told what to become: they follow the entries,
-- the lot moves and the holds, so whoever calls, they cannot part from the journal. The caller holds the locks of
-- points_begin; b_version_before makes sure.
CREATE FUNCTION points_write(
    p_book integer, p_actor uuid,
    -- transactions
    t_ids uuid[], t_codes text[], t_causes text[], t_lines smallint[], t_evidence text[], t_holds uuid[], t_reverses uuid[], t_refunds uuid[],
    t_recorded timestamptz[], t_effective timestamptz[],
    -- entries; version, after, chain are null for folded accounts
    e_posting integer[], e_line smallint[], e_account uuid[], e_amount bigint[], e_version bigint[], e_after bigint[], e_chain bytea[],
    -- lot moves, each of one entry
    m_entry integer[], m_day date[], m_budget uuid[], m_points bigint[], m_cost bigint[], m_restores boolean[],
    -- the last entry of each strict account, and the version its balance had when it was locked
    b_entry integer[], b_version_before bigint[],
    -- captured holds and how much of each
    h_posting integer[], h_ids uuid[], h_points bigint[],
    -- declines
    d_causes text[], d_codes text[], d_details jsonb[]
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off AS $$
DECLARE
    k integer;
BEGIN
    IF d_causes <> '{}' THEN
        UPDATE points_outcomes o SET decline = d_codes[n], decline_detail = d_details[n]
          FROM generate_series(1, cardinality(d_causes)) n
         WHERE o.book_id = p_book AND o.cause = d_causes[n];
    END IF;
    IF t_ids = '{}' THEN RETURN; END IF;

    -- What a hold set aside is free again before its capture takes it.
    FOR n IN 1..cardinality(h_ids) LOOP
        PERFORM points_capture(p_book, p_actor, h_ids[n], t_ids[h_posting[n]], h_points[n], t_recorded[h_posting[n]]);
    END LOOP;
    FOR n IN 1..cardinality(b_entry) LOOP
        k := b_entry[n];
        UPDATE points_balances s
           SET posted = e_after[k], version = e_version[k], head = e_chain[k], moved_at = t_recorded[e_posting[k]]
         WHERE s.book_id = p_book AND s.account_id = e_account[k] AND s.version = b_version_before[n];
        IF NOT FOUND THEN
            RAISE EXCEPTION 'points: a balance moved although it was locked' USING ERRCODE = 'serialization_failure';
        END IF;
    END LOOP;
    FOR n IN 1..cardinality(m_entry) LOOP
        k := m_entry[n];
        UPDATE points_lots x
           SET issued = x.issued + CASE WHEN m_points[n] > 0 AND NOT m_restores[n] THEN m_points[n] ELSE 0 END,
               points_left = x.points_left + m_points[n], cost_left_fen = x.cost_left_fen + m_cost[n]
         WHERE x.book_id = p_book AND x.account_id = e_account[k] AND x.expires_on = m_day[n] AND x.budget_id = m_budget[n];
        IF NOT FOUND THEN
            INSERT INTO points_lots (book_id, account_id, expires_on, budget_id, issued, points_left, cost_left_fen)
            VALUES (p_book, e_account[k], m_day[n], m_budget[n], m_points[n], m_points[n], m_cost[n]);
        END IF;
    END LOOP;

    -- One statement for headers, moves and entries: the guards run when all of it is there.
    WITH headers AS (
        INSERT INTO points_transactions (book_id, id, code, cause, lines, actor_id, evidence, hold_id, reverses_id, refunds_id, recorded_at, effective_at)
        SELECT p_book, t_ids[n], t_codes[n], t_causes[n], t_lines[n], p_actor, t_evidence[n], t_holds[n], t_reverses[n], t_refunds[n], t_recorded[n], t_effective[n]
          FROM generate_series(1, cardinality(t_ids)) n),
    queued AS (
        INSERT INTO points_unfolded (book_id, transaction_id) SELECT p_book, t_ids[n] FROM generate_series(1, cardinality(t_ids)) n),
    moves AS (
        INSERT INTO points_lot_moves (book_id, transaction_id, line, expires_on, budget_id, points, cost_fen, restores)
        SELECT p_book, t_ids[e_posting[m_entry[n]]], e_line[m_entry[n]], m_day[n], m_budget[n], m_points[n], m_cost[n], m_restores[n]
          FROM generate_series(1, cardinality(m_entry)) n)
    INSERT INTO points_entries (book_id, transaction_id, line, account_id, amount, version, balance_after, chain)
    SELECT p_book, t_ids[e_posting[n]], e_line[n], e_account[n], e_amount[n], e_version[n], e_after[n], e_chain[n]
      FROM generate_series(1, cardinality(e_posting)) n;
END $$;

-- Resolves one open hold as captured and gives all it had set aside free, for its transaction to take from.
CREATE FUNCTION points_capture(
    p_book integer, p_actor uuid, p_hold uuid, p_transaction uuid, p_points bigint, p_at timestamptz
) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    v_account uuid; v_held bigint;
BEGIN
    INSERT INTO points_hold_resolutions (book_id, hold_id, resolution, transaction_id, points_captured, actor_id, resolved_at)
    VALUES (p_book, p_hold, 'captured', p_transaction, p_points, p_actor, p_at);
    UPDATE points_holds x SET open = false
     WHERE x.book_id = p_book AND x.id = p_hold AND x.open AND x.points >= p_points
    RETURNING x.account_id, x.points INTO v_account, v_held;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'points: hold % is not open for % points', p_hold, p_points
            USING ERRCODE = 'check_violation', CONSTRAINT = 'points_captures_open_hold';
    END IF;
    UPDATE points_lots x SET held = x.held - l.points
      FROM points_hold_lots l
     WHERE l.book_id = p_book AND l.hold_id = p_hold
       AND x.book_id = p_book AND x.account_id = v_account AND x.expires_on = l.expires_on AND x.budget_id = l.budget_id;
    UPDATE points_balances s SET held = s.held - v_held WHERE s.book_id = p_book AND s.account_id = v_account;
END $$;
