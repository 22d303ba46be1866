-- A transaction's own words in one digest, so that every chained entry vouches for them.
-- Texts are length-prefixed: no two different headers share a byte string. Times are microseconds UTC.
CREATE FUNCTION points_transaction_digest(
    p_id uuid, p_code text, p_cause text, p_actor uuid, p_evidence text, p_recorded timestamptz, p_effective timestamptz
) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN sha256(uuid_send(p_id) || uuid_send(p_actor)
        || int8send((extract(epoch FROM p_recorded) * 1000000)::bigint) || int8send((extract(epoch FROM p_effective) * 1000000)::bigint)
        || int4send(octet_length(p_code)) || convert_to(p_code, 'UTF8')
        || int4send(octet_length(p_cause)) || convert_to(p_cause, 'UTF8')
        || int4send(coalesce(octet_length(p_evidence), -1)) || convert_to(coalesce(p_evidence, ''), 'UTF8'));
END $$;

-- Earning opens or tops up the lot of its month; giving back refills what the lot had issued.
CREATE FUNCTION points_put_lots(
    p_book integer, p_accounts uuid[], p_expires date[], p_budgets uuid[], p_points bigint[], p_costs bigint[], p_restores boolean[]
) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO points_lots AS x (book_id, account_id, expires_on, budget_id, issued, points_left, cost_left_fen)
    SELECT p_book, w.account_id, w.expires_on, w.budget_id, sum(w.points), sum(w.points), sum(w.cost)
      FROM unnest(p_accounts, p_expires, p_budgets, p_points, p_costs, p_restores) AS w (account_id, expires_on, budget_id, points, cost, restores)
     WHERE w.points > 0 AND NOT w.restores
     GROUP BY w.account_id, w.expires_on, w.budget_id
     ORDER BY w.account_id, w.expires_on, w.budget_id
    ON CONFLICT (book_id, account_id, expires_on, budget_id) DO UPDATE
       SET issued = x.issued + excluded.issued, points_left = x.points_left + excluded.points_left,
           cost_left_fen = x.cost_left_fen + excluded.cost_left_fen;
    IF true = ANY (p_restores) THEN
        UPDATE points_lots x SET points_left = x.points_left + w.points, cost_left_fen = x.cost_left_fen + w.cost
          FROM (SELECT r.account_id, r.expires_on, r.budget_id, sum(r.points)::bigint AS points, sum(r.cost)::bigint AS cost
                  FROM unnest(p_accounts, p_expires, p_budgets, p_points, p_costs, p_restores) AS r (account_id, expires_on, budget_id, points, cost, restores)
                 WHERE r.restores GROUP BY 1, 2, 3) w
         WHERE x.book_id = p_book AND x.account_id = w.account_id AND x.expires_on = w.expires_on AND x.budget_id = w.budget_id;
    END IF;
END $$;

-- What captures and refunds of a batch may take or give back, piece by piece, in the order of use.
-- points_total is what the hold holds, or what is left to refund; problem says why nothing may be done.
-- Refunds give back the piece taken last first: it lives longest. A piece that expired meanwhile goes to
-- a lot of the same budget that is good for the book's days of grace.
CREATE FUNCTION points_referred_pieces(
    p_book integer, p_now timestamptz, p_today date, p_modes text[], p_refers uuid[], p_fresh boolean[]
) RETURNS TABLE (posting integer, account_id uuid, points_total bigint, problem text,
                 expires_on date, budget_id uuid, points bigint, cost_fen bigint, restores boolean)
LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH asked AS (
        SELECT w.i::integer AS i, w.mode, w.refers FROM unnest(p_modes, p_refers, p_fresh) WITH ORDINALITY AS w (mode, refers, fresh, i)
         WHERE w.fresh AND w.mode IN ('capture', 'refund')),
    captures AS (
        SELECT q.i, h.account_id, h.points AS points_total,
               CASE WHEN s.resolution IS NOT NULL THEN 'hold_' || s.resolution WHEN h.expires_at <= p_now THEN 'hold_expired' END AS problem,
               l.expires_on, l.budget_id, l.points, NULL::bigint AS cost_fen, true AS restores
          FROM asked q
          JOIN points_holds h ON h.book_id = p_book AND h.id = q.refers
          JOIN points_hold_lots l ON l.book_id = p_book AND l.hold_id = h.id
          LEFT JOIN points_hold_resolutions s ON s.book_id = p_book AND s.hold_id = h.id
         WHERE q.mode = 'capture'),
    taken AS (
        SELECT q.i, q.refers, e.account_id, m.expires_on, m.budget_id, -m.points AS points, -m.cost_fen AS cost_fen,
               sum(-m.points) OVER w AS points_upto, sum(-m.cost_fen) OVER w AS cost_upto
          FROM asked q
          JOIN points_lot_moves m ON m.book_id = p_book AND m.transaction_id = q.refers AND m.points < 0
          JOIN points_entries e ON e.book_id = p_book AND e.transaction_id = m.transaction_id AND e.line = m.line
         WHERE q.mode = 'refund'
        WINDOW w AS (PARTITION BY q.i ORDER BY m.expires_on DESC, m.budget_id DESC)),
    given AS (
        SELECT q.i, coalesce(sum(m.points), 0) AS points, coalesce(sum(m.cost_fen), 0) AS cost_fen
          FROM asked q
          LEFT JOIN points_transactions t ON t.book_id = p_book AND t.refunds_id = q.refers
          LEFT JOIN points_lot_moves m ON m.book_id = p_book AND m.transaction_id = t.id
         WHERE q.mode = 'refund' GROUP BY q.i),
    refunds AS (
        SELECT k.i, k.account_id, ((max(k.points_upto) OVER (PARTITION BY k.i)) - g.points)::bigint AS points_total,
               CASE WHEN EXISTS (SELECT 1 FROM points_transactions r WHERE r.book_id = p_book AND r.reverses_id = k.refers) THEN 'already_reversed' END AS problem,
               CASE WHEN k.expires_on < p_today THEN p_today + b.grace_days ELSE k.expires_on END AS expires_on, k.budget_id,
               least(k.points, k.points_upto - g.points)::bigint AS points,
               CASE WHEN g.points <= k.points_upto - k.points THEN k.cost_fen ELSE k.cost_upto - g.cost_fen END::bigint AS cost_fen,
               k.expires_on >= p_today AS restores, k.points_upto
          FROM taken k JOIN given g ON g.i = k.i JOIN points_books b ON b.id = p_book)
    SELECT * FROM (
        SELECT c.i, c.account_id, c.points_total, c.problem, c.expires_on, c.budget_id, c.points, c.cost_fen, c.restores FROM captures c
        UNION ALL
        SELECT f.i, f.account_id, f.points_total, f.problem, f.expires_on, f.budget_id, CASE WHEN f.points > 0 THEN f.points END, f.cost_fen, f.restores FROM refunds f) p
    ORDER BY p.i, CASE WHEN p_modes[p.i] = 'capture' THEN p.expires_on - DATE '2000-01-01' ELSE DATE '2000-01-01' - p.expires_on END;
END $$;

-- What all stripes of one owner hold together.
CREATE FUNCTION points_striped_balance(p_book integer, p_kind text, p_owner uuid) RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(s.posted - s.held), 0)::bigint
      FROM points_accounts a JOIN points_balances s ON s.book_id = a.book_id AND s.account_id = a.id
     WHERE a.book_id = p_book AND a.kind = p_kind AND a.owner_id = p_owner
$$;

-- Levels the stripes of one budget: each stripe first gets what the batch at hand asks of it, the rest
-- is spread evenly. Stripes that others hold are left alone when those at hand suffice; otherwise this
-- waits for them, because points may be refused only when every stripe was seen.
CREATE FUNCTION points_restripe(
    p_book integer, p_now timestamptz, p_today date, p_spare_id uuid, p_actor uuid, p_owner uuid,
    p_account_ids uuid[], p_leg_accounts integer[], p_leg_amounts bigint[]
) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    ids uuid[]; stripes smallint[]; free bigint[]; wanted bigint[]; accounts integer[] := '{}'; amounts bigint[] := '{}';
    total bigint; asked bigint; spare bigint; target bigint; wish bigint; k integer; v record; new_id uuid;
BEGIN
    FOR pass IN 1..2 LOOP
        ids := '{}'; stripes := '{}'; free := '{}'; wanted := '{}'; total := 0; asked := 0;
        FOR v IN EXECUTE
            'SELECT a.id, a.stripe, s.posted - s.held AS free FROM points_accounts a
               JOIN points_balances s ON s.book_id = a.book_id AND s.account_id = a.id
              WHERE a.book_id = $1 AND a.kind = ''sponsor_budget'' AND a.owner_id = $2
              ORDER BY s.lock_rank, s.account_id FOR NO KEY UPDATE OF s' || CASE WHEN pass = 1 THEN ' SKIP LOCKED' ELSE '' END
            USING p_book, p_owner
        LOOP
            SELECT coalesce(-sum(w.amount), 0) INTO wish FROM unnest(p_leg_accounts, p_leg_amounts) AS w (account, amount)
             WHERE w.amount < 0 AND p_account_ids[w.account] = v.id;
            ids := ids || v.id; stripes := stripes || v.stripe; free := free || v.free; wanted := wanted || wish;
            total := total + v.free; asked := asked + wish;
        END LOOP;
        EXIT WHEN total >= asked;
    END LOOP;
    spare := greatest(total - asked, 0);
    FOR k IN 1..cardinality(ids) LOOP
        target := least(wanted[k], total) + spare / cardinality(ids) + CASE WHEN k = 1 THEN spare % cardinality(ids) ELSE 0 END;
        total := total - least(wanted[k], total);
        CONTINUE WHEN target = free[k];
        accounts := accounts || k; amounts := amounts || (target - free[k]);
    END LOOP;
    IF cardinality(accounts) = 0 THEN RETURN; END IF;
    new_id := md5(p_spare_id::text || p_owner::text)::uuid;
    PERFORM points_post(p_book, p_now, p_today, new_id,
        ids, array_fill('sponsor_budget'::text, ARRAY[cardinality(ids)]), array_fill(p_owner, ARRAY[cardinality(ids)]), stripes,
        ARRAY[new_id], ARRAY['restripe:' || new_id], ARRAY[sha256(uuid_send(new_id))], ARRAY['restripe'], ARRAY[p_actor], ARRAY[NULL::text],
        ARRAY[p_now], ARRAY['exact'], ARRAY[NULL::bigint], ARRAY[NULL::uuid], ARRAY[NULL::uuid],
        array_fill(1, ARRAY[cardinality(accounts)]), accounts, amounts,
        '{}', '{}', '{}', '{}', '{}', '{}', '{}');
END $$;
