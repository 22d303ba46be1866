-- What a volunteer did and was given points for. The points themselves are in the ledger; a row is never changed.
CREATE TABLE volunteers_awards (
    book_id         integer NOT NULL,
    id              uuid NOT NULL,
    resident_id     uuid NOT NULL,
    budget_id       uuid NOT NULL,
    points          bigint NOT NULL,
    activity        text NOT NULL,
    minutes         integer,
    performed_on    date NOT NULL,
    coordinator_id  uuid NOT NULL,
    transaction_id  uuid NOT NULL,
    awarded_at      timestamptz NOT NULL,
    CONSTRAINT pk_volunteers_awards PRIMARY KEY (book_id, id),
    CONSTRAINT uq_volunteers_awards_book_id_transaction_id UNIQUE (book_id, transaction_id), -- one award, one posting
    CONSTRAINT fk_volunteers_awards_book_id_budget_id
        FOREIGN KEY (book_id, budget_id) REFERENCES points_budgets (book_id, id),
    CONSTRAINT fk_volunteers_awards_book_id_transaction_id
        FOREIGN KEY (book_id, transaction_id) REFERENCES points_transactions (book_id, id),
    CONSTRAINT ck_volunteers_awards_points CHECK (points BETWEEN 1 AND 1000000000),
    CONSTRAINT ck_volunteers_awards_activity CHECK (char_length(activity) BETWEEN 1 AND 200),
    CONSTRAINT ck_volunteers_awards_minutes CHECK (minutes BETWEEN 1 AND 1440)
);

GRANT SELECT, INSERT ON volunteers_awards TO linli_app;
