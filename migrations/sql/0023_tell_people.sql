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
-- settings, and takes the plain column away (0023_seal_phones.sql).
ALTER TABLE enrolment_lines ADD COLUMN phone_sealed bytea, ADD COLUMN phone_index bytea;
ALTER TABLE enrolment_residents ADD COLUMN phone_sealed bytea, ADD COLUMN phone_index bytea;
