-- The life of points: how long they live, the runs that let them lapse, the notices before, and passbooks that move
-- into others.

-- The expiry run's question: which lots of this book fell due, page by page from where the last page ended. Four
-- columns, so that a page of a month's end does not sort the whole day anew. Still no predicate on points_left: a
-- column named in an index predicate would end in-place (HOT) updates of every spend.
DROP INDEX ix_points_lots_due;
CREATE INDEX ix_points_lots_due ON points_lots (book_id, expires_on, account_id, budget_id);

-- One run: everything that lapsed before `day`. It goes on after (after_day, after_account, after_budget), in the
-- order of the index; NULL: from the beginning. `since`: lots that lapsed before it were emptied by earlier runs; NULL: no run before.
CREATE TABLE points_expiry_runs (
    book_id        integer NOT NULL REFERENCES points_books (id),
    id             uuid NOT NULL,
    day            date NOT NULL,
    since          date,
    started_by     uuid NOT NULL,
    started_at     timestamptz NOT NULL,
    finished_at    timestamptz,
    after_day      date,
    after_account  uuid,
    after_budget   uuid,
    accounts       bigint NOT NULL DEFAULT 0,   -- postings: one for each passbook and budget of a step
    points         bigint NOT NULL DEFAULT 0,
    fen            bigint NOT NULL DEFAULT 0,
    CONSTRAINT pk_points_expiry_runs PRIMARY KEY (book_id, id),
    CONSTRAINT ck_points_expiry_runs_since CHECK (since < day),
    CONSTRAINT ck_points_expiry_runs_after CHECK (num_nonnulls(after_day, after_account, after_budget) IN (0, 3) AND after_day < day),
    CONSTRAINT ck_points_expiry_runs_figures CHECK (least(accounts, points, fen) >= 0)
);
CREATE UNIQUE INDEX uq_points_expiry_runs_open ON points_expiry_runs (book_id) WHERE finished_at IS NULL; -- one at a time
CREATE INDEX ix_points_expiry_runs_finished ON points_expiry_runs (book_id, day) WHERE finished_at IS NOT NULL; -- how far we are
GRANT SELECT, INSERT ON points_expiry_runs TO linli_app;
GRANT UPDATE (finished_at, after_day, after_account, after_budget, accounts, points, fen) ON points_expiry_runs TO linli_app;

-- What each passbook was told before its points lapsed: once 30 and once 7 days ahead of every day. Of notices that
-- were missed while nothing ran, only the one that says what is still true is given.
CREATE TABLE points_expiry_notices (
    book_id     integer NOT NULL REFERENCES points_books (id),
    owner_id    uuid NOT NULL,
    expires_on  date NOT NULL,
    days_ahead  smallint NOT NULL,
    points      bigint NOT NULL,        -- what was left then, set aside or not
    given_at    timestamptz NOT NULL,
    read_at     timestamptz,
    CONSTRAINT pk_points_expiry_notices PRIMARY KEY (book_id, owner_id, expires_on, days_ahead),
    CONSTRAINT ck_points_expiry_notices_days_ahead CHECK (days_ahead IN (7, 30)),
    CONSTRAINT ck_points_expiry_notices_points CHECK (points > 0)
);
GRANT SELECT, INSERT ON points_expiry_notices TO linli_app;
GRANT UPDATE (read_at) ON points_expiry_notices TO linli_app;

-- Every policy a book was given after it was opened. Points that were earned before keep their day.
CREATE TABLE points_expiry_policies (
    book_id          integer NOT NULL REFERENCES points_books (id),
    id               uuid NOT NULL,
    expiry_policy    text NOT NULL,
    expiry_month     smallint,
    expiry_day       smallint,
    validity_months  smallint NOT NULL,
    reason           text NOT NULL,
    changed_by       uuid NOT NULL,
    changed_at       timestamptz NOT NULL,
    CONSTRAINT pk_points_expiry_policies PRIMARY KEY (book_id, id),
    CONSTRAINT ck_points_expiry_policies_reason CHECK (char_length(reason) BETWEEN 1 AND 200)
);
GRANT SELECT ON points_expiry_policies TO linli_app;
CREATE TRIGGER points_append_only BEFORE UPDATE OR DELETE ON points_expiry_policies FOR EACH ROW EXECUTE FUNCTION points_refuse_change();
CREATE TRIGGER points_no_truncate BEFORE TRUNCATE ON points_expiry_policies FOR EACH STATEMENT EXECUTE FUNCTION points_refuse_change();

-- The application may not change a book; its policy changes through here only, and never without a record. The
-- book's own CHECKs say what a policy may be.
CREATE FUNCTION points_set_expiry_policy(
    p_book integer, p_now timestamptz, p_id uuid, p_actor uuid, p_policy text, p_month integer, p_day integer, p_validity integer, p_reason text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE points_books SET expiry_policy = p_policy, expiry_month = p_month, expiry_day = p_day, validity_months = p_validity
     WHERE id = p_book;
    INSERT INTO points_expiry_policies (book_id, id, expiry_policy, expiry_month, expiry_day, validity_months, reason, changed_by, changed_at)
    VALUES (p_book, p_id, p_policy, p_month, p_day, p_validity, p_reason, p_actor, p_now);
END $$;

-- Passbooks that were moved into another: at death, at a move, or because one person had two.
CREATE TABLE points_successors (
    book_id         integer NOT NULL REFERENCES points_books (id),
    owner_id        uuid NOT NULL,      -- the passbook that is closed
    successor_id    uuid NOT NULL,      -- the one that took what was in it
    kind            text NOT NULL,
    proposal_id     uuid NOT NULL,
    transaction_id  uuid,               -- NULL: there was nothing in it
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT pk_points_successors PRIMARY KEY (book_id, owner_id),
    CONSTRAINT ck_points_successors_kind CHECK (kind IN ('death', 'move', 'merge')),
    CONSTRAINT ck_points_successors_other CHECK (successor_id <> owner_id)
);
GRANT SELECT, INSERT ON points_successors TO linli_app;
CREATE TRIGGER points_append_only BEFORE UPDATE OR DELETE ON points_successors FOR EACH ROW EXECUTE FUNCTION points_refuse_change();
CREATE TRIGGER points_no_truncate BEFORE TRUNCATE ON points_successors FOR EACH STATEMENT EXECUTE FUNCTION points_refuse_change();

-- Locks passbooks in the global order, those that were never used opened before: what is read of them in the
-- statements that follow stays true until the transaction ends.
CREATE FUNCTION points_lock_passbooks(p_book integer, p_now timestamptz, p_accounts uuid[], p_owners uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM points_open_accounts(p_book, p_now, p_accounts, array_fill('resident'::text, ARRAY[cardinality(p_accounts)]),
                                 p_owners, array_fill(0::smallint, ARRAY[cardinality(p_accounts)]));
    PERFORM 1 FROM points_balances s WHERE s.book_id = p_book AND s.account_id = ANY (p_accounts)
      ORDER BY s.lock_rank, s.account_id FOR NO KEY UPDATE;
END $$;

REVOKE ALL ON FUNCTION points_set_expiry_policy, points_lock_passbooks FROM PUBLIC;
GRANT EXECUTE ON FUNCTION points_set_expiry_policy, points_lock_passbooks TO linli_app;
