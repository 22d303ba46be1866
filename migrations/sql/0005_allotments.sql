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
    points           bigint NOT NULL,   -- handed over at the start
    allotted_by      uuid NOT NULL,
    allotted_at      timestamptz NOT NULL,
    state            text NOT NULL,
    closed_by        uuid,
    closed_at        timestamptz,
    returned_points  bigint,            -- what flowed back
    CONSTRAINT pk_points_allotments PRIMARY KEY (book_id, id),
    CONSTRAINT fk_points_allotments_book_id_budget_id FOREIGN KEY (book_id, budget_id) REFERENCES points_budgets (book_id, id),
    CONSTRAINT ck_points_allotments_holder_kind CHECK (holder_kind IN ('station', 'team', 'coordinator')),
    CONSTRAINT ck_points_allotments_period CHECK (period_from <= period_to),
    CONSTRAINT ck_points_allotments_points CHECK (points BETWEEN 1 AND 1000000000),
    CONSTRAINT ck_points_allotments_state CHECK (CASE state
        WHEN 'open' THEN num_nonnulls(closed_by, closed_at, returned_points) = 0
        WHEN 'closed' THEN num_nulls(closed_by, closed_at, returned_points) = 0 AND returned_points BETWEEN 0 AND points
        ELSE false END)
);
CREATE INDEX ix_points_allotments_holder ON points_allotments (book_id, holder_id, id); -- a holder's allotments
CREATE INDEX ix_points_allotments_due ON points_allotments (book_id, period_to) WHERE state = 'open'; -- those whose period is over
GRANT SELECT, INSERT ON points_allotments TO linli_app;
GRANT UPDATE (state, closed_by, closed_at, returned_points) ON points_allotments TO linli_app;

-- Who may award from an allotment: the coordinator it was given to, or the people of the station or team.
CREATE TABLE points_allotment_spenders (
    book_id       integer NOT NULL,
    allotment_id  uuid NOT NULL,
    person_id     uuid NOT NULL,
    CONSTRAINT pk_points_allotment_spenders PRIMARY KEY (book_id, allotment_id, person_id),
    CONSTRAINT fk_points_allotment_spenders_allotment
        FOREIGN KEY (book_id, allotment_id) REFERENCES points_allotments (book_id, id)
);
CREATE INDEX ix_points_allotment_spenders_person ON points_allotment_spenders (book_id, person_id); -- "my allotments"
GRANT SELECT, INSERT, DELETE ON points_allotment_spenders TO linli_app;
