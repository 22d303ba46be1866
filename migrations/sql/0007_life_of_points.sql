-- Passbooks that were moved into another: at death, at a move, or because one person had two.
CREATE TABLE points_successors (
    book_id         integer NOT NULL REFERENCES points_books (id),
    owner_id        uuid NOT NULL,      -- the passbook that is closed
    successor_id    uuid NOT NULL,      -- the one that took what was in it
    kind            text NOT NULL,
    proposal_id     uuid NOT NULL,
    transaction_id  uuid,               -- NULL: there was nothing in it
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT pk_points_successors PRIMARY KEY (book_id, owner_id),
    CONSTRAINT ck_points_successors_kind CHECK (kind IN ('death', 'move', 'merge')),
    CONSTRAINT ck_points_successors_other CHECK (successor_id <> owner_id)
);
CREATE INDEX ix_points_successors_successor ON points_successors (book_id, successor_id); -- what went into a passbook
GRANT SELECT, INSERT ON points_successors TO linli_app;
