-- Problems that residents report. A clerk decides each once; an accepted one pays its reporter.
CREATE TABLE reports_reports (
    book_id         integer NOT NULL,
    id              uuid NOT NULL,
    reporter_id     uuid NOT NULL,
    text            text NOT NULL,
    place           text NOT NULL,
    state           text NOT NULL,
    filed_at        timestamptz NOT NULL,
    -- How often the award was tried: a budget that ran dry declines one try for ever, and the next try is another.
    attempts        smallint NOT NULL DEFAULT 0,
    decided_by      uuid,
    decided_at      timestamptz,
    reason          text,
    points          bigint,
    budget_id       uuid,
    transaction_id  uuid,
    CONSTRAINT pk_reports_reports PRIMARY KEY (book_id, id),
    CONSTRAINT uq_reports_reports_book_id_transaction_id UNIQUE (book_id, transaction_id),
    CONSTRAINT fk_reports_reports_book_id FOREIGN KEY (book_id) REFERENCES points_books (id),
    CONSTRAINT fk_reports_reports_book_id_budget_id
        FOREIGN KEY (book_id, budget_id) REFERENCES points_budgets (book_id, id),
    CONSTRAINT fk_reports_reports_book_id_transaction_id
        FOREIGN KEY (book_id, transaction_id) REFERENCES points_transactions (book_id, id),
    CONSTRAINT ck_reports_reports_text CHECK (char_length(text) BETWEEN 1 AND 2000),
    CONSTRAINT ck_reports_reports_place CHECK (char_length(place) BETWEEN 1 AND 200),
    CONSTRAINT ck_reports_reports_reason CHECK (char_length(reason) BETWEEN 1 AND 200),
    CONSTRAINT ck_reports_reports_points CHECK (points BETWEEN 1 AND 1000000000),
    CONSTRAINT ck_reports_reports_decided CHECK (CASE state
        WHEN 'filed' THEN num_nonnulls(decided_by, decided_at, reason, points, budget_id, transaction_id) = 0
        WHEN 'accepted' THEN num_nulls(decided_by, decided_at, points, budget_id, transaction_id) = 0 AND reason IS NULL
        WHEN 'rejected' THEN num_nulls(decided_by, decided_at, reason) = 0
                             AND num_nonnulls(points, budget_id, transaction_id) = 0
        ELSE false END)
);
CREATE INDEX ix_reports_reports_book_id_state_id ON reports_reports (book_id, state, id); -- the clerk's queue
CREATE INDEX ix_reports_reports_book_id_reporter_id_id ON reports_reports (book_id, reporter_id, id); -- "my reports"

GRANT SELECT, INSERT ON reports_reports TO linli_app;
GRANT UPDATE (state, attempts, decided_by, decided_at, reason, points, budget_id, transaction_id) ON reports_reports TO linli_app;
