-- Residents taken in from files. The ledger does not know people: names, telephone numbers and addresses stand in the
-- tables enrolment_*, above it; the ledger keeps what a passbook must say itself, the number of the paper passbook.

CREATE TABLE points_paper_passbooks (
    book_id      integer NOT NULL,
    resident_id  uuid NOT NULL,
    passbook_no  text NOT NULL,
    CONSTRAINT pk_points_paper_passbooks PRIMARY KEY (book_id, resident_id),
    -- One paper passbook is taken over once, whoever tries.
    CONSTRAINT uq_points_paper_passbooks_passbook_no UNIQUE (book_id, passbook_no),
    CONSTRAINT ck_points_paper_passbooks_passbook_no CHECK (char_length(passbook_no) BETWEEN 1 AND 40)
);
GRANT SELECT, INSERT, DELETE ON points_paper_passbooks TO linli_app;

-- A door for opening balances, a page of up to 1,000 new passbooks at once: one balanced transaction with a leg for
-- each of them, a leg for each stripe of the budget that pays, and the money. Everything that the general doors look up
-- row by row is known here (ids of accounts follow from their names, app/points/rules/accounts.py): the passbooks are new, so there is nothing to lock, read or update but the budget. Where a
-- passbook exists already the primary key refuses the page.
-- Answers what the budget lacks for the page; nothing was written unless that is 0.
-- Locks: all stripes of the budget in their order, waiting. The caller may hold no passbook that exists, so whoever
-- holds stripes and waits for a passbook never waits for this one; further pages find the stripes locked already.
CREATE FUNCTION points_take_over(
    p_book integer, p_now timestamptz, p_actor uuid, p_budget uuid,
    p_transaction uuid, p_cause text, p_hash bytea, p_evidence text,
    p_reserve uuid, p_liability uuid, p_nobody uuid,
    p_accounts uuid[], p_owners uuid[], p_points bigint[], p_days date[]
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off AS $$
DECLARE
    v_total bigint; v_free bigint; v_value bigint; v_at timestamptz; v_digest bytea; v_rows integer := cardinality(p_owners);
    v_all uuid[]; v_stripes uuid[]; v_takes bigint[]; v_lines integer;
    v_versions bigint[]; v_afters bigint[]; v_links bytea[]; v_version bigint; v_after bigint; v_link bytea;
    v_start bytea := decode(repeat('00', 32), 'hex') || int4send(p_book); v_one bytea := int8send(1);
BEGIN
    IF v_rows NOT BETWEEN 1 AND 1000
       OR EXISTS (SELECT 1 FROM unnest(p_accounts, p_owners, p_points, p_days) x (a, o, p, d)
                   WHERE num_nulls(x.a, x.o, x.d) > 0 OR (x.p BETWEEN 1 AND 1000000000) IS NOT TRUE) THEN
        RAISE EXCEPTION 'points: a page of openings has 1 to 1000 whole rows of 1 to 1000000000 points'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'points_openings_whole';
    END IF;
    SELECT point_value_fen INTO STRICT v_value FROM points_budgets WHERE book_id = p_book AND id = p_budget;
    SELECT sum(x) INTO v_total FROM unnest(p_points) x;

    -- They have one rank, so their order is that of their ids.
    SELECT coalesce(array_agg(a.id ORDER BY a.id), '{}') INTO v_all
      FROM points_accounts a WHERE a.book_id = p_book AND a.kind = 'sponsor_budget' AND a.owner_id = p_budget;
    PERFORM 1 FROM generate_series(1, cardinality(v_all)) n,
                   LATERAL (SELECT 1 FROM points_balances s WHERE s.book_id = p_book AND s.account_id = v_all[n] FOR NO KEY UPDATE) s;
    -- From the fullest stripe on, as many as it takes.
    SELECT sum(w.free), coalesce(array_agg(w.id ORDER BY w.before) FILTER (WHERE w.before < v_total AND w.free > 0), '{}'),
           coalesce(array_agg(least(w.free, v_total - w.before) ORDER BY w.before) FILTER (WHERE w.before < v_total AND w.free > 0), '{}'),
           greatest(p_now, max(w.moved_at) FILTER (WHERE w.before < v_total))
      INTO v_free, v_stripes, v_takes, v_at
      FROM (SELECT f.*, coalesce(sum(f.free) OVER (ORDER BY f.free DESC, f.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint AS before
              FROM (SELECT s.account_id AS id, s.posted - s.held - s.floor AS free, s.moved_at
                      FROM generate_series(1, cardinality(v_all)) n,
                           LATERAL (SELECT * FROM points_balances s WHERE s.book_id = p_book AND s.account_id = v_all[n] OFFSET 0) s) f) w;
    IF coalesce(v_free, 0) < v_total THEN
        RETURN v_total - coalesce(v_free, 0);
    END IF;

    v_digest := sha256(uuid_send(p_transaction) || uuid_send(p_actor)
        || int8send((extract(epoch FROM v_at) * 1000000)::bigint) || int8send((extract(epoch FROM p_now) * 1000000)::bigint)
        || int4send(octet_length(textsend('opening'::text))) || textsend('opening'::text)
        || int4send(octet_length(textsend(p_cause))) || textsend(p_cause)
        || coalesce(int4send(octet_length(textsend(p_evidence))) || textsend(p_evidence), int4send(-1)));
    v_lines := v_rows + cardinality(v_stripes) + CASE WHEN v_value > 0 THEN 2 ELSE 0 END;

    INSERT INTO points_outcomes (book_id, cause, content_hash, subject_id, decided_at)
    VALUES (p_book, p_cause, p_hash, p_transaction, p_now);
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
        SELECT p_book, o.id, k.lock_rank, 0, o.points, 1, o.link, v_at FROM opened o, points_account_kinds k WHERE k.kind = 'resident'),
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
    RETURN 0;
END $$;

-- Locks what the undoing of many openings must find unchanged: all their strict balances at once, in the one order.
CREATE FUNCTION points_lock_openings(p_book integer, p_transactions uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM points_balances s
      WHERE s.book_id = p_book AND s.account_id IN (
            SELECT e.account_id FROM points_entries e
             WHERE e.book_id = p_book AND e.transaction_id = ANY (p_transactions) AND e.version IS NOT NULL)
      ORDER BY s.lock_rank, s.account_id FOR NO KEY UPDATE;
END $$;

REVOKE ALL ON FUNCTION points_take_over, points_lock_openings FROM PUBLIC;
GRANT EXECUTE ON FUNCTION points_take_over, points_lock_openings TO linli_app;

-- A file on its way: checking -> checked or refused; checked -> committing -> committed -> undoing -> undone.
CREATE TABLE enrolment_imports (
    book_id       integer NOT NULL,
    id            uuid NOT NULL,
    budget_id     uuid NOT NULL,
    content_hash  bytea NOT NULL,
    media_type    text NOT NULL,
    bytes         integer NOT NULL,
    state         text NOT NULL,
    layout        jsonb,                 -- where the columns stand; NULL before the file was opened
    rows_total    integer,               -- NULL before the file was read
    rows_done     integer NOT NULL DEFAULT 0,
    errors        integer NOT NULL DEFAULT 0,
    warnings      integer NOT NULL DEFAULT 0,
    points_total  bigint NOT NULL DEFAULT 0,
    pages         integer,               -- transactions of the ledger that hold its openings, import:<id>:1 and on
    failure       text,                  -- code of the refusal that ended or stopped it
    failure_detail jsonb,
    uploaded_by   uuid NOT NULL,
    uploaded_at   timestamptz NOT NULL,
    committed_by  uuid,
    committed_at  timestamptz,
    undone_by     uuid,
    undone_at     timestamptz,
    undo_reason   text,
    CONSTRAINT pk_enrolment_imports PRIMARY KEY (book_id, id),
    CONSTRAINT fk_enrolment_imports_book_id_budget_id FOREIGN KEY (book_id, budget_id) REFERENCES points_budgets (book_id, id),
    CONSTRAINT ck_enrolment_imports_state CHECK (state IN ('checking', 'checked', 'refused', 'committing', 'committed', 'undoing', 'undone')),
    CONSTRAINT ck_enrolment_imports_rows CHECK (rows_total BETWEEN 0 AND 100000 AND rows_done >= 0),
    CONSTRAINT ck_enrolment_imports_undo_reason CHECK (char_length(undo_reason) BETWEEN 1 AND 200)
);
-- The same file twice is the same import, as long as it was not refused or undone.
CREATE UNIQUE INDEX uq_enrolment_imports_content ON enrolment_imports (book_id, content_hash, budget_id) WHERE state NOT IN ('refused', 'undone');
GRANT SELECT, INSERT ON enrolment_imports TO linli_app;
GRANT UPDATE (state, layout, rows_total, rows_done, errors, warnings, points_total, pages, failure, failure_detail, committed_by, committed_at,
              undone_by, undone_at, undo_reason) ON enrolment_imports TO linli_app;

-- The file itself, and what was read from it, until both are checked. Already compressed, so not again.
CREATE TABLE enrolment_files (
    book_id    integer NOT NULL,
    import_id  uuid NOT NULL,
    content    bytea NOT NULL,
    CONSTRAINT pk_enrolment_files PRIMARY KEY (book_id, import_id),
    CONSTRAINT fk_enrolment_files_import FOREIGN KEY (book_id, import_id) REFERENCES enrolment_imports (book_id, id)
);
ALTER TABLE enrolment_files ALTER COLUMN content SET STORAGE EXTERNAL;
GRANT SELECT, INSERT, DELETE ON enrolment_files TO linli_app;

CREATE TABLE enrolment_pieces (
    book_id    integer NOT NULL,
    import_id  uuid NOT NULL,
    piece      integer NOT NULL,
    cells      text NOT NULL,            -- JSON: rows as they stand in the file (app/enrolment/rules/tables.py)
    CONSTRAINT pk_enrolment_pieces PRIMARY KEY (book_id, import_id, piece),
    CONSTRAINT fk_enrolment_pieces_import FOREIGN KEY (book_id, import_id) REFERENCES enrolment_imports (book_id, id)
);
GRANT SELECT, INSERT, DELETE ON enrolment_pieces TO linli_app;

-- The good rows of a file that was checked, until it is committed. No foreign key: it would be looked up 100,000 times.
CREATE TABLE enrolment_lines (
    book_id       integer NOT NULL,
    import_id     uuid NOT NULL,
    line          integer NOT NULL,      -- as a spreadsheet numbers it
    resident_id   uuid NOT NULL,
    name          text NOT NULL,
    phone         text,
    building      text,
    unit          text,
    room          text,
    household_id  uuid,
    passbook_no   text NOT NULL,
    points        bigint NOT NULL,
    expires_on    date,                  -- NULL: nothing in it
    CONSTRAINT pk_enrolment_lines PRIMARY KEY (book_id, import_id, line)
);
GRANT SELECT, INSERT, DELETE ON enrolment_lines TO linli_app;

-- What is wrong (error) or doubtful (warning), by line and field.
CREATE TABLE enrolment_problems (
    book_id    integer NOT NULL,
    import_id  uuid NOT NULL,
    line       integer NOT NULL,
    field      text NOT NULL,
    code       text NOT NULL,
    cell       text NOT NULL,            -- C17; empty where the whole row is meant
    severity   text NOT NULL,
    detail     jsonb NOT NULL,
    CONSTRAINT pk_enrolment_problems PRIMARY KEY (book_id, import_id, line, field, code),
    CONSTRAINT ck_enrolment_problems_severity CHECK (severity IN ('error', 'warning'))
);
GRANT SELECT, INSERT, DELETE ON enrolment_problems TO linli_app;

-- Who the residents are. Read by the treasurer's routes only, which mask the telephone number.
CREATE TABLE enrolment_residents (
    book_id       integer NOT NULL,
    id            uuid NOT NULL,
    import_id     uuid NOT NULL,
    name          text NOT NULL,
    phone         text,
    building      text,
    unit          text,
    room          text,
    household_id  uuid,
    passbook_no   text NOT NULL,
    enrolled_at   timestamptz NOT NULL,
    CONSTRAINT pk_enrolment_residents PRIMARY KEY (book_id, id)
);
CREATE INDEX ix_enrolment_residents_import ON enrolment_residents (book_id, import_id, id); -- what an import enrolled
CREATE INDEX ix_enrolment_residents_phone ON enrolment_residents (book_id, phone) WHERE phone IS NOT NULL; -- duplicates
CREATE INDEX ix_enrolment_residents_household ON enrolment_residents (book_id, household_id) WHERE household_id IS NOT NULL; -- near-duplicates
GRANT SELECT, INSERT, DELETE ON enrolment_residents TO linli_app;
