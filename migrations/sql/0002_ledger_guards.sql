-- What PostgreSQL itself refuses, whoever asks. Checks are per statement with transition tables: the
-- cost is one joined query for one posting or ten thousand, and nothing waits for COMMIT.

-- A transaction and all its entries are written by one statement (a CTE); these triggers run at its end.
-- Refused: a leg without its transaction, a late leg, an unbalanced asset, an unknown account, an entry
-- of the wrong class, one that does not go on where its account stood, and a leg that the transaction's code has not. They replace row-by-row foreign keys, at a fraction of the cost, and see more.
CREATE FUNCTION points_guard_entries() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    -- Names are qualified instead of pinning search_path: a SET clause costs as much as the query.
    SELECT g.* INTO wrong
      FROM (SELECT e.book_id, e.transaction_id, t.lines, count(*) AS legs, max(e.line) AS last_line,
                   count(a.id) AS known, count(c.code) AS fitting,
                   coalesce(sum(e.amount) FILTER (WHERE a.asset = 'points'), 0) AS points_sum,
                   coalesce(sum(e.amount) FILTER (WHERE a.asset = 'fen'), 0) AS fen_sum,
                   bool_and(e.line >= 1 AND e.amount <> 0
                            AND CASE WHEN a.folded THEN num_nonnulls(e.version, e.balance_after, e.chain) = 0
                                     ELSE num_nulls(e.version, e.balance_after, e.chain) = 0 AND octet_length(e.chain) = 32
                                          -- goes on where the entry before it ended, so no version is left out
                                          AND CASE WHEN e.version = 1 THEN e.balance_after = e.amount
                                                   ELSE b.version IS NOT NULL AND e.balance_after = b.balance_after + e.amount END
                                END) AS whole
              FROM fresh e
              LEFT JOIN public.points_transactions t ON t.book_id = e.book_id AND t.id = e.transaction_id
              LEFT JOIN public.points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id
              LEFT JOIN public.points_code_legs c ON c.code = t.code AND c.kind = a.kind AND c.sign = sign(e.amount)::integer
              LEFT JOIN public.points_entries b ON b.book_id = e.book_id AND b.account_id = e.account_id AND b.version = e.version - 1
             GROUP BY e.book_id, e.transaction_id, t.lines) g
     WHERE g.lines IS DISTINCT FROM g.legs OR g.last_line <> g.legs OR g.legs < 2
        OR g.known <> g.legs OR g.fitting <> g.legs OR g.points_sum <> 0 OR g.fen_sum <> 0 OR g.whole IS NOT TRUE
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'points: transaction % refused: % legs (last line %), % on known accounts, % that its code has, points sum %, fen sum %, rows whole: %',
            wrong.transaction_id, wrong.legs, wrong.last_line, wrong.known, wrong.fitting, wrong.points_sum, wrong.fen_sum, wrong.whole
            USING ERRCODE = 'check_violation', CONSTRAINT = 'points_entries_balanced';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER points_entries_balanced AFTER INSERT ON points_entries
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION points_guard_entries();

-- Refused: a transaction without its entries, one whose cause belongs to another act, one that corrects what is not there.
CREATE FUNCTION points_guard_transactions() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    -- A join, not NOT EXISTS: inside OR that would become a hashed scan of every outcome there is.
    SELECT t.id, t.cause INTO wrong
      FROM fresh t
      LEFT JOIN public.points_outcomes o ON o.book_id = t.book_id AND o.cause = t.cause
     WHERE (SELECT count(*) FROM public.points_entries e WHERE e.book_id = t.book_id AND e.transaction_id = t.id) <> t.lines
        OR t.lines < 2 OR (t.reverses_id IS NOT NULL AND t.refunds_id IS NOT NULL)
        OR CASE WHEN coalesce(t.reverses_id, t.refunds_id) IS NULL THEN false
                ELSE (SELECT count(*) FROM public.points_transactions r
                       WHERE r.book_id = t.book_id AND r.id = coalesce(t.reverses_id, t.refunds_id) AND r.id <> t.id) = 0 END
        OR o.subject_id IS DISTINCT FROM t.id OR o.decline IS NOT NULL
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'points: transaction % refused: its entries are missing or its cause % is not its own', wrong.id, wrong.cause
            USING ERRCODE = 'check_violation', CONSTRAINT = 'points_transactions_whole';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER points_transactions_whole AFTER INSERT ON points_transactions
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION points_guard_transactions();

-- Refused: lot moves of no budget, and those that do not add up to the entry they belong to, now or by a later addition.
CREATE FUNCTION points_guard_lot_moves() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    SELECT f.transaction_id, f.line INTO wrong
      FROM fresh f
      LEFT JOIN public.points_entries e ON e.book_id = f.book_id AND e.transaction_id = f.transaction_id AND e.line = f.line
      LEFT JOIN public.points_budgets u ON u.book_id = f.book_id AND u.id = f.budget_id
     WHERE u.id IS NULL OR f.points = 0 OR (f.points < 0 AND f.restores) OR (f.cost_fen <> 0 AND sign(f.cost_fen) <> sign(f.points))
        OR e.amount IS DISTINCT FROM (
              SELECT sum(m.points) FROM public.points_lot_moves m
               WHERE m.book_id = f.book_id AND m.transaction_id = f.transaction_id AND m.line = f.line)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'points: lot moves of transaction % line % refused: they do not add up to its entry', wrong.transaction_id, wrong.line
            USING ERRCODE = 'check_violation', CONSTRAINT = 'points_lot_moves_whole';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER points_lot_moves_whole AFTER INSERT ON points_lot_moves
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION points_guard_lot_moves();

CREATE FUNCTION points_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'points: % on % refused: the ledger is append-only, corrections are new transactions', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'points_append_only';
END $$;

DO $$
DECLARE
    journal text;
BEGIN
    FOREACH journal IN ARRAY ARRAY['points_accounts', 'points_transactions', 'points_entries', 'points_lot_moves',
                                   'points_hold_lots', 'points_hold_resolutions', 'points_freezes'] LOOP
        EXECUTE format('CREATE TRIGGER points_append_only BEFORE UPDATE OR DELETE ON %I
                        FOR EACH ROW EXECUTE FUNCTION points_refuse_change()', journal);
        EXECUTE format('CREATE TRIGGER points_no_truncate BEFORE TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION points_refuse_change()', journal);
    END LOOP;
    FOREACH journal IN ARRAY ARRAY['points_outcomes', 'points_holds', 'points_lots', 'points_balances',
                                   'points_books', 'points_budgets'] LOOP
        EXECUTE format('CREATE TRIGGER points_no_delete BEFORE DELETE ON %I
                        FOR EACH ROW EXECUTE FUNCTION points_refuse_change()', journal);
        EXECUTE format('CREATE TRIGGER points_no_truncate BEFORE TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION points_refuse_change()', journal);
    END LOOP;
END $$;

-- An outcome is decided once: the posting function may turn its own fresh row into a decline, before
-- anything was written under it; nobody may turn a decline or a posted outcome into anything else.
CREATE FUNCTION points_guard_outcome_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.decline IS NULL AND NEW.decline IS NOT NULL
       AND (NEW.book_id, NEW.cause, NEW.content_hash, NEW.subject_id) = (OLD.book_id, OLD.cause, OLD.content_hash, OLD.subject_id)
       AND NOT EXISTS (SELECT 1 FROM points_transactions WHERE book_id = OLD.book_id AND id = OLD.subject_id)
       AND NOT EXISTS (SELECT 1 FROM points_holds WHERE book_id = OLD.book_id AND id = OLD.subject_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'points: the outcome of % is decided and cannot change', OLD.cause
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'points_outcome_sticky';
END $$;
CREATE TRIGGER points_outcome_sticky BEFORE UPDATE ON points_outcomes
    FOR EACH ROW EXECUTE FUNCTION points_guard_outcome_change();

-- A hold only ever closes, and only once its resolution is written.
CREATE FUNCTION points_guard_hold_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.open AND NOT NEW.open
       AND (NEW.book_id, NEW.id, NEW.account_id, NEW.points, NEW.cause, NEW.placed_at, NEW.expires_at)
         = (OLD.book_id, OLD.id, OLD.account_id, OLD.points, OLD.cause, OLD.placed_at, OLD.expires_at)
       AND EXISTS (SELECT 1 FROM points_hold_resolutions WHERE book_id = OLD.book_id AND hold_id = OLD.id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'points: hold % can only be closed, once, by its resolution', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'points_hold_closes_once';
END $$;
CREATE TRIGGER points_hold_closes_once BEFORE UPDATE ON points_holds
    FOR EACH ROW EXECUTE FUNCTION points_guard_hold_change();
