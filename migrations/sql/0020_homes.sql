-- Who lives where, and whose passbook that makes theirs. The ledger still knows nobody: `resident_id` is the opaque owner
-- of a passbook in one book, and only here stands which account of a person may use it.
CREATE TABLE identity_households (
    id         uuid NOT NULL,
    area_id    uuid NOT NULL, -- a building or stairwell; an estate or community where it has no buildings
    room       text NOT NULL, -- in one spelling: 501
    opened_at  timestamptz NOT NULL,
    CONSTRAINT pk_identity_households PRIMARY KEY (id),
    CONSTRAINT uq_identity_households_area_id_room UNIQUE (area_id, room), -- one household for each dwelling
    CONSTRAINT fk_identity_households_area_id FOREIGN KEY (area_id) REFERENCES places_areas (id),
    CONSTRAINT ck_identity_households_room CHECK (char_length(room) BETWEEN 1 AND 20)
);
GRANT SELECT, INSERT ON identity_households TO linli_app;
GRANT UPDATE (room) ON identity_households TO linli_app; -- for the lock; a room never changes

CREATE TABLE identity_residencies (
    id            uuid NOT NULL,
    person_id     uuid NOT NULL,
    household_id  uuid NOT NULL,
    book          text NOT NULL, -- code of the points book of the community
    resident_id   uuid,          -- the owner this person is in that book; from the confirmation on
    relation      text NOT NULL,
    name          text NOT NULL, -- as the claim gave it
    state         text NOT NULL,
    claimed_at    timestamptz NOT NULL,
    decided_by    uuid,
    decided_at    timestamptz,
    decided_why   text,
    ended_by      uuid,
    ended_at      timestamptz,
    ended_why     text,
    CONSTRAINT pk_identity_residencies PRIMARY KEY (id),
    CONSTRAINT fk_identity_residencies_person_id FOREIGN KEY (person_id) REFERENCES identity_people (id),
    CONSTRAINT fk_identity_residencies_household_id FOREIGN KEY (household_id) REFERENCES identity_households (id),
    CONSTRAINT ck_identity_residencies_relation CHECK (relation IN ('owner', 'family', 'tenant')),
    -- The name goes when an account is closed, and an account that is closed lives nowhere.
    CONSTRAINT ck_identity_residencies_name CHECK (char_length(name) <= 60 AND (name <> '' OR state IN ('refused', 'ended'))),
    CONSTRAINT ck_identity_residencies_why CHECK (char_length(decided_why) BETWEEN 1 AND 200 AND char_length(ended_why) BETWEEN 1 AND 200),
    -- Nobody confirms himself, whoever asks the database.
    CONSTRAINT ck_identity_residencies_others CHECK (decided_by <> person_id),
    CONSTRAINT ck_identity_residencies_decided CHECK ((decided_by IS NULL) = (decided_at IS NULL) AND (resident_id IS NULL OR decided_at IS NOT NULL)),
    CONSTRAINT ck_identity_residencies_ended CHECK (num_nulls(ended_by, ended_at, ended_why) IN (0, 3)),
    CONSTRAINT ck_identity_residencies_state CHECK (CASE state
        WHEN 'claimed' THEN num_nonnulls(decided_at, ended_at) = 0
        WHEN 'confirmed' THEN resident_id IS NOT NULL AND ended_at IS NULL
        WHEN 'refused' THEN num_nulls(decided_at, decided_why) = 0 AND num_nonnulls(resident_id, ended_at) = 0
        WHEN 'ended' THEN ended_at IS NOT NULL
        ELSE false END)
);
-- Somebody lives in one place of a book at a time; and a passbook is one account's.
CREATE UNIQUE INDEX uq_identity_residencies_open ON identity_residencies (person_id, book) WHERE state IN ('claimed', 'confirmed'); -- asked with every request
CREATE UNIQUE INDEX uq_identity_residencies_resident ON identity_residencies (book, resident_id) WHERE state = 'confirmed';
CREATE INDEX ix_identity_residencies_person_id_id ON identity_residencies (person_id, id); -- one's own
CREATE INDEX ix_identity_residencies_book_state_id ON identity_residencies (book, state, id); -- the grid worker's list
CREATE INDEX ix_identity_residencies_household_id ON identity_residencies (household_id) WHERE state IN ('claimed', 'confirmed'); -- who lives there
GRANT SELECT, INSERT ON identity_residencies TO linli_app;
GRANT UPDATE (name, resident_id, state, decided_by, decided_at, decided_why, ended_by, ended_at, ended_why) ON identity_residencies TO linli_app;

-- Who is related to whom, as one of them or staff declared. Nobody ends his own declaration: it is what binds him.
CREATE TABLE identity_relatives (
    id           uuid NOT NULL,
    person_id    uuid NOT NULL,
    relative_id  uuid NOT NULL,
    kind         text NOT NULL, -- what the relative is to the person
    declared_by  uuid NOT NULL,
    declared_at  timestamptz NOT NULL,
    ended_by     uuid,
    ended_at     timestamptz,
    ended_why    text,
    CONSTRAINT pk_identity_relatives PRIMARY KEY (id),
    CONSTRAINT fk_identity_relatives_person_id FOREIGN KEY (person_id) REFERENCES identity_people (id),
    CONSTRAINT fk_identity_relatives_relative_id FOREIGN KEY (relative_id) REFERENCES identity_people (id),
    CONSTRAINT ck_identity_relatives_kind CHECK (kind IN ('spouse', 'parent', 'child', 'sibling', 'other')),
    CONSTRAINT ck_identity_relatives_two CHECK (person_id <> relative_id),
    CONSTRAINT ck_identity_relatives_ended CHECK (num_nulls(ended_by, ended_at, ended_why) IN (0, 3) AND char_length(ended_why) BETWEEN 1 AND 200
        AND ended_by NOT IN (person_id, relative_id))
);
CREATE UNIQUE INDEX uq_identity_relatives_open ON identity_relatives (least(person_id, relative_id), greatest(person_id, relative_id)) WHERE ended_at IS NULL;
CREATE INDEX ix_identity_relatives_person_id ON identity_relatives (person_id, id); -- whom somebody is related to
CREATE INDEX ix_identity_relatives_relative_id ON identity_relatives (relative_id, id); -- and who to somebody
GRANT SELECT, INSERT ON identity_relatives TO linli_app;
GRANT UPDATE (ended_by, ended_at, ended_why) ON identity_relatives TO linli_app;

-- Whose passbook in the other book points go to (out). A person may be another owner there: a paper passbook that was taken
-- over keeps its id. NULL: the owner of the same id.
ALTER TABLE points_clearing_transfers ADD COLUMN receiver_id uuid;
