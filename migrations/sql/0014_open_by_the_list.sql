-- Opening balances by the list: what a file of residents leaves in the ledger, made inside the database in as few and
-- as cheap statements as it allows.

-- A foreign key is looked up, and its row locked, once for each row: three times for an account and its household. Guards
-- look once per statement, as the journal's do (0002_ledger_guards.sql), and see more: an account's asset and class as well.
-- What they point at stays: books are not deleted and get no other number, and every kind is held by its code legs.
ALTER TABLE points_accounts DROP CONSTRAINT points_accounts_book_id_fkey, DROP CONSTRAINT points_accounts_kind_fkey;
ALTER TABLE points_households DROP CONSTRAINT points_households_book_id_fkey;

CREATE TRIGGER points_no_other_number BEFORE UPDATE OF id ON points_books
    FOR EACH STATEMENT EXECUTE FUNCTION points_refuse_change();

-- Refused: an account of no book, and one that is not as the chart says its kind is.
CREATE FUNCTION points_guard_accounts() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    SELECT f.book_id, f.id, f.kind INTO wrong
      FROM (SELECT x.book_id, x.kind, x.asset, x.folded, max(x.id::text) AS id, min(x.stripe) AS first_stripe, max(x.stripe) AS last_stripe
              FROM fresh x GROUP BY x.book_id, x.kind, x.asset, x.folded) f
      LEFT JOIN public.points_books b ON b.id = f.book_id
      LEFT JOIN public.points_account_kinds k ON k.kind = f.kind
     WHERE b.id IS NULL OR k.asset IS DISTINCT FROM f.asset OR k.folded IS DISTINCT FROM f.folded
        OR (f.first_stripe >= 0 AND f.last_stripe < k.stripes) IS NOT TRUE
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'points: account % refused: of no book (%), or not as its kind (%) is', wrong.id, wrong.book_id, wrong.kind
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'points_accounts_named';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER points_accounts_named AFTER INSERT ON points_accounts
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION points_guard_accounts();

-- Refused: a household of no book. The application may not change a row's book afterwards.
CREATE FUNCTION points_guard_households() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    v_book integer;
BEGIN
    SELECT f.book_id INTO v_book
      FROM (SELECT DISTINCT x.book_id FROM fresh x) f LEFT JOIN public.points_books b ON b.id = f.book_id
     WHERE b.id IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'points: a household of no book (%) is refused', v_book
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'points_households_of_a_book';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER points_households_of_a_book AFTER INSERT ON points_households
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION points_guard_households();

-- The guard of entries refuses what it did (0002_ledger_guards.sql), looking less up: a transaction and what its code has
-- once for each kind and sign instead of each entry, and the entry before only where there is one.
CREATE OR REPLACE FUNCTION points_guard_entries() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    -- Names are qualified instead of pinning search_path: a SET clause costs as much as the query.
    SELECT g.* INTO wrong
      FROM (SELECT k.book_id, k.transaction_id, t.lines, sum(k.legs) AS legs, max(k.last_line) AS last_line,
                   coalesce(sum(k.legs) FILTER (WHERE k.kind IS NOT NULL), 0) AS known,
                   coalesce(sum(k.legs) FILTER (WHERE c.code IS NOT NULL), 0) AS fitting,
                   coalesce(sum(k.amount) FILTER (WHERE k.asset = 'points'), 0) AS points_sum,
                   coalesce(sum(k.amount) FILTER (WHERE k.asset = 'fen'), 0) AS fen_sum,
                   bool_and(k.whole) AS whole
              FROM (SELECT e.book_id, e.transaction_id, a.kind, a.asset, sign(e.amount)::integer AS sign,
                           count(*) AS legs, max(e.line) AS last_line, sum(e.amount) AS amount,
                           bool_and(e.line >= 1 AND e.amount <> 0
                                    AND CASE WHEN a.folded THEN num_nonnulls(e.version, e.balance_after, e.chain) = 0
                                             ELSE num_nulls(e.version, e.balance_after, e.chain) = 0 AND octet_length(e.chain) = 32
                                                  -- goes on where the entry before it ended, so no version is left out
                                                  AND CASE WHEN e.version = 1 THEN e.balance_after = e.amount
                                                           ELSE b.version IS NOT NULL AND e.balance_after = b.balance_after + e.amount END
                                        END) AS whole
                      FROM fresh e
                      LEFT JOIN public.points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id
                      LEFT JOIN LATERAL (SELECT x.version, x.balance_after FROM public.points_entries x
                                          WHERE e.version <> 1 AND x.book_id = e.book_id AND x.account_id = e.account_id
                                            AND x.version = e.version - 1 OFFSET 0) b ON true
                     GROUP BY e.book_id, e.transaction_id, a.kind, a.asset, sign(e.amount)::integer) k
              LEFT JOIN public.points_transactions t ON t.book_id = k.book_id AND t.id = k.transaction_id
              LEFT JOIN public.points_code_legs c ON c.code = t.code AND c.kind = k.kind AND c.sign = k.sign
             GROUP BY k.book_id, k.transaction_id, t.lines) g
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

DROP FUNCTION points_take_over(integer, timestamptz, uuid, uuid, uuid, text, bytea, text, uuid, uuid, uuid, uuid[], uuid[], bigint[], date[]);

-- The door for opening balances: a list of up to 10,000 new passbooks, cut into transactions of up to 1,000 legs. The ids of
-- their accounts follow from their owners, as app/points/rules/accounts.py derives them: a UUIDv8 over SHA-256 of
-- "book:resident:owner:0". The rows are brought into the order of their accounts first: five of the indexes that they go
-- into then grow row beside row.
-- Passbooks are new, so there is nothing to lock, read or update but the budget. Where one exists already the primary
-- key refuses the list.
-- Answers what the budget lacks for the list, and how many transactions it became; when it lacks any, nothing was written.
-- p_transactions: their ids, at least as many as can be needed; p_points_max: most points that one of them carries.
-- Locks: all stripes of the budget in their order, waiting. The caller may hold no passbook that exists, so whoever
-- holds stripes and waits for a passbook never waits for this one; further lists find the stripes locked already.
CREATE FUNCTION points_open_passbooks(
    p_book integer, p_now timestamptz, p_actor uuid, p_budget uuid,
    p_transactions uuid[], p_cause text, p_first_page integer, p_points_max bigint,
    p_reserve uuid, p_liability uuid, p_nobody uuid,
    p_owners uuid[], p_points bigint[], p_days date[],
    OUT missing bigint, OUT pages integer
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_rows integer := cardinality(p_owners);
    v_accounts uuid[]; v_owners uuid[]; v_points bigint[]; v_days date[];
    v_stripes uuid[]; v_total bigint; v_free bigint; v_from integer := 1; v_to integer;
BEGIN
    IF (v_rows BETWEEN 1 AND 10000 AND cardinality(p_points) = v_rows AND cardinality(p_days) = v_rows AND p_points_max >= 1) IS NOT TRUE
       OR EXISTS (SELECT 1 FROM unnest(p_owners, p_points, p_days) x (o, p, d)
                   WHERE num_nulls(x.o, x.d) > 0 OR (x.p BETWEEN 1 AND least(p_points_max, 1000000000)) IS NOT TRUE) THEN
        RAISE EXCEPTION 'points: a list of openings has 1 to 10000 whole rows of 1 to 1000000000 points'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'points_openings_whole';
    END IF;

    -- They have one rank, so their order is that of their ids.
    SELECT coalesce(array_agg(a.id ORDER BY a.id), '{}') INTO v_stripes
      FROM points_accounts a WHERE a.book_id = p_book AND a.kind = 'sponsor_budget' AND a.owner_id = p_budget;
    PERFORM 1 FROM generate_series(1, cardinality(v_stripes)) n,
                   LATERAL (SELECT 1 FROM points_balances s WHERE s.book_id = p_book AND s.account_id = v_stripes[n] FOR NO KEY UPDATE) s;
    SELECT sum(x) INTO v_total FROM unnest(p_points) x;
    SELECT sum(s.posted - s.held - s.floor) INTO v_free
      FROM generate_series(1, cardinality(v_stripes)) n,
           LATERAL (SELECT * FROM points_balances s WHERE s.book_id = p_book AND s.account_id = v_stripes[n] OFFSET 0) s
     WHERE s.posted - s.held > s.floor;
    missing := greatest(v_total - coalesce(v_free, 0), 0);
    pages := 0;
    IF missing > 0 THEN RETURN; END IF;

    SELECT array_agg(x.id), array_agg(x.owner_id), array_agg(x.points), array_agg(x.day) INTO v_accounts, v_owners, v_points, v_days
      FROM (SELECT encode(set_byte(set_byte(d.d, 6, (get_byte(d.d, 6) & 15) | 128), 8, (get_byte(d.d, 8) & 63) | 128), 'hex')::uuid AS id,
                   d.owner_id, d.points, d.day
              FROM (SELECT o.*, substr(sha256(convert_to(p_book || ':resident:' || o.owner_id || ':0', 'UTF8')), 1, 16) AS d
                      FROM unnest(p_owners, p_points, p_days) o (owner_id, points, day) OFFSET 0) d
             ORDER BY 1) x;
    WHILE v_from <= v_rows LOOP
        SELECT v_from - 1 + count(*) INTO v_to
          FROM (SELECT sum(x.points) OVER (ORDER BY x.n) AS so_far
                  FROM unnest(v_points[v_from:v_from + 999]) WITH ORDINALITY x (points, n)) r
         WHERE r.so_far <= p_points_max;
        pages := pages + 1;
        PERFORM points_open_page(p_book, p_now, p_actor, p_budget, p_transactions[pages], p_cause || ':' || (p_first_page + pages - 1), p_cause,
                                 p_reserve, p_liability, p_nobody, v_stripes, v_accounts[v_from:v_to], v_owners[v_from:v_to],
                                 v_points[v_from:v_to], v_days[v_from:v_to]);
        v_from := v_to + 1;
    END LOOP;
END $$;

-- One balanced transaction of it: a leg for each passbook, a leg for each stripe of the budget that pays, and the money.
-- The stripes are locked and hold enough.
CREATE FUNCTION points_open_page(
    p_book integer, p_now timestamptz, p_actor uuid, p_budget uuid,
    p_transaction uuid, p_cause text, p_evidence text,
    p_reserve uuid, p_liability uuid, p_nobody uuid, p_stripes uuid[],
    p_accounts uuid[], p_owners uuid[], p_points bigint[], p_days date[]
) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off AS $$
DECLARE
    v_total bigint; v_value bigint; v_at timestamptz; v_digest bytea; v_hash bytea; v_rows integer := cardinality(p_owners);
    v_stripes uuid[]; v_takes bigint[]; v_lines integer; v_rank smallint;
    v_versions bigint[]; v_afters bigint[]; v_links bytea[]; v_version bigint; v_after bigint; v_link bytea;
    v_start bytea := decode(repeat('00', 32), 'hex') || int4send(p_book); v_one bytea := int8send(1);
BEGIN
    SELECT point_value_fen INTO STRICT v_value FROM points_budgets WHERE book_id = p_book AND id = p_budget;
    SELECT lock_rank INTO STRICT v_rank FROM points_account_kinds WHERE kind = 'resident';
    SELECT sum(x.points), sha256(uuid_send(p_budget) || string_agg(uuid_send(x.owner_id) || int8send(x.points) || date_send(x.day), '' ORDER BY x.n))
      INTO v_total, v_hash
      FROM unnest(p_owners, p_points, p_days) WITH ORDINALITY x (owner_id, points, day, n);
    -- From the fullest stripe on, as many as it takes.
    SELECT array_agg(w.id ORDER BY w.before), array_agg(least(w.free, v_total - w.before) ORDER BY w.before), greatest(p_now, max(w.moved_at))
      INTO v_stripes, v_takes, v_at
      FROM (SELECT f.*, coalesce(sum(f.free) OVER (ORDER BY f.free DESC, f.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint AS before
              FROM (SELECT s.account_id AS id, s.posted - s.held - s.floor AS free, s.moved_at
                      FROM generate_series(1, cardinality(p_stripes)) n,
                           LATERAL (SELECT * FROM points_balances s WHERE s.book_id = p_book AND s.account_id = p_stripes[n] OFFSET 0) s) f
             WHERE f.free > 0) w
     WHERE w.before < v_total;

    v_digest := sha256(uuid_send(p_transaction) || uuid_send(p_actor)
        || int8send((extract(epoch FROM v_at) * 1000000)::bigint) || int8send((extract(epoch FROM p_now) * 1000000)::bigint)
        || int4send(octet_length(textsend('opening'::text))) || textsend('opening'::text)
        || int4send(octet_length(textsend(p_cause))) || textsend(p_cause)
        || coalesce(int4send(octet_length(textsend(p_evidence))) || textsend(p_evidence), int4send(-1)));
    v_lines := v_rows + cardinality(v_stripes) + CASE WHEN v_value > 0 THEN 2 ELSE 0 END;

    INSERT INTO points_outcomes (book_id, cause, content_hash, subject_id, decided_at)
    VALUES (p_book, p_cause, v_hash, p_transaction, p_now);
    IF v_value > 0 THEN
        PERFORM points_open_accounts(p_book, p_now, ARRAY[p_reserve, p_liability], ARRAY['budget_reserve', 'points_liability'],
                                     ARRAY[p_budget, p_nobody], ARRAY[0::smallint, 0::smallint]);
    END IF;

    FOR n IN 1..cardinality(v_stripes) LOOP
        UPDATE points_balances s
           SET posted = s.posted - v_takes[n], version = s.version + 1, moved_at = v_at,
               head = sha256(s.head || int4send(p_book) || uuid_send(s.account_id) || int8send(s.version + 1) || int8send(-v_takes[n])
                             || int8send(s.posted - v_takes[n]) || v_digest)
         WHERE s.book_id = p_book AND s.account_id = v_stripes[n]
        RETURNING s.version, s.posted, s.head INTO v_version, v_after, v_link;
        v_versions[n] := v_version; v_afters[n] := v_after; v_links[n] := v_link;
    END LOOP;

    -- One statement: the guards run when all of it is there.
    WITH opened AS MATERIALIZED (
        SELECT x.*, sha256(v_start || uuid_send(x.id) || v_one || int8send(x.points) || int8send(x.points) || v_digest) AS link
          FROM unnest(p_accounts, p_owners, p_points, p_days) WITH ORDINALITY AS x (id, owner_id, points, day, n)),
    accounts AS (
        INSERT INTO points_accounts (book_id, id, kind, owner_id, stripe, asset, folded, opened_at)
        SELECT p_book, o.id, 'resident', o.owner_id, 0, 'points', false, p_now FROM opened o),
    balances AS (
        INSERT INTO points_balances (book_id, account_id, lock_rank, floor, posted, version, head, moved_at)
        SELECT p_book, o.id, v_rank, 0, o.points, 1, o.link, v_at FROM opened o),
    lots AS (
        INSERT INTO points_lots (book_id, account_id, expires_on, budget_id, issued, points_left, cost_left_fen)
        SELECT p_book, o.id, o.day, p_budget, o.points, o.points, o.points * v_value FROM opened o),
    headers AS (
        INSERT INTO points_transactions (book_id, id, code, cause, lines, actor_id, evidence, recorded_at, effective_at)
        VALUES (p_book, p_transaction, 'opening', p_cause, v_lines, p_actor, p_evidence, v_at, p_now)),
    queued AS (
        INSERT INTO points_unfolded (book_id, transaction_id) VALUES (p_book, p_transaction)),
    moves AS (
        INSERT INTO points_lot_moves (book_id, transaction_id, line, expires_on, budget_id, points, cost_fen, restores)
        SELECT p_book, p_transaction, o.n, o.day, p_budget, o.points, o.points * v_value, false FROM opened o)
    INSERT INTO points_entries (book_id, transaction_id, line, account_id, amount, version, balance_after, chain)
    SELECT p_book, p_transaction, o.n, o.id, o.points, 1, o.points, o.link FROM opened o
    UNION ALL
    SELECT p_book, p_transaction, v_rows + n, v_stripes[n], -v_takes[n], v_versions[n], v_afters[n], v_links[n]
      FROM generate_series(1, cardinality(v_stripes)) n
    UNION ALL
    SELECT p_book, p_transaction, v_lines - 2 + m.n, m.id, m.sign * v_total * v_value, NULL, NULL, NULL
      FROM (VALUES (1, p_reserve, -1), (2, p_liability, 1)) m (n, id, sign) WHERE v_value > 0;
END $$;

REVOKE ALL ON FUNCTION points_open_passbooks, points_open_page FROM PUBLIC;
GRANT EXECUTE ON FUNCTION points_open_passbooks TO linli_app;
