-- How far the journal of a book was told over WeChat. Read and moved by one job; the journal itself holds no mark.
CREATE TABLE points_news_marks (
    book_id   integer NOT NULL REFERENCES points_books (id),
    after_id  uuid NOT NULL, -- the last transaction that was looked at
    moved_at  timestamptz NOT NULL,
    CONSTRAINT pk_points_news_marks PRIMARY KEY (book_id)
);
GRANT SELECT, INSERT ON points_news_marks TO linli_app;
GRANT UPDATE (after_id, moved_at) ON points_news_marks TO linli_app;
