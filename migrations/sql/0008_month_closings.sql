-- Months that are closed: nothing is dated into them any more, corrections are new transactions of a later month.
CREATE TABLE points_month_closings (
    book_id    integer NOT NULL REFERENCES points_books (id),
    month      date NOT NULL,           -- its first day
    ends_at    timestamptz NOT NULL,    -- the first instant after it (Asia/Shanghai)
    figures    jsonb NOT NULL,          -- what the month's report says, for ever: of what was recorded in it
    balances   jsonb NOT NULL,          -- the trial balance at its end
    dated      bigint NOT NULL,         -- how many transactions bear a date in it (effective_at); there will be no more
    closed_by  uuid NOT NULL,
    closed_at  timestamptz NOT NULL,
    CONSTRAINT pk_points_month_closings PRIMARY KEY (book_id, month),
    CONSTRAINT ck_points_month_closings_month CHECK (
        extract(day FROM month) = 1 AND ends_at = (month + interval '1 month') AT TIME ZONE 'Asia/Shanghai' AND dated >= 0),
    -- By its second day after, whatever was begun in it has long been committed or given up.
    CONSTRAINT ck_points_month_closings_closed_at CHECK (closed_at >= ends_at + interval '24 hours')
);
GRANT SELECT, INSERT ON points_month_closings TO linli_app;
CREATE TRIGGER points_append_only BEFORE UPDATE OR DELETE ON points_month_closings FOR EACH ROW EXECUTE FUNCTION points_refuse_change();
CREATE TRIGGER points_no_truncate BEFORE TRUNCATE ON points_month_closings FOR EACH STATEMENT EXECUTE FUNCTION points_refuse_change();

-- What was recorded from one instant to another: the tail of a trial balance, the figures of a month. Rows are written in
-- about this order, so the ranges of a BRIN find them, at a cost that is not felt when one is added.
CREATE INDEX ix_points_transactions_recorded_at ON points_transactions USING brin (recorded_at) WITH (pages_per_range = 32, autosummarize = on);

-- Refused: a transaction that was recorded in a closed month or bears a date in one.
-- One look at the newest closing of the book, and no more for what is dated within the last day: a month is closed 24 hours
-- after its end or later, so that cannot be in the month somebody is closing at this moment.
CREATE FUNCTION points_guard_months() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM fresh t
      WHERE least(t.effective_at, t.recorded_at) < greatest(greatest(t.recorded_at, now()) - interval '23 hours',
            (SELECT x.ends_at FROM public.points_month_closings x WHERE x.book_id = t.book_id ORDER BY x.month DESC LIMIT 1))
      LIMIT 1;
    IF NOT FOUND THEN RETURN NULL; END IF;

    -- Dated back: waits while the book is being closed, and keeps a closing waiting until this transaction ends. The look
    -- after it sees what was closed meanwhile.
    PERFORM pg_advisory_xact_lock_shared(hashtext('points_months'), b.book_id)
       FROM (SELECT DISTINCT t.book_id FROM fresh t ORDER BY t.book_id) b;
    PERFORM 1 FROM (SELECT t.book_id, min(least(t.effective_at, t.recorded_at)) AS earliest FROM fresh t GROUP BY t.book_id) f
      WHERE f.earliest < (SELECT max(x.ends_at) FROM public.points_month_closings x WHERE x.book_id = f.book_id);
    IF FOUND THEN
        RAISE EXCEPTION 'points: a transaction recorded in a closed month, or dated into one, is refused; corrections are new transactions'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'points_months_closed';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER points_months_closed AFTER INSERT ON points_transactions
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION points_guard_months();

-- Refused: a closing that leaves a month out. Whoever closes holds the other side of the lock.
CREATE FUNCTION points_guard_closings() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    v_last date;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('points_months'), NEW.book_id);
    SELECT max(x.month) INTO v_last FROM public.points_month_closings x WHERE x.book_id = NEW.book_id;
    IF NEW.month <> v_last + interval '1 month'
       OR v_last IS NULL AND EXISTS (SELECT 1 FROM public.points_transactions t
                                      WHERE t.book_id = NEW.book_id AND t.recorded_at < NEW.month::timestamp AT TIME ZONE 'Asia/Shanghai') THEN
        RAISE EXCEPTION 'points: months are closed one after another, % is not the next', NEW.month
            USING ERRCODE = 'check_violation', CONSTRAINT = 'points_closings_in_order';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER points_closings_in_order BEFORE INSERT ON points_month_closings
    FOR EACH ROW EXECUTE FUNCTION points_guard_closings();
