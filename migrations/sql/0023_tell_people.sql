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
