-- Accounts that are to be closed, consents, and who acts for whom.

-- An account whose owner asked for it is closed at that instant, unless he signs in before.
ALTER TABLE identity_people
    ADD COLUMN closes_at timestamptz,
    ADD CONSTRAINT ck_identity_people_closes CHECK (closed_at IS NULL OR closes_at IS NULL);
CREATE INDEX ix_identity_people_closes_at ON identity_people (closes_at) WHERE closes_at IS NOT NULL; -- closed in time
GRANT UPDATE (closes_at) ON identity_people TO linli_app;

-- What somebody agreed to, in which version, and what he took back: added to, never changed. `text_hash` is that of the
-- text that was shown (app/identity/texts.json), so that nobody can say later it read otherwise.
CREATE TABLE identity_consents (
    id          uuid NOT NULL,
    person_id   uuid NOT NULL,
    text        text NOT NULL,
    version     text NOT NULL,
    text_hash   bytea NOT NULL,
    act         text NOT NULL,
    at          timestamptz NOT NULL,
    session_id  uuid, -- opaque: sessions are forgotten, consents are not
    acted_by    uuid, -- the guardian who did it for him
    CONSTRAINT pk_identity_consents PRIMARY KEY (id),
    CONSTRAINT fk_identity_consents_person_id FOREIGN KEY (person_id) REFERENCES identity_people (id),
    CONSTRAINT ck_identity_consents_text CHECK (text ~ '^[a-z_]{1,40}$' AND char_length(version) BETWEEN 1 AND 40),
    CONSTRAINT ck_identity_consents_text_hash CHECK (octet_length(text_hash) = 32),
    CONSTRAINT ck_identity_consents_act CHECK (act IN ('given', 'withdrawn')),
    CONSTRAINT ck_identity_consents_acted_by CHECK (acted_by <> person_id)
);
CREATE INDEX ix_identity_consents_person_id_id ON identity_consents (person_id, id); -- "my consents"
CREATE INDEX ix_identity_consents_person_id_text_id ON identity_consents (person_id, text, id); -- is this one in force
GRANT SELECT, INSERT ON identity_consents TO linli_app;

-- Who may act for whom: for a child, or for somebody who wants help (代办). Given by the community's staff for that book,
-- or by the helped person himself for everything (`book` null).
CREATE TABLE identity_guardianships (
    id           uuid NOT NULL,
    ward_id      uuid NOT NULL,
    guardian_id  uuid NOT NULL,
    kind         text NOT NULL,
    book         text,
    reason       text NOT NULL,
    valid_from   timestamptz NOT NULL,
    valid_to     timestamptz,
    granted_by   uuid NOT NULL,
    granted_at   timestamptz NOT NULL,
    ended_by     uuid,
    ended_at     timestamptz,
    ended_why    text,
    CONSTRAINT pk_identity_guardianships PRIMARY KEY (id),
    CONSTRAINT fk_identity_guardianships_ward_id FOREIGN KEY (ward_id) REFERENCES identity_people (id),
    CONSTRAINT fk_identity_guardianships_guardian_id FOREIGN KEY (guardian_id) REFERENCES identity_people (id),
    CONSTRAINT ck_identity_guardianships_kind CHECK (kind IN ('child', 'helper')),
    -- Nobody makes himself a guardian, and only a grown-up chooses his helper himself, whoever asks the database.
    CONSTRAINT ck_identity_guardianships_others CHECK (ward_id <> guardian_id AND granted_by <> guardian_id),
    CONSTRAINT ck_identity_guardianships_granted CHECK ((book IS NULL) = (granted_by = ward_id) AND (book IS NOT NULL OR kind = 'helper')),
    CONSTRAINT ck_identity_guardianships_period CHECK (valid_to > valid_from),
    CONSTRAINT ck_identity_guardianships_reason CHECK (char_length(reason) BETWEEN 1 AND 200),
    CONSTRAINT ck_identity_guardianships_ended CHECK (num_nulls(ended_by, ended_at, ended_why) IN (0, 3) AND char_length(ended_why) BETWEEN 1 AND 200)
);
CREATE INDEX ix_identity_guardianships_pair ON identity_guardianships (guardian_id, ward_id) WHERE ended_at IS NULL; -- asked with every act for another
CREATE INDEX ix_identity_guardianships_ward_id_id ON identity_guardianships (ward_id, id); -- who acts for me
CREATE INDEX ix_identity_guardianships_guardian_id_id ON identity_guardianships (guardian_id, id); -- for whom I act
CREATE INDEX ix_identity_guardianships_book_id ON identity_guardianships (book, id) WHERE book IS NOT NULL; -- the desk's list
GRANT SELECT, INSERT ON identity_guardianships TO linli_app;
GRANT UPDATE (ended_by, ended_at, ended_why) ON identity_guardianships TO linli_app;

-- Every act (not every look) of a guardian, written with the act itself: added to, never changed.
CREATE TABLE identity_proxy_acts (
    id           uuid NOT NULL,
    guardian_id  uuid NOT NULL,
    ward_id      uuid NOT NULL,
    session_id   uuid NOT NULL, -- the guardian's
    route        text NOT NULL, -- method and rule: POST /v1/books/<book>/reports
    book         text,
    request_id   text NOT NULL, -- as in the log and in the answer's X-Request-Id
    at           timestamptz NOT NULL,
    CONSTRAINT pk_identity_proxy_acts PRIMARY KEY (id),
    CONSTRAINT fk_identity_proxy_acts_guardian_id FOREIGN KEY (guardian_id) REFERENCES identity_people (id),
    CONSTRAINT fk_identity_proxy_acts_ward_id FOREIGN KEY (ward_id) REFERENCES identity_people (id),
    CONSTRAINT ck_identity_proxy_acts_others CHECK (guardian_id <> ward_id)
);
CREATE INDEX ix_identity_proxy_acts_ward_id_id ON identity_proxy_acts (ward_id, id); -- what was done for me
CREATE INDEX ix_identity_proxy_acts_guardian_id_id ON identity_proxy_acts (guardian_id, id); -- what I did for others
GRANT SELECT, INSERT ON identity_proxy_acts TO linli_app;
