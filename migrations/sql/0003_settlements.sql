-- What a shop is owed through a day, as stated once and paid once.
CREATE TABLE merchants_settlements (
    book_id         integer NOT NULL,
    id              uuid NOT NULL,
    shop_id         uuid NOT NULL,
    through         date NOT NULL,      -- last day (Asia/Shanghai) whose transactions it may hold
    line_count      integer NOT NULL,
    points          bigint NOT NULL,
    fen             bigint NOT NULL,
    state           text NOT NULL,
    stated_by       uuid NOT NULL,
    stated_at       timestamptz NOT NULL,
    bank_reference  text,
    paid_by         uuid,
    paid_at         timestamptz,
    transaction_id  uuid,
    CONSTRAINT pk_merchants_settlements PRIMARY KEY (book_id, id),
    CONSTRAINT uq_merchants_settlements_book_id_shop_id_through UNIQUE (book_id, shop_id, through),
    CONSTRAINT uq_merchants_settlements_book_id_transaction_id UNIQUE (book_id, transaction_id),
    CONSTRAINT fk_merchants_settlements_book_id_shop_id
        FOREIGN KEY (book_id, shop_id) REFERENCES merchants_shops (book_id, id),
    CONSTRAINT fk_merchants_settlements_book_id_transaction_id
        FOREIGN KEY (book_id, transaction_id) REFERENCES points_transactions (book_id, id),
    CONSTRAINT ck_merchants_settlements_line_count CHECK (line_count >= 0),
    CONSTRAINT ck_merchants_settlements_fen CHECK (fen >= 0), -- a shop that owes is carried over, never stated
    CONSTRAINT ck_merchants_settlements_bank_reference CHECK (char_length(bank_reference) BETWEEN 1 AND 100),
    CONSTRAINT ck_merchants_settlements_state CHECK (CASE state
        WHEN 'stated' THEN num_nonnulls(bank_reference, paid_by, paid_at, transaction_id) = 0
        WHEN 'paid' THEN num_nulls(bank_reference, paid_by, paid_at, transaction_id) = 0
        ELSE false END)
);
-- one transfer at the bank pays one settlement
CREATE UNIQUE INDEX uq_merchants_settlements_bank_reference
    ON merchants_settlements (book_id, bank_reference) WHERE state = 'paid';
GRANT SELECT, INSERT ON merchants_settlements TO linli_app;
GRANT UPDATE (line_count, points, fen, state, bank_reference, paid_by, paid_at, transaction_id) ON merchants_settlements TO linli_app;

-- Each transaction of a shop is settled once: that is the primary key.
CREATE TABLE merchants_settlement_lines (
    book_id         integer NOT NULL,
    transaction_id  uuid NOT NULL,
    settlement_id   uuid NOT NULL,
    code            text NOT NULL,
    points          bigint NOT NULL,    -- + taken by the shop, - given back
    fen             bigint NOT NULL,    -- + owed to the shop, - no longer owed; 0 for points without money behind them
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT pk_merchants_settlement_lines PRIMARY KEY (book_id, transaction_id),
    CONSTRAINT fk_merchants_settlement_lines_book_id_settlement_id
        FOREIGN KEY (book_id, settlement_id) REFERENCES merchants_settlements (book_id, id),
    CONSTRAINT fk_merchants_settlement_lines_book_id_transaction_id
        FOREIGN KEY (book_id, transaction_id) REFERENCES points_transactions (book_id, id)
);
-- a statement's lines, page by page
CREATE INDEX ix_merchants_settlement_lines_statement
    ON merchants_settlement_lines (book_id, settlement_id, transaction_id);
GRANT SELECT, INSERT ON merchants_settlement_lines TO linli_app;
