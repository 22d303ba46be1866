-- Resolves every due open hold of one account as expired. The caller holds the lock on its balance.
CREATE FUNCTION points_expire_holds_of(p_book integer, p_now timestamptz, p_account uuid, p_actor uuid) RETURNS bigint
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    due uuid[]; freed bigint;
BEGIN
    SELECT array_agg(h.id), sum(h.points) INTO due, freed FROM points_holds h
     WHERE h.book_id = p_book AND h.account_id = p_account AND h.open AND h.expires_at <= p_now;
    IF due IS NULL THEN RETURN 0; END IF;
    PERFORM points_close_holds(p_book, p_now, p_account, due, freed, 'expired', p_actor);
    RETURN cardinality(due);
END $$;

-- Gives held points back to their lots and writes the resolutions. The caller holds the lock on the balance.
CREATE FUNCTION points_close_holds(
    p_book integer, p_now timestamptz, p_account uuid, p_holds uuid[], p_freed bigint, p_resolution text, p_actor uuid
) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO points_hold_resolutions (book_id, hold_id, resolution, points_captured, actor_id, resolved_at)
    SELECT p_book, w.id, p_resolution, 0, p_actor, p_now FROM unnest(p_holds) AS w (id);
    UPDATE points_lots x SET held = x.held - w.points
      FROM (SELECT l.expires_on, l.budget_id, sum(l.points)::bigint AS points FROM points_hold_lots l
             WHERE l.book_id = p_book AND l.hold_id = ANY (p_holds) GROUP BY 1, 2) w
     WHERE x.book_id = p_book AND x.account_id = p_account AND x.expires_on = w.expires_on AND x.budget_id = w.budget_id;
    UPDATE points_balances s SET held = s.held - p_freed WHERE s.book_id = p_book AND s.account_id = p_account;
    UPDATE points_holds h SET open = false WHERE h.book_id = p_book AND h.id = ANY (p_holds);
END $$;

-- Sets points of one lots account aside, earliest expiry first. Same order of work as points_post.
CREATE FUNCTION points_place_hold(
    p_book integer, p_now timestamptz, p_today date, p_account uuid, p_kind text, p_owner uuid,
    p_id uuid, p_cause text, p_hash bytea, p_actor uuid, p_evidence text, p_points bigint, p_expires_at timestamptz
) RETURNS TABLE (hold_id uuid, decline text, detail jsonb, replayed boolean, available bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    o record; s record; v record; need bigint := p_points; take bigint; free bigint := 0; refused text;
    t_expires date[] := '{}'; t_budget uuid[] := '{}'; t_points bigint[] := '{}';
BEGIN
    INSERT INTO points_outcomes (book_id, cause, content_hash, subject_id, decided_at)
    VALUES (p_book, p_cause, p_hash, p_id, p_now) ON CONFLICT (book_id, cause) DO NOTHING;
    IF NOT FOUND THEN
        SELECT * INTO STRICT o FROM points_outcomes x WHERE x.book_id = p_book AND x.cause = p_cause;
        RETURN QUERY SELECT o.subject_id, CASE WHEN o.content_hash <> p_hash THEN 'cause_reused' ELSE o.decline END,
                            CASE WHEN o.content_hash = p_hash THEN o.decline_detail END, true, NULL::bigint;
        RETURN;
    END IF;
    PERFORM points_open_accounts(p_book, p_now, ARRAY[p_account], ARRAY[p_kind], ARRAY[p_owner], ARRAY[0::smallint])
      WHERE NOT EXISTS (SELECT 1 FROM points_accounts x WHERE x.book_id = p_book AND x.id = p_account);

    SELECT * INTO STRICT s FROM points_balances x WHERE x.book_id = p_book AND x.account_id = p_account FOR NO KEY UPDATE;
    IF s.held > 0 THEN
        PERFORM points_expire_holds_of(p_book, p_now, p_account, p_actor);
    END IF;

    FOR v IN SELECT * FROM points_lots x
              WHERE x.book_id = p_book AND x.account_id = p_account AND x.expires_on >= p_today AND x.points_left > x.held
              ORDER BY x.expires_on, x.budget_id
    LOOP
        take := least(need, v.points_left - v.held); free := free + (v.points_left - v.held);
        IF take > 0 THEN
            t_expires := t_expires || v.expires_on; t_budget := t_budget || v.budget_id; t_points := t_points || take; need := need - take;
        END IF;
    END LOOP;
    refused := CASE WHEN s.frozen_reason IS NOT NULL THEN 'account_frozen' WHEN need > 0 THEN 'insufficient' END;
    IF refused IS NOT NULL THEN
        RETURN QUERY SELECT p_id, refused, CASE WHEN refused = 'insufficient' THEN jsonb_build_object('available', free, 'requested', p_points) END, false, free;
        PERFORM points_record_decline(p_book, p_cause, refused, CASE WHEN refused = 'insufficient' THEN jsonb_build_object('available', free, 'requested', p_points) END);
        RETURN;
    END IF;

    UPDATE points_balances x SET held = x.held + p_points WHERE x.book_id = p_book AND x.account_id = p_account;
    UPDATE points_lots x SET held = x.held + w.points
      FROM unnest(t_expires, t_budget, t_points) AS w (expires_on, budget_id, points)
     WHERE x.book_id = p_book AND x.account_id = p_account AND x.expires_on = w.expires_on AND x.budget_id = w.budget_id;
    INSERT INTO points_holds (book_id, id, account_id, points, cause, actor_id, evidence, placed_at, expires_at)
    VALUES (p_book, p_id, p_account, p_points, p_cause, p_actor, p_evidence, p_now, p_expires_at);
    INSERT INTO points_hold_lots (book_id, hold_id, expires_on, budget_id, points)
    SELECT p_book, p_id, w.expires_on, w.budget_id, w.points FROM unnest(t_expires, t_budget, t_points) AS w (expires_on, budget_id, points);
    RETURN QUERY SELECT p_id, NULL::text, NULL::jsonb, false, free - p_points;
END $$;

-- Releases one hold. Answers how the hold stands resolved: 'released', or what had happened before; NULL: no such hold.
CREATE FUNCTION points_release_hold(p_book integer, p_now timestamptz, p_hold uuid, p_actor uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    h record; before text;
BEGIN
    SELECT x.account_id, x.points, x.expires_at INTO h FROM points_holds x WHERE x.book_id = p_book AND x.id = p_hold;
    IF NOT FOUND THEN RETURN NULL; END IF;
    PERFORM 1 FROM points_balances x WHERE x.book_id = p_book AND x.account_id = h.account_id FOR NO KEY UPDATE;
    SELECT x.resolution INTO before FROM points_hold_resolutions x WHERE x.book_id = p_book AND x.hold_id = p_hold;
    IF before IS NOT NULL THEN RETURN before; END IF;
    before := CASE WHEN h.expires_at <= p_now THEN 'expired' ELSE 'released' END;
    PERFORM points_close_holds(p_book, p_now, h.account_id, ARRAY[p_hold], h.points, before, p_actor);
    RETURN before;
END $$;

-- The sweeper: releases due holds of up to p_limit accounts, in the global lock order. Answers how many holds.
CREATE FUNCTION points_sweep_holds(p_book integer, p_now timestamptz, p_actor uuid, p_limit integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    account uuid; swept bigint := 0; accounts uuid[];
BEGIN
    SELECT array_agg(DISTINCT d.account_id) INTO accounts
      FROM (SELECT h.account_id FROM points_holds h WHERE h.book_id = p_book AND h.open AND h.expires_at <= p_now
             ORDER BY h.expires_at LIMIT p_limit) d;
    PERFORM 1 FROM points_balances s WHERE s.book_id = p_book AND s.account_id = ANY (accounts)
      ORDER BY s.lock_rank, s.account_id FOR NO KEY UPDATE;
    FOREACH account IN ARRAY coalesce(accounts, '{}') LOOP
        swept := swept + points_expire_holds_of(p_book, p_now, account, p_actor);
    END LOOP;
    RETURN swept;
END $$;
