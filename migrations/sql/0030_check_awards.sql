-- Awards that a second person looks at: those that wait unpaid until then, and the sample that is looked at afterwards.

-- By what a book's awards are held back. The newest row counts; rows are added, never changed.
CREATE TABLE volunteers_award_policies (
    book_id          integer NOT NULL,
    id               uuid NOT NULL,
    roster_required  boolean NOT NULL,
    paper_points_max bigint NOT NULL,   -- of one resident by one coordinator within a day, without a check-in
    alone_points_max bigint NOT NULL,   -- as above, with one
    sample_permille  integer NOT NULL,
    set_by           uuid NOT NULL,
    set_at           timestamptz NOT NULL,
    CONSTRAINT pk_volunteers_award_policies PRIMARY KEY (book_id, id),
    CONSTRAINT fk_volunteers_award_policies_book_id FOREIGN KEY (book_id) REFERENCES points_books (id),
    CONSTRAINT ck_volunteers_award_policies_points CHECK (paper_points_max BETWEEN 0 AND alone_points_max
        AND alone_points_max <= 1000000),
    CONSTRAINT ck_volunteers_award_policies_sample CHECK (sample_permille BETWEEN 0 AND 1000)
);
GRANT SELECT, INSERT ON volunteers_award_policies TO linli_app;

CREATE TABLE volunteers_award_checks (
    book_id          integer NOT NULL,
    id               uuid NOT NULL,
    fact_id          uuid NOT NULL,     -- made of the fact and who told it: the same again is the same check
    why              text NOT NULL,
    state            text NOT NULL,
    rule_code        text NOT NULL,
    rule_version     integer NOT NULL,
    subject          text NOT NULL,
    beneficiary_id   uuid NOT NULL,
    performed_on     date NOT NULL,
    title            text NOT NULL,
    minutes          integer,
    events           integer,
    grade            text,
    chosen_points    bigint,
    computed_points  bigint NOT NULL,
    points           bigint NOT NULL,   -- foreseen when it was told; caps may leave less when it is paid
    budget_id        uuid NOT NULL,
    allotment_id     uuid,
    evidence         text,
    decision_id      uuid NOT NULL,     -- of anti-fraud, with its reasons
    awarded_by       uuid NOT NULL,
    awarder_owner_id uuid NOT NULL,     -- whose passbook the coordinator's own is
    asked_at         timestamptz NOT NULL,
    expires_at       timestamptz,       -- none: paid already, only looked at
    award_id         uuid,
    decided_by       uuid,
    decided_at       timestamptz,
    reason           text,
    CONSTRAINT pk_volunteers_award_checks PRIMARY KEY (book_id, id),
    CONSTRAINT uq_volunteers_award_checks_fact UNIQUE (book_id, fact_id),
    CONSTRAINT fk_volunteers_award_checks_book_id FOREIGN KEY (book_id) REFERENCES points_books (id),
    CONSTRAINT ck_volunteers_award_checks_why CHECK (why IN ('blocked', 'undecided', 'review', 'told_anew', 'off_roster',
        'large', 'sample')),
    CONSTRAINT ck_volunteers_award_checks_state CHECK (state IN ('open', 'confirmed', 'rejected', 'expired')),
    CONSTRAINT ck_volunteers_award_checks_decided CHECK (num_nulls(decided_by, decided_at)
        = CASE WHEN state IN ('confirmed', 'rejected') THEN 0 ELSE 2 END AND (state <> 'rejected' OR reason IS NOT NULL)),
    CONSTRAINT ck_volunteers_award_checks_four_eyes CHECK (decided_by <> awarded_by AND decided_by <> awarder_owner_id
        AND decided_by <> beneficiary_id),
    CONSTRAINT ck_volunteers_award_checks_paid CHECK (CASE WHEN why = 'sample' THEN award_id IS NOT NULL
        ELSE (award_id IS NOT NULL) = (state = 'confirmed') END),
    CONSTRAINT ck_volunteers_award_checks_expires CHECK ((expires_at IS NULL) = (why = 'sample')
        AND (why <> 'sample' OR state <> 'expired'))
);
CREATE INDEX ix_volunteers_award_checks_state ON volunteers_award_checks (book_id, state, id); -- who waits longest
CREATE INDEX ix_volunteers_award_checks_by ON volunteers_award_checks (book_id, awarded_by, id); -- a coordinator's own
CREATE INDEX ix_volunteers_award_checks_beneficiary ON volunteers_award_checks (book_id, beneficiary_id, id); -- a resident's own
CREATE INDEX ix_volunteers_award_checks_fact ON volunteers_award_checks (book_id, subject, rule_code); -- what was told before
CREATE INDEX ix_volunteers_award_checks_expires ON volunteers_award_checks (expires_at) WHERE state = 'open' AND expires_at IS NOT NULL;
GRANT SELECT, INSERT ON volunteers_award_checks TO linli_app;
GRANT UPDATE (state, asked_at, expires_at, award_id, decided_by, decided_at, reason) ON volunteers_award_checks TO linli_app;

-- What people decided stays; what lapsed may be told again.
CREATE FUNCTION volunteers_guard_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('confirmed', 'rejected') OR (OLD.award_id IS NOT NULL AND NEW.award_id IS DISTINCT FROM OLD.award_id)
        OR (OLD.state = 'expired' AND NEW.state <> 'open') THEN
        RAISE EXCEPTION 'volunteers: a check of an award refused to change: it is decided once'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'volunteers_check_is_decided_once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER volunteers_check_is_decided_once BEFORE UPDATE ON volunteers_award_checks
    FOR EACH ROW EXECUTE FUNCTION volunteers_guard_check();
