-- Part of a budget in the hands of a station, a team or a coordinator, for a period. Its points lie on the ledger's
-- strict account (allotment, owner = id), which PostgreSQL holds at or above zero; what is left flows back at the end.
CREATE TABLE points_allotments (
    book_id          integer NOT NULL REFERENCES points_books (id),
    id               uuid NOT NULL,
    budget_id        uuid NOT NULL,
    holder_kind      text NOT NULL,
    holder_id        uuid NOT NULL,     -- named in points_owner_names
    period_from      date NOT NULL,
    period_to        date NOT NULL,     -- the last day (Asia/Shanghai) on which it can be awarded from
    points           bigint NOT NULL,   -- handed over, at the start and later
    allotted_by      uuid NOT NULL,
    allotted_at      timestamptz NOT NULL,
    state            text NOT NULL,
    closed_by        uuid,
    closed_at        timestamptz,
    returned_points  bigint,            -- what flowed back, at the end and, from awards undone later, afterwards
    CONSTRAINT pk_points_allotments PRIMARY KEY (book_id, id),
    CONSTRAINT fk_points_allotments_book_id_budget_id FOREIGN KEY (book_id, budget_id) REFERENCES points_budgets (book_id, id),
    CONSTRAINT ck_points_allotments_holder_kind CHECK (holder_kind IN ('station', 'team', 'coordinator')),
    CONSTRAINT ck_points_allotments_period CHECK (period_from <= period_to),
    CONSTRAINT ck_points_allotments_points CHECK (points BETWEEN 1 AND 1000000000),
    CONSTRAINT ck_points_allotments_state CHECK (CASE state
        WHEN 'open' THEN num_nonnulls(closed_by, closed_at, returned_points) = 0
        WHEN 'closed' THEN num_nulls(closed_by, closed_at, returned_points) = 0 AND returned_points >= 0
        ELSE false END)
);
CREATE INDEX ix_points_allotments_state ON points_allotments (book_id, state, id); -- those that are open, those that are closed
CREATE INDEX ix_points_allotments_holder ON points_allotments (book_id, holder_id, id); -- a holder's allotments
CREATE INDEX ix_points_allotments_due ON points_allotments (book_id, period_to, id) WHERE state = 'open'; -- those whose period is over
GRANT SELECT, INSERT ON points_allotments TO linli_app;
GRANT UPDATE (points, state, closed_by, closed_at, returned_points) ON points_allotments TO linli_app;
CREATE TRIGGER points_no_delete BEFORE DELETE ON points_allotments FOR EACH ROW EXECUTE FUNCTION points_refuse_change();
CREATE TRIGGER points_no_truncate BEFORE TRUNCATE ON points_allotments FOR EACH STATEMENT EXECUTE FUNCTION points_refuse_change();

-- An open allotment takes more points and closes once. A closed one only ever gives more back: the account tells the rest.
CREATE FUNCTION points_guard_allotment_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF (NEW.book_id, NEW.id, NEW.budget_id, NEW.holder_kind, NEW.holder_id, NEW.period_from, NEW.period_to, NEW.allotted_by, NEW.allotted_at)
     = (OLD.book_id, OLD.id, OLD.budget_id, OLD.holder_kind, OLD.holder_id, OLD.period_from, OLD.period_to, OLD.allotted_by, OLD.allotted_at)
       AND NEW.points >= OLD.points
       AND (OLD.state = 'open' OR (NEW.state, NEW.points, NEW.closed_by, NEW.closed_at) = (OLD.state, OLD.points, OLD.closed_by, OLD.closed_at)
                                  AND NEW.returned_points >= OLD.returned_points) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'points: allotment % can only take more points, close once, and give back', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'points_allotment_closes_once';
END $$;
CREATE TRIGGER points_allotment_closes_once BEFORE UPDATE ON points_allotments
    FOR EACH ROW EXECUTE FUNCTION points_guard_allotment_change();

-- Who may award from an allotment: the coordinator it was given to, or the people of the station or team.
CREATE TABLE points_allotment_spenders (
    book_id       integer NOT NULL,
    allotment_id  uuid NOT NULL,
    person_id     uuid NOT NULL,
    CONSTRAINT pk_points_allotment_spenders PRIMARY KEY (book_id, allotment_id, person_id),
    CONSTRAINT fk_points_allotment_spenders_allotment
        FOREIGN KEY (book_id, allotment_id) REFERENCES points_allotments (book_id, id)
);
CREATE INDEX ix_points_allotment_spenders_person ON points_allotment_spenders (book_id, person_id, allotment_id); -- "my allotments"
GRANT SELECT, INSERT, DELETE ON points_allotment_spenders TO linli_app;

-- That much of a budget or an allotment was given out. Once per threshold and amount: more points can raise it again.
CREATE TABLE points_alerts (
    book_id       integer NOT NULL,
    id            uuid NOT NULL,
    subject       text NOT NULL,
    subject_id    uuid NOT NULL,        -- the budget, or the allotment
    budget_id     uuid NOT NULL,        -- the budget, or that of the allotment
    percent       smallint NOT NULL,    -- the threshold that was reached
    points        bigint NOT NULL,      -- minted for the budget, or handed over to the allotment, at that time
    given_points  bigint NOT NULL,      -- of these, in passbooks by then
    raised_at     timestamptz NOT NULL,
    CONSTRAINT pk_points_alerts PRIMARY KEY (book_id, id),
    CONSTRAINT uq_points_alerts_once UNIQUE (book_id, subject_id, percent, points),
    CONSTRAINT fk_points_alerts_budget FOREIGN KEY (book_id, budget_id) REFERENCES points_budgets (book_id, id),
    CONSTRAINT ck_points_alerts_subject CHECK (CASE subject WHEN 'budget' THEN subject_id = budget_id ELSE subject = 'allotment' END),
    CONSTRAINT ck_points_alerts_reached CHECK (percent IN (70, 90, 100) AND points > 0 AND given_points * 100 >= points * percent)
);
GRANT SELECT, INSERT ON points_alerts TO linli_app;
CREATE TRIGGER points_append_only BEFORE UPDATE OR DELETE ON points_alerts FOR EACH ROW EXECUTE FUNCTION points_refuse_change();
CREATE TRIGGER points_no_truncate BEFORE TRUNCATE ON points_alerts FOR EACH STATEMENT EXECUTE FUNCTION points_refuse_change();

-- What was minted for each budget is read off the ledger itself: mintings are few, and this index holds nothing else,
-- so the sum takes as long at ten million awards as at ten.
CREATE INDEX ix_points_transactions_minted ON points_transactions (book_id, id) WHERE code = 'mint';
CREATE INDEX ix_points_budgets_sponsor ON points_budgets (book_id, sponsor_id); -- a sponsor's budgets
CREATE INDEX ix_points_owner_names_kind ON points_owner_names (book_id, kind, owner_id); -- the stations, the teams, the sponsors

-- Locks strict balances in the global order, for whoever must know exactly what is on them before it posts. They are
-- read in a NEW statement afterwards.
CREATE FUNCTION points_lock_accounts(p_book integer, p_accounts uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM points_balances s
      WHERE s.book_id = p_book AND s.account_id = ANY (p_accounts)
      ORDER BY s.lock_rank, s.account_id FOR NO KEY UPDATE;
END $$;
REVOKE ALL ON FUNCTION points_lock_accounts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION points_lock_accounts TO linli_app;
