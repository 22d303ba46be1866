-- What a programme needs of the ledger: more kinds of accounts and codes, books that expire points in either of two
-- ways, names of owners that are not people, who lives together, and acts that take two people.

INSERT INTO points_account_kinds (kind, asset, folded, has_lots, stripes, lock_rank) VALUES
    ('clearing',     'points', true, false, 1, 0),
    ('clearing_due', 'fen',    true, false, 1, 0);

INSERT INTO points_code_legs (code, kind, sign)
SELECT x.code, leg.kind, leg.sign
  FROM (VALUES
    ('allot_return',     '-allotment +sponsor_budget'),
    ('transfer',         '-resident +resident -clawback +clawback'),
    ('clearing_out',     '-resident +clearing -points_liability +clearing_due'),
    ('clearing_in',      '-clearing +resident -clearing_due +points_liability'),
    ('clearing_payment', '-clearing_due +clearing_due -bank +bank')
    ) AS x (code, legs),
    LATERAL (SELECT substr(w, 2) AS kind, CASE left(w, 1) WHEN '-' THEN -1 ELSE 1 END AS sign FROM unnest(string_to_array(x.legs, ' ')) w) leg
UNION ALL
SELECT 'reversal', k.kind, s FROM points_account_kinds k, unnest(ARRAY[-1, 1]) s WHERE k.kind IN ('clearing', 'clearing_due');

-- rolling: to the end of the month validity_months after the one they were earned in.
-- yearly: to the first fixed day of a year that lies validity_months or more after the day they were earned.
ALTER TABLE points_books
    ADD COLUMN expiry_policy text NOT NULL DEFAULT 'rolling',
    ADD COLUMN expiry_month smallint,
    ADD COLUMN expiry_day smallint,
    ADD CONSTRAINT ck_points_books_expiry CHECK (CASE expiry_policy
        WHEN 'rolling' THEN num_nonnulls(expiry_month, expiry_day) = 0
        WHEN 'yearly' THEN num_nulls(expiry_month, expiry_day) = 0 AND expiry_month BETWEEN 1 AND 12 AND expiry_day BETWEEN 1 AND 31
        ELSE false END);

-- The names of owners of accounts that are not people: sponsors, shops, stations, teams. A coordinator stands here
-- under the name of the post, not of the person.
CREATE TABLE points_owner_names (
    book_id   integer NOT NULL REFERENCES points_books (id),
    owner_id  uuid NOT NULL,
    kind      text NOT NULL,
    name      text NOT NULL,
    named_at  timestamptz NOT NULL,
    CONSTRAINT pk_points_owner_names PRIMARY KEY (book_id, owner_id),
    CONSTRAINT ck_points_owner_names_kind CHECK (kind IN ('sponsor', 'shop', 'station', 'team', 'coordinator')),
    CONSTRAINT ck_points_owner_names_name CHECK (char_length(name) BETWEEN 1 AND 100)
);
GRANT SELECT, INSERT ON points_owner_names TO linli_app;
GRANT UPDATE (name, named_at) ON points_owner_names TO linli_app;

-- Who lives together, by opaque ids: caps of award rules count by person and by household.
CREATE TABLE points_households (
    book_id       integer NOT NULL REFERENCES points_books (id),
    resident_id   uuid NOT NULL,
    household_id  uuid NOT NULL,
    joined_at     timestamptz NOT NULL,
    CONSTRAINT pk_points_households PRIMARY KEY (book_id, resident_id)
);
CREATE INDEX ix_points_households_book_id_household_id ON points_households (book_id, household_id); -- the members of one
GRANT SELECT, INSERT, DELETE ON points_households TO linli_app;
GRANT UPDATE (household_id, joined_at) ON points_households TO linli_app;

-- Acts that one person proposes and another approves. What is to be done stands in `payload`; it never changes.
CREATE TABLE points_proposals (
    book_id          integer NOT NULL REFERENCES points_books (id),
    id               uuid NOT NULL,
    kind             text NOT NULL,
    payload          jsonb NOT NULL,
    reason           text,
    state            text NOT NULL,
    proposed_by      uuid NOT NULL,
    proposed_at      timestamptz NOT NULL,
    -- How often it was tried to carry it out: money that was lacking declines one try for ever, and the next is another.
    attempts         smallint NOT NULL DEFAULT 0,
    decided_by       uuid,
    decided_at       timestamptz,
    decision_reason  text,
    result_id        uuid,
    CONSTRAINT pk_points_proposals PRIMARY KEY (book_id, id),
    CONSTRAINT ck_points_proposals_kind CHECK (kind IN ('mint', 'rule', 'undo', 'transfer', 'clearing')),
    CONSTRAINT ck_points_proposals_reason CHECK (char_length(reason) BETWEEN 1 AND 200),
    CONSTRAINT ck_points_proposals_decision_reason CHECK (char_length(decision_reason) BETWEEN 1 AND 200),
    CONSTRAINT ck_points_proposals_decided CHECK (CASE state
        WHEN 'open' THEN num_nonnulls(decided_by, decided_at, decision_reason, result_id) = 0
        WHEN 'approved' THEN num_nulls(decided_by, decided_at) = 0 AND decided_by <> proposed_by
        WHEN 'rejected' THEN num_nulls(decided_by, decided_at, decision_reason) = 0 AND decided_by <> proposed_by AND result_id IS NULL
        WHEN 'withdrawn' THEN num_nulls(decided_by, decided_at) = 0 AND decided_by = proposed_by AND result_id IS NULL
        ELSE false END)
);
CREATE INDEX ix_points_proposals_book_id_state_id ON points_proposals (book_id, state, id); -- what waits for a decision
GRANT SELECT, INSERT ON points_proposals TO linli_app;
GRANT UPDATE (state, attempts, decided_by, decided_at, decision_reason, result_id) ON points_proposals TO linli_app;
CREATE TRIGGER points_no_delete BEFORE DELETE ON points_proposals FOR EACH ROW EXECUTE FUNCTION points_refuse_change();
CREATE TRIGGER points_no_truncate BEFORE TRUNCATE ON points_proposals FOR EACH STATEMENT EXECUTE FUNCTION points_refuse_change();
