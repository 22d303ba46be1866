-- How far the journal of a book was told over WeChat. Read and moved by one job; the journal itself holds no mark.
CREATE TABLE points_news_marks (
    book_id   integer NOT NULL REFERENCES points_books (id),
    after_id  uuid NOT NULL, -- the last transaction that was looked at
    moved_at  timestamptz NOT NULL,
    CONSTRAINT pk_points_news_marks PRIMARY KEY (book_id)
);
GRANT SELECT, INSERT ON points_news_marks TO linli_app;
GRANT UPDATE (after_id, moved_at) ON points_news_marks TO linli_app;

-- Of an acceptance both the mini-program and WeChat tell; it counts once. These are the ones one of them told of alone.
ALTER TABLE notices_subscriptions
    ADD COLUMN reported smallint NOT NULL DEFAULT 0,
    ADD COLUMN pushed smallint NOT NULL DEFAULT 0,
    ADD COLUMN heard_at timestamptz;
GRANT UPDATE (reported, pushed, heard_at) ON notices_subscriptions TO linli_app;
ALTER TABLE notices_pushes DROP CONSTRAINT ck_notices_pushes_outcome,
    ADD CONSTRAINT ck_notices_pushes_outcome CHECK (outcome IN ('worked', 'ignored', 'unknown_trace', 'unknown_person'));

-- A passbook of a list whose number is not the claimant's is given by two: one names it, another one confirms it.
ALTER TABLE identity_residencies
    ADD COLUMN proposed_resident_id uuid,
    ADD COLUMN proposed_by uuid,
    ADD COLUMN proposed_at timestamptz,
    ADD CONSTRAINT ck_identity_residencies_proposed CHECK (num_nulls(proposed_resident_id, proposed_by, proposed_at) IN (0, 3)
        AND proposed_by <> person_id),
    ADD CONSTRAINT ck_identity_residencies_two CHECK (resident_id IS NULL OR proposed_by <> decided_by);
GRANT UPDATE (proposed_resident_id, proposed_by, proposed_at) ON identity_residencies TO linli_app;

-- Numbers of residents of the lists, sealed as those of people are. The migration seals what is there, with the keys of the
-- settings, and takes the plain column away (0022_seal_phones.sql).
ALTER TABLE enrolment_lines ADD COLUMN phone_sealed bytea, ADD COLUMN phone_index bytea;
ALTER TABLE enrolment_residents ADD COLUMN phone_sealed bytea, ADD COLUMN phone_index bytea;

-- Advice of WeChat about who signed in: one row for a person and day, forgotten after ninety days. It decides nothing.
CREATE TABLE identity_risk_ranks (
    id         uuid NOT NULL,
    person_id  uuid NOT NULL,
    day        date NOT NULL,
    scene      text NOT NULL,
    client_ip  text,          -- until WeChat is asked
    wanted_at  timestamptz NOT NULL,
    asked_at   timestamptz,
    rank       smallint,
    reason     text,          -- why WeChat said nothing
    CONSTRAINT pk_identity_risk_ranks PRIMARY KEY (id),
    CONSTRAINT uq_identity_risk_ranks_person_id_day UNIQUE (person_id, day),
    CONSTRAINT fk_identity_risk_ranks_person_id FOREIGN KEY (person_id) REFERENCES identity_people (id),
    CONSTRAINT ck_identity_risk_ranks_scene CHECK (scene IN ('registration', 'sign_in')),
    CONSTRAINT ck_identity_risk_ranks_rank CHECK (rank BETWEEN 0 AND 4 AND num_nulls(rank, reason) > 0),
    CONSTRAINT ck_identity_risk_ranks_asked CHECK (asked_at IS NULL OR client_ip IS NULL)
);
CREATE INDEX ix_identity_risk_ranks_wanted_at ON identity_risk_ranks (wanted_at, id) WHERE asked_at IS NULL; -- what is to be asked
CREATE INDEX ix_identity_risk_ranks_day ON identity_risk_ranks (day); -- forgotten in time
CREATE INDEX ix_identity_risk_ranks_person_id_id ON identity_risk_ranks (person_id, id); -- what is held about somebody
GRANT SELECT, INSERT, DELETE ON identity_risk_ranks TO linli_app;
GRANT UPDATE (client_ip, asked_at, rank, reason) ON identity_risk_ranks TO linli_app;

-- Texts of residents that WeChat is to judge. The text goes as soon as it is judged.
CREATE TABLE notices_text_checks (
    id           uuid NOT NULL,
    person_id    uuid NOT NULL,
    subject      text NOT NULL,
    job          text NOT NULL,
    text         text,
    attempts     smallint NOT NULL,
    not_before   timestamptz NOT NULL,
    expected_at  timestamptz NOT NULL,
    suggestion   text,
    label        integer,
    decided_at   timestamptz,
    CONSTRAINT pk_notices_text_checks PRIMARY KEY (id),
    CONSTRAINT ck_notices_text_checks_text CHECK (char_length(text) BETWEEN 1 AND 2500),
    CONSTRAINT ck_notices_text_checks_suggestion CHECK (suggestion IN ('pass', 'review', 'risky')),
    CONSTRAINT ck_notices_text_checks_decided CHECK ((suggestion IS NULL) = (decided_at IS NULL) AND (text IS NULL) = (decided_at IS NOT NULL))
);
CREATE INDEX ix_notices_text_checks_due ON notices_text_checks (not_before, id) WHERE decided_at IS NULL;
CREATE INDEX ix_notices_text_checks_decided_at ON notices_text_checks (decided_at) WHERE decided_at IS NOT NULL; -- forgotten in time
GRANT SELECT, INSERT, DELETE ON notices_text_checks TO linli_app;
GRANT UPDATE (text, attempts, not_before, suggestion, label, decided_at) ON notices_text_checks TO linli_app;

-- What WeChat makes of the words of a report: only "pass" may be shown to others than its author and the staff.
ALTER TABLE reports_reports ADD COLUMN text_check text NOT NULL DEFAULT 'unchecked',
    ADD CONSTRAINT ck_reports_reports_text_check CHECK (text_check IN ('unchecked', 'waiting', 'pass', 'review', 'risky'));
GRANT UPDATE (text_check) ON reports_reports TO linli_app;
