-- What pays points, as data. A rule has versions; two people publish one; an award keeps the version that paid it.
CREATE TABLE points_award_rules (
    book_id       integer NOT NULL REFERENCES points_books (id),
    code          text NOT NULL,
    title         text NOT NULL,
    created_by    uuid NOT NULL,
    created_at    timestamptz NOT NULL,
    withdrawn_by  uuid,                 -- one person alone may stop a rule at once
    withdrawn_at  timestamptz,
    CONSTRAINT pk_points_award_rules PRIMARY KEY (book_id, code),
    CONSTRAINT ck_points_award_rules_code CHECK (code ~ '^[a-z][a-z0-9_.-]{1,39}$'),
    CONSTRAINT ck_points_award_rules_title CHECK (char_length(title) BETWEEN 1 AND 100),
    CONSTRAINT ck_points_award_rules_withdrawn CHECK ((withdrawn_by IS NULL) = (withdrawn_at IS NULL))
);
GRANT SELECT, INSERT ON points_award_rules TO linli_app;
GRANT UPDATE (title, withdrawn_by, withdrawn_at) ON points_award_rules TO linli_app;

CREATE TABLE points_award_rule_versions (
    book_id              integer NOT NULL,
    code                 text NOT NULL,
    version              integer NOT NULL,
    budget_id            uuid NOT NULL,
    formula              text NOT NULL,         -- app/points/rules/formulas.py
    grades               jsonb NOT NULL,        -- percent by grade: {"A": 100, "B": 100, "C": 60}
    cycle                text NOT NULL,         -- how often one subject may pay one beneficiary
    points_max           bigint NOT NULL,       -- of one award
    person_day_max       bigint,                -- points of this rule for one person on one day; NULL: no cap
    person_month_max     bigint,
    household_day_max    bigint,
    household_month_max  bigint,
    validity_months      smallint,              -- NULL: as the book says
    proposed_by          uuid NOT NULL,
    proposed_at          timestamptz NOT NULL,
    published_by         uuid,
    published_at         timestamptz,
    CONSTRAINT pk_points_award_rule_versions PRIMARY KEY (book_id, code, version),
    CONSTRAINT fk_points_award_rule_versions_rule FOREIGN KEY (book_id, code) REFERENCES points_award_rules (book_id, code),
    CONSTRAINT fk_points_award_rule_versions_budget FOREIGN KEY (book_id, budget_id) REFERENCES points_budgets (book_id, id),
    CONSTRAINT ck_points_award_rule_versions_formula CHECK (char_length(formula) BETWEEN 1 AND 200),
    CONSTRAINT ck_points_award_rule_versions_cycle CHECK (cycle IN ('once', 'day', 'week', 'month', 'year')),
    CONSTRAINT ck_points_award_rule_versions_points_max CHECK (points_max BETWEEN 1 AND 10000),
    CONSTRAINT ck_points_award_rule_versions_caps CHECK (least(person_day_max, person_month_max, household_day_max, household_month_max) >= 1),
    CONSTRAINT ck_points_award_rule_versions_validity CHECK (validity_months BETWEEN 1 AND 120),
    CONSTRAINT ck_points_award_rule_versions_two_people CHECK (
        (published_by IS NULL) = (published_at IS NULL) AND (published_by IS NULL OR published_by <> proposed_by))
);
GRANT SELECT, INSERT ON points_award_rule_versions TO linli_app;
GRANT UPDATE (published_by, published_at) ON points_award_rule_versions TO linli_app;

-- The register: every fact that a rule paid for, or that its caps left nothing for (points 0, no transaction).
-- Whether it was undone later stands in the ledger: a transaction that reverses transaction_id.
CREATE TABLE points_awards (
    book_id          integer NOT NULL,
    id               uuid NOT NULL,
    rule_code        text NOT NULL,
    rule_version     integer NOT NULL,
    subject          text NOT NULL,     -- what it was done for: an activity, a report, a premise
    beneficiary_id   uuid NOT NULL,     -- who did it
    cycle            text NOT NULL,     -- once, 2026-11-24, 2026-W48, 2026-11, 2026
    passbook_id      uuid NOT NULL,     -- owner of the passbook that was paid: the beneficiary or the successor
    household_id     uuid,
    performed_on     date NOT NULL,
    title            text NOT NULL,     -- what the passbook says: 楼道保洁
    minutes          integer,
    events           integer,
    grade            text,
    chosen_points    bigint,            -- what a coordinator chose, where the formula lets one choose
    streak           integer NOT NULL,
    computed_points  bigint NOT NULL,   -- what the formula gave
    points           bigint NOT NULL,   -- what was paid, after the caps
    budget_id        uuid NOT NULL,
    allotment_id     uuid,
    evidence         text,              -- where the proof lies: a photo, a list, a report
    awarded_by       uuid NOT NULL,
    awarded_at       timestamptz NOT NULL,
    transaction_id   uuid,
    CONSTRAINT pk_points_awards PRIMARY KEY (book_id, id),
    -- by passbook: two passbooks of one person are one once they were merged
    CONSTRAINT uq_points_awards_fact UNIQUE (book_id, passbook_id, rule_code, subject, cycle),
    CONSTRAINT uq_points_awards_transaction_id UNIQUE (book_id, transaction_id),
    CONSTRAINT fk_points_awards_version FOREIGN KEY (book_id, rule_code, rule_version) REFERENCES points_award_rule_versions (book_id, code, version),
    CONSTRAINT fk_points_awards_transaction FOREIGN KEY (book_id, transaction_id) REFERENCES points_transactions (book_id, id),
    CONSTRAINT fk_points_awards_allotment FOREIGN KEY (book_id, allotment_id) REFERENCES points_allotments (book_id, id),
    CONSTRAINT ck_points_awards_subject CHECK (char_length(subject) BETWEEN 1 AND 80),
    CONSTRAINT ck_points_awards_title CHECK (char_length(title) BETWEEN 1 AND 200),
    CONSTRAINT ck_points_awards_evidence CHECK (char_length(evidence) BETWEEN 1 AND 200),
    CONSTRAINT ck_points_awards_minutes CHECK (minutes BETWEEN 0 AND 44640),
    CONSTRAINT ck_points_awards_events CHECK (events BETWEEN 0 AND 1000),
    CONSTRAINT ck_points_awards_points CHECK (points BETWEEN 0 AND computed_points AND (points = 0) = (transaction_id IS NULL))
);
CREATE INDEX ix_points_awards_person ON points_awards (book_id, passbook_id, rule_code, performed_on); -- caps by person, streaks
CREATE INDEX ix_points_awards_household ON points_awards (book_id, household_id, rule_code, performed_on) WHERE household_id IS NOT NULL; -- caps by household
-- Dry runs over a period, and from a rule to what it paid. Under a collation of its own, so that only who asks by that is
-- planned by it: while the register is young the planner takes any index with two equal columns for as good as the one
-- by passbook, and would read all awards of a rule for every fact of a batch.
CREATE INDEX ix_points_awards_rule ON points_awards (book_id, rule_code COLLATE "C", performed_on, id);
CREATE INDEX ix_points_awards_budget ON points_awards (book_id, budget_id, id); -- from the sponsor's budget to what it paid
CREATE INDEX ix_points_awards_allotment ON points_awards (book_id, allotment_id, id) WHERE allotment_id IS NOT NULL; -- from an allotment to what it paid
CREATE INDEX ix_points_awards_by ON points_awards (book_id, awarded_by, id); -- a coordinator's history
GRANT SELECT, INSERT ON points_awards TO linli_app;
CREATE TRIGGER points_append_only BEFORE UPDATE OR DELETE ON points_awards FOR EACH ROW EXECUTE FUNCTION points_refuse_change();
CREATE TRIGGER points_no_truncate BEFORE TRUNCATE ON points_awards FOR EACH STATEMENT EXECUTE FUNCTION points_refuse_change();

-- A passbook that was handed over takes no awards. Who awarded before it was seen to be closed begins anew.
CREATE FUNCTION points_guard_awards() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM fresh a JOIN points_successors s ON s.book_id = a.book_id AND s.owner_id = a.passbook_id) THEN
        RAISE EXCEPTION 'points: an award into a passbook that was handed over'
            USING ERRCODE = 'serialization_failure', CONSTRAINT = 'points_awards_passbook_open';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER points_awards_passbook_open AFTER INSERT ON points_awards
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION points_guard_awards();

-- Whose awards are being counted against caps: awards of one person or household are decided one after another, by the
-- lock on this row. It says nothing else.
CREATE TABLE points_cap_locks (
    book_id     integer NOT NULL,
    subject_id  uuid NOT NULL,          -- a resident or a household
    CONSTRAINT pk_points_cap_locks PRIMARY KEY (book_id, subject_id)
);
GRANT SELECT, INSERT, UPDATE ON points_cap_locks TO linli_app; -- UPDATE: for the lock; the row never changes
