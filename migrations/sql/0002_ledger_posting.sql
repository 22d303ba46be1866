-- The posting engine: one call decides and writes one posting or ten thousand.
--
-- Order of work, and no other: idempotency rows -> ensure accounts -> lock strict balances in (rank, id)
-- order -> in NEW statements read holds, lots and corrections -> decide in memory, posting by posting ->
-- write every table once. A statement that locks and reads together would read the snapshot from before
-- its lock wait; that is the defect that lets ledgers overspend.
--
-- Modes: exact    legs and lots are given (mint, award, fund, pay, reversal)
--        spend    takes the earliest expiring free lots of leg 1
--        capture  takes the lots of hold p_refers[i], whole or in part, and resolves the hold
--        expire   takes every free lot of leg 1 that fell due and came from budget p_refers[i]
--        refund   gives points of transaction p_refers[i] back into the lots they came from, on leg 2
-- The four last have the legs  1: points from  2: points to  3: money from  4: money to;  the engine fills
-- the amounts: points on 1 and 2, their lots' cost on 3 and 4.
-- A declined posting leaves its outcome row and nothing else; the others of the batch go on.
CREATE FUNCTION points_post(
    p_book integer, p_now timestamptz, p_today date, p_spare_id uuid,
    p_account_ids uuid[], p_account_kinds text[], p_account_owners uuid[], p_account_stripes smallint[],
    p_ids uuid[], p_causes text[], p_hashes bytea[], p_codes text[], p_actors uuid[], p_evidence text[],
    p_effective timestamptz[], p_modes text[], p_points bigint[], p_refers uuid[], p_reverses uuid[],
    p_leg_postings integer[], p_leg_accounts integer[], p_leg_amounts bigint[],
    p_lot_postings integer[], p_lot_accounts integer[], p_lot_expires date[], p_lot_budgets uuid[],
    p_lot_points bigint[], p_lot_costs bigint[], p_lot_restores boolean[]
) RETURNS TABLE (posting integer, subject_id uuid, decline text, detail jsonb, replayed boolean,
                 points bigint, cost_fen bigint, balance_after bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    n CONSTANT integer := cardinality(p_ids);
    n_accounts CONSTANT integer := cardinality(p_account_ids);
    n_legs CONSTANT integer := cardinality(p_leg_postings);
    n_lots CONSTANT integer := cardinality(p_lot_postings);
    i integer; j integer; k integer; a integer; source integer; first_leg integer; last_leg integer; next_leg integer; next_lot integer; next_ref integer;
    v record; inserted integer; spends boolean := false; refers boolean := false; short uuid; restriped uuid[] := '{}';
    fresh boolean[] := array_fill(true, ARRAY[n]); replays boolean := false;
    -- state of the batch's accounts, by position
    b_strict boolean[]; b_posted bigint[]; b_held bigint[]; b_floor bigint[]; b_version bigint[]; b_head bytea[]; b_moved timestamptz[]; b_frozen text[];
    b_touched boolean[]; reads_lots boolean[] := array_fill(false, ARRAY[n_accounts]); lot_first integer[]; lot_last integer[];
    -- lots in play, ordered by (account, expiry, budget)
    l_count integer; l_account integer[]; l_expires date[]; l_budget uuid[]; l_left bigint[]; l_held bigint[]; l_cost bigint[];
    -- pieces of the holds and transactions referred to, ordered by posting
    r_count integer; r_posting integer[]; r_expires date[]; r_budget uuid[]; r_points bigint[]; r_cost bigint[]; r_restores boolean[];
    h_account uuid[]; h_points bigint[]; h_problem text[];
    -- lot changes of the posting at hand; u_lot is NULL for a lot that is put into
    u_count integer; u_lot integer[]; u_account integer[]; u_restores boolean[]; u_expires date[]; u_budget uuid[]; u_points bigint[]; u_cost bigint[];
    refused text; why jsonb; need bigint; take bigint; total bigint; fen bigint; amount bigint; unheld bigint; line smallint; leg_line smallint[];
    v_at timestamptz; digest bytea; after bigint;
    -- outcomes, and the rows to be written
    d_code text[]; d_detail jsonb[]; o_points bigint[]; o_cost bigint[]; o_after bigint[];
    x_count integer; x_posting integer[]; x_lines smallint[]; x_at timestamptz[];
    e_count integer; e_posting integer[]; e_line smallint[]; e_account uuid[]; e_amount bigint[]; e_version bigint[]; e_after bigint[]; e_chain bytea[];
    m_count integer; m_posting integer[]; m_line smallint[]; m_account uuid[]; m_expires date[]; m_budget uuid[]; m_points bigint[]; m_cost bigint[]; m_restores boolean[];
    c_posting integer[];
BEGIN
    -- 1. Idempotency rows. A concurrent twin waits here on the unique key, then reads what was decided.
    INSERT INTO points_outcomes (book_id, cause, content_hash, subject_id, decided_at)
    SELECT p_book, w.cause, w.content_hash, w.id, p_now
      FROM unnest(p_causes, p_hashes, p_ids) AS w (cause, content_hash, id)
     ORDER BY w.cause
    ON CONFLICT (book_id, cause) DO NOTHING;
    GET DIAGNOSTICS inserted = ROW_COUNT;
    IF inserted < n THEN
        replays := true;
        SELECT array_agg(o.subject_id = w.id ORDER BY w.n) INTO fresh
          FROM unnest(p_causes, p_ids) WITH ORDINALITY AS w (cause, id, n)
          JOIN points_outcomes o ON o.book_id = p_book AND o.cause = w.cause;
    END IF;

    -- 2. Ensure accounts, in statements of their own.
    SELECT count(*) INTO k FROM points_accounts x WHERE x.book_id = p_book AND x.id = ANY (p_account_ids);
    IF k < n_accounts THEN
        PERFORM points_open_accounts(p_book, p_now, p_account_ids, p_account_kinds, p_account_owners, p_account_stripes);
    END IF;

    k := 0;
    FOR j IN 1..n_legs LOOP
        CONTINUE WHEN p_leg_postings[j] = k;
        k := p_leg_postings[j];
        CONTINUE WHEN NOT fresh[k] OR p_modes[k] = 'exact';
        IF p_modes[k] IN ('capture', 'refund') THEN refers := true; END IF;
        IF p_modes[k] <> 'refund' THEN spends := true; reads_lots[p_leg_accounts[j]] := true; END IF;
    END LOOP;
    FOR j IN 1..n_lots LOOP
        IF p_lot_points[j] < 0 AND fresh[p_lot_postings[j]] THEN spends := true; reads_lots[p_lot_accounts[j]] := true; END IF;
    END LOOP;

    <<attempt>>
    LOOP
        -- 3. Lock the strict balances: one statement, one global order.
        b_strict := array_fill(false, ARRAY[n_accounts]); b_touched := b_strict;
        b_posted := '{}'; b_held := '{}'; b_floor := '{}'; b_version := '{}'; b_head := '{}'; b_moved := '{}'; b_frozen := '{}';
        FOR v IN
            SELECT w.n, s.* FROM unnest(p_account_ids) WITH ORDINALITY AS w (id, n)
              JOIN points_balances s ON s.book_id = p_book AND s.account_id = w.id
             ORDER BY s.lock_rank, s.account_id
               FOR NO KEY UPDATE OF s
        LOOP
            a := v.n; b_strict[a] := true; b_posted[a] := v.posted; b_held[a] := v.held; b_floor[a] := v.floor;
            b_version[a] := v.version; b_head[a] := v.head; b_moved[a] := v.moved_at; b_frozen[a] := v.frozen_reason;
        END LOOP;

        -- 4. New statements: read what the locks now protect.
        l_count := 0; l_account := '{}'; l_expires := '{}'; l_budget := '{}'; l_left := '{}'; l_held := '{}'; l_cost := '{}'; lot_first := '{}'; lot_last := '{}';
        IF spends THEN
            FOR a IN 1..n_accounts LOOP
                -- An expired hold never blocks: whoever locks the account next releases it.
                IF reads_lots[a] AND b_held[a] > 0 AND points_expire_holds_of(p_book, p_now, p_account_ids[a], p_actors[1]) > 0 THEN
                    SELECT s.held INTO STRICT unheld FROM points_balances s WHERE s.book_id = p_book AND s.account_id = p_account_ids[a];
                    b_held[a] := unheld;
                END IF;
            END LOOP;
            FOR v IN
                SELECT w.n, x.* FROM unnest(p_account_ids, reads_lots) WITH ORDINALITY AS w (id, reads, n)
                  JOIN points_lots x ON x.book_id = p_book AND x.account_id = w.id AND x.points_left > 0
                 WHERE w.reads
                 ORDER BY w.n, x.expires_on, x.budget_id
            LOOP
                l_count := l_count + 1; a := v.n;
                l_account[l_count] := a; l_expires[l_count] := v.expires_on; l_budget[l_count] := v.budget_id;
                l_left[l_count] := v.points_left; l_held[l_count] := v.held; l_cost[l_count] := v.cost_left_fen;
                IF lot_first[a] IS NULL THEN lot_first[a] := l_count; END IF;
                lot_last[a] := l_count;
            END LOOP;
        END IF;
        r_count := 0; h_account := '{}'; h_points := '{}'; h_problem := '{}';
        IF refers THEN
            FOR v IN SELECT * FROM points_referred_pieces(p_book, p_now, p_today, p_modes, p_refers, fresh) LOOP
                h_account[v.posting] := v.account_id; h_points[v.posting] := v.points_total; h_problem[v.posting] := v.problem;
                IF v.points IS NOT NULL THEN
                    r_count := r_count + 1; r_posting[r_count] := v.posting; r_expires[r_count] := v.expires_on;
                    r_budget[r_count] := v.budget_id; r_points[r_count] := v.points; r_cost[r_count] := v.cost_fen;
                    r_restores[r_count] := v.restores;
                END IF;
            END LOOP;
        END IF;

        -- 5. Decide, posting by posting, on the state in memory.
        d_code := array_fill(NULL::text, ARRAY[n]); d_detail := array_fill(NULL::jsonb, ARRAY[n]); c_posting := '{}';
        o_points := array_fill(0::bigint, ARRAY[n]); o_cost := o_points; o_after := array_fill(NULL::bigint, ARRAY[n]);
        x_count := 0; e_count := 0; m_count := 0; next_leg := 1; next_lot := 1; next_ref := 1; short := NULL;
        x_posting := '{}'; x_lines := '{}'; x_at := '{}'; e_posting := '{}'; e_line := '{}'; e_account := '{}'; e_amount := '{}'; e_version := '{}'; e_after := '{}'; e_chain := '{}';
        m_posting := '{}'; m_line := '{}'; m_account := '{}'; m_expires := '{}'; m_budget := '{}'; m_points := '{}'; m_cost := '{}'; m_restores := '{}';
        FOR i IN 1..n LOOP
            first_leg := next_leg;
            WHILE next_leg <= n_legs AND p_leg_postings[next_leg] = i LOOP next_leg := next_leg + 1; END LOOP;
            last_leg := next_leg - 1;
            refused := NULL; why := NULL; total := 0; fen := 0; unheld := 0; v_at := p_now; u_count := 0; u_lot := '{}';
            source := p_leg_accounts[first_leg];

            -- 5a. Which lots change.
            IF NOT fresh[i] THEN
                WHILE next_lot <= n_lots AND p_lot_postings[next_lot] = i LOOP next_lot := next_lot + 1; END LOOP;
                CONTINUE;
            ELSIF p_modes[i] IN ('spend', 'expire') THEN
                need := CASE WHEN p_modes[i] = 'spend' THEN p_points[i] END;
                FOR j IN coalesce(lot_first[source], 1)..coalesce(lot_last[source], 0) LOOP
                    EXIT WHEN need = 0;
                    CONTINUE WHEN (p_modes[i] = 'spend') = (l_expires[j] < p_today) OR (need IS NULL AND l_budget[j] <> p_refers[i]);
                    take := least(l_left[j] - l_held[j], coalesce(need, l_left[j]));
                    CONTINUE WHEN take <= 0;
                    u_count := u_count + 1; u_lot[u_count] := j; u_account[u_count] := source; u_points[u_count] := -take; u_cost[u_count] := NULL;
                    need := need - take; total := total + take;
                END LOOP;
                IF p_modes[i] = 'spend' AND b_frozen[source] IS NOT NULL THEN refused := 'account_frozen';
                ELSIF need > 0 THEN refused := 'insufficient'; why := jsonb_build_object('available', total, 'requested', p_points[i]);
                ELSIF total = 0 THEN refused := 'nothing_due';
                END IF;
            ELSIF p_modes[i] IN ('capture', 'refund') THEN
                WHILE next_ref <= r_count AND r_posting[next_ref] < i LOOP next_ref := next_ref + 1; END LOOP;
                need := coalesce(p_points[i], h_points[i]);
                refused := CASE WHEN h_account[i] IS DISTINCT FROM p_account_ids[p_leg_accounts[first_leg + (p_modes[i] = 'refund')::integer]] THEN 'not_found'
                                WHEN h_problem[i] IS NOT NULL THEN h_problem[i]
                                WHEN p_modes[i] = 'capture' AND b_frozen[source] IS NOT NULL THEN 'account_frozen'
                                WHEN need > h_points[i] THEN 'over_' || p_modes[i] END;
                IF refused = 'over_' || p_modes[i] THEN why := jsonb_build_object('available', h_points[i], 'requested', need); END IF;
                IF p_modes[i] = 'capture' THEN unheld := h_points[i]; END IF;
                k := next_ref;
                WHILE refused IS NULL AND k <= r_count AND r_posting[k] = i LOOP
                    take := least(r_points[k], need); need := need - take; total := total + take;
                    IF p_modes[i] = 'capture' THEN
                        j := lot_first[source];
                        WHILE (l_expires[j], l_budget[j]) <> (r_expires[k], r_budget[k]) LOOP j := j + 1; END LOOP;
                        l_held[j] := l_held[j] - r_points[k];
                        u_count := u_count + 1; u_lot[u_count] := j; u_account[u_count] := source; u_points[u_count] := -take; u_cost[u_count] := NULL;
                    ELSIF take > 0 THEN
                        u_count := u_count + 1; u_lot[u_count] := NULL; u_account[u_count] := p_leg_accounts[first_leg + 1];
                        u_expires[u_count] := r_expires[k]; u_budget[u_count] := r_budget[k]; u_points[u_count] := take; u_restores[u_count] := r_restores[k];
                        u_cost[u_count] := CASE WHEN take = r_points[k] THEN r_cost[k] ELSE div(r_cost[k]::numeric * take, r_points[k])::bigint END;
                    END IF;
                    k := k + 1;
                END LOOP;
            ELSE
                WHILE next_lot <= n_lots AND p_lot_postings[next_lot] = i LOOP
                    j := NULL;
                    IF p_lot_points[next_lot] < 0 THEN
                        a := p_lot_accounts[next_lot]; j := lot_first[a];
                        WHILE j <= lot_last[a] AND (l_expires[j], l_budget[j]) <> (p_lot_expires[next_lot], p_lot_budgets[next_lot]) LOOP j := j + 1; END LOOP;
                        IF j IS NULL OR j > lot_last[a] THEN refused := 'already_spent'; why := jsonb_build_object('available', 0);
                        ELSIF l_left[j] - l_held[j] < -p_lot_points[next_lot] OR l_cost[j] < -p_lot_costs[next_lot] THEN
                            refused := 'already_spent'; why := jsonb_build_object('available', l_left[j] - l_held[j]);
                        END IF;
                    END IF;
                    u_count := u_count + 1; u_lot[u_count] := j; u_account[u_count] := p_lot_accounts[next_lot];
                    u_expires[u_count] := p_lot_expires[next_lot]; u_budget[u_count] := p_lot_budgets[next_lot];
                    u_points[u_count] := p_lot_points[next_lot]; u_cost[u_count] := p_lot_costs[next_lot]; u_restores[u_count] := p_lot_restores[next_lot];
                    next_lot := next_lot + 1;
                END LOOP;
            END IF;

            -- 5b. What the lots cost, and no floor is passed.
            FOR k IN 1..u_count LOOP
                EXIT WHEN refused IS NOT NULL;
                j := u_lot[k];
                IF j IS NOT NULL AND u_cost[k] IS NULL THEN
                    -- The last points of a lot take all the money that is left, so no fen ever drifts.
                    u_cost[k] := CASE WHEN l_left[j] = -u_points[k] THEN -l_cost[j] ELSE -div(l_cost[j]::numeric * -u_points[k], l_left[j])::bigint END;
                END IF;
                fen := fen + u_cost[k];
            END LOOP;
            IF refused IS NULL AND p_modes[i] = 'exact' THEN
                FOR leg IN first_leg..last_leg LOOP
                    a := p_leg_accounts[leg]; v_at := greatest(v_at, b_moved[a]);
                    CONTINUE WHEN NOT b_strict[a] OR p_leg_amounts[leg] > 0 OR b_posted[a] - b_held[a] + p_leg_amounts[leg] >= b_floor[a];
                    refused := 'insufficient'; why := jsonb_build_object('available', b_posted[a] - b_held[a], 'requested', -p_leg_amounts[leg]);
                    IF p_account_kinds[a] = 'sponsor_budget' THEN
                        IF NOT p_account_owners[a] = ANY (restriped) THEN short := p_account_owners[a]; END IF;
                        why := why || jsonb_build_object('available', points_striped_balance(p_book, p_account_kinds[a], p_account_owners[a]));
                    END IF;
                END LOOP;
                EXIT WHEN short IS NOT NULL;
            ELSIF refused IS NULL THEN
                v_at := greatest(v_at, b_moved[source], b_moved[p_leg_accounts[first_leg + 1]], b_moved[p_leg_accounts[first_leg + 3]]);
            END IF;
            IF refused IS NOT NULL THEN
                d_code[i] := refused; d_detail[i] := why;
                CONTINUE;
            END IF;

            -- 5c. Apply: legs with version, balance and chain, then lot changes.
            fen := abs(fen); line := 0; leg_line := '{}';
            digest := points_transaction_digest(p_ids[i], p_codes[i], p_causes[i], p_actors[i], p_evidence[i], v_at, p_effective[i]);
            IF unheld > 0 THEN b_held[source] := b_held[source] - unheld; c_posting := c_posting || i; END IF;
            FOR leg IN first_leg..last_leg LOOP
                a := p_leg_accounts[leg];
                amount := CASE WHEN p_modes[i] = 'exact' THEN p_leg_amounts[leg]
                               WHEN leg - first_leg = 0 THEN -total WHEN leg - first_leg = 1 THEN total
                               WHEN leg - first_leg = 2 THEN -fen ELSE fen END;
                CONTINUE WHEN amount = 0;
                line := line + 1; e_count := e_count + 1;
                e_posting[e_count] := i; e_line[e_count] := line; e_account[e_count] := p_account_ids[a]; e_amount[e_count] := amount;
                IF b_strict[a] THEN
                    b_touched[a] := true; b_posted[a] := b_posted[a] + amount; b_version[a] := b_version[a] + 1; b_moved[a] := v_at;
                    b_head[a] := sha256(b_head[a] || int4send(p_book) || uuid_send(p_account_ids[a]) || int8send(b_version[a]) || int8send(amount) || int8send(b_posted[a]) || digest);
                    e_version[e_count] := b_version[a]; e_after[e_count] := b_posted[a]; e_chain[e_count] := b_head[a];
                    IF o_after[i] IS NULL OR p_account_kinds[a] = 'resident' THEN o_after[i] := b_posted[a]; END IF;
                    leg_line[a] := line;
                ELSE
                    e_version[e_count] := NULL; e_after[e_count] := NULL; e_chain[e_count] := NULL;
                END IF;
            END LOOP;
            FOR k IN 1..u_count LOOP
                j := u_lot[k];
                IF j IS NOT NULL THEN
                    l_left[j] := l_left[j] + u_points[k]; l_cost[j] := l_cost[j] + u_cost[k];
                    u_expires[k] := l_expires[j]; u_budget[k] := l_budget[j];
                    CONTINUE WHEN u_points[k] = 0;
                ELSIF reads_lots[u_account[k]] THEN
                    RAISE EXCEPTION 'points: one batch cannot both earn into and spend from account %', p_account_ids[u_account[k]]
                        USING ERRCODE = 'feature_not_supported';
                END IF;
                m_count := m_count + 1; m_posting[m_count] := i; m_line[m_count] := leg_line[u_account[k]]; m_account[m_count] := p_account_ids[u_account[k]];
                m_expires[m_count] := u_expires[k]; m_budget[m_count] := u_budget[k]; m_points[m_count] := u_points[k]; m_cost[m_count] := u_cost[k];
                m_restores[m_count] := u_points[k] > 0 AND u_restores[k];
            END LOOP;
            o_points[i] := CASE WHEN p_modes[i] = 'exact' THEN abs(p_leg_amounts[first_leg]) ELSE total END; o_cost[i] := fen;
            x_count := x_count + 1; x_posting[x_count] := i; x_lines[x_count] := line; x_at[x_count] := v_at;
        END LOOP;

        EXIT attempt WHEN short IS NULL;
        -- A stripe of a sponsor's budget ran dry while others may still have points: level them and decide anew.
        restriped := restriped || short;
        PERFORM points_restripe(p_book, p_now, p_today, p_spare_id, p_actors[1], short, p_account_ids, p_leg_accounts, p_leg_amounts);
    END LOOP;

    -- 6. Write every table once.
    IF x_count > 0 THEN
        UPDATE points_balances s
           SET posted = w.posted, held = w.held, version = w.version, head = w.head, moved_at = w.moved
          FROM unnest(p_account_ids, b_posted, b_held, b_version, b_head, b_moved, b_touched) AS w (id, posted, held, version, head, moved, touched)
         WHERE w.touched AND s.book_id = p_book AND s.account_id = w.id;
        IF l_count > 0 THEN
            UPDATE points_lots x SET points_left = w.left_now, held = w.held, cost_left_fen = w.cost
              FROM unnest(l_account, l_expires, l_budget, l_left, l_held, l_cost) AS w (account, expires_on, budget_id, left_now, held, cost)
             WHERE x.book_id = p_book AND x.account_id = p_account_ids[w.account] AND x.expires_on = w.expires_on AND x.budget_id = w.budget_id
               AND (x.points_left, x.held) <> (w.left_now, w.held);
        END IF;
        IF m_count > 0 THEN
            PERFORM points_put_lots(p_book, m_account, m_expires, m_budget, m_points, m_cost, m_restores);
        END IF;
        WITH headers AS (
            INSERT INTO points_transactions (book_id, id, code, cause, lines, actor_id, evidence, hold_id, reverses_id, refunds_id, recorded_at, effective_at)
            SELECT p_book, p_ids[w.i], p_codes[w.i], p_causes[w.i], w.lines, p_actors[w.i], p_evidence[w.i],
                   CASE WHEN p_modes[w.i] = 'capture' THEN p_refers[w.i] END, p_reverses[w.i],
                   CASE WHEN p_modes[w.i] = 'refund' THEN p_refers[w.i] END, w.recorded_at, p_effective[w.i]
              FROM unnest(x_posting, x_lines, x_at) AS w (i, lines, recorded_at)),
        queued AS (
            INSERT INTO points_unfolded (book_id, transaction_id) SELECT p_book, p_ids[w.i] FROM unnest(x_posting) AS w (i)),
        moves AS (
            INSERT INTO points_lot_moves (book_id, transaction_id, line, expires_on, budget_id, points, cost_fen, restores)
            SELECT p_book, p_ids[w.i], w.line, w.expires_on, w.budget_id, w.points, w.cost, w.restores
              FROM unnest(m_posting, m_line, m_expires, m_budget, m_points, m_cost, m_restores) AS w (i, line, expires_on, budget_id, points, cost, restores))
        INSERT INTO points_entries (book_id, transaction_id, line, account_id, amount, version, balance_after, chain)
        SELECT p_book, p_ids[w.i], w.line, w.account_id, w.amount, w.version, w.after, w.chain
          FROM unnest(e_posting, e_line, e_account, e_amount, e_version, e_after, e_chain) AS w (i, line, account_id, amount, version, after, chain);
        IF cardinality(c_posting) > 0 THEN
            INSERT INTO points_hold_resolutions (book_id, hold_id, resolution, transaction_id, points_captured, actor_id, resolved_at)
            SELECT p_book, p_refers[w.i], 'captured', p_ids[w.i], o_points[w.i], p_actors[w.i], p_now FROM unnest(c_posting) AS w (i);
            UPDATE points_holds x SET open = false FROM unnest(c_posting) AS w (i) WHERE x.book_id = p_book AND x.id = p_refers[w.i];
        END IF;
    END IF;
    IF x_count < n THEN
        PERFORM points_record_decline(p_book, p_causes[w.i], d_code[w.i], d_detail[w.i])
           FROM generate_series(1, n) AS w (i) WHERE d_code[w.i] IS NOT NULL;
    END IF;

    -- 7. Answer, with what the caller would otherwise have to ask for.
    IF NOT replays THEN
        RETURN QUERY SELECT w.i, p_ids[w.i], d_code[w.i], d_detail[w.i], false, o_points[w.i], o_cost[w.i], o_after[w.i]
                       FROM generate_series(1, n) AS w (i);
    ELSE
        RETURN QUERY
        SELECT w.i::integer, o.subject_id,
               CASE WHEN o.content_hash <> w.content_hash THEN 'cause_reused' ELSE o.decline END,
               CASE WHEN o.content_hash = w.content_hash THEN o.decline_detail END,
               NOT fresh[w.i], o_points[w.i], o_cost[w.i], o_after[w.i]
          FROM unnest(p_causes, p_hashes) WITH ORDINALITY AS w (cause, content_hash, i)
          JOIN points_outcomes o ON o.book_id = p_book AND o.cause = w.cause
         ORDER BY w.i;
    END IF;
END $$;
