CREATE TABLE merchants_shops (
    book_id    integer NOT NULL,
    id         uuid NOT NULL,
    name       text NOT NULL,
    street     text NOT NULL,
    opened_at  timestamptz NOT NULL,
    CONSTRAINT pk_merchants_shops PRIMARY KEY (book_id, id),
    CONSTRAINT fk_merchants_shops_book_id FOREIGN KEY (book_id) REFERENCES points_books (id),
    CONSTRAINT ck_merchants_shops_name CHECK (char_length(name) BETWEEN 1 AND 100),
    CONSTRAINT ck_merchants_shops_street CHECK (char_length(street) BETWEEN 1 AND 100)
);
GRANT SELECT, INSERT ON merchants_shops TO linli_app;
GRANT UPDATE (name) ON merchants_shops TO linli_app; -- a settlement locks its shop's row, which takes this right

-- One-use codes that a resident shows at a till. Only the hash is kept. When a code's five minutes are over its row
-- may be taken by the next resident who is given the same digits.
CREATE TABLE merchants_codes (
    book_id      integer NOT NULL,
    code_hash    bytea NOT NULL,
    resident_id  uuid NOT NULL,
    issued_at    timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    spent_at     timestamptz,
    CONSTRAINT pk_merchants_codes PRIMARY KEY (book_id, code_hash),
    CONSTRAINT fk_merchants_codes_book_id FOREIGN KEY (book_id) REFERENCES points_books (id),
    CONSTRAINT ck_merchants_codes_hash CHECK (octet_length(code_hash) = 32),
    CONSTRAINT ck_merchants_codes_lives CHECK (expires_at > issued_at)
);
-- how many unused codes a resident has
CREATE INDEX ix_merchants_codes_book_id_resident_id_expires_at ON merchants_codes (book_id, resident_id, expires_at);
GRANT SELECT, INSERT, UPDATE ON merchants_codes TO linli_app;

-- One row for each out_trade_no of a shop, for ever: the answer to a repeated request. A declined one stays declined.
CREATE TABLE merchants_payments (
    book_id          integer NOT NULL,
    id               uuid NOT NULL,
    shop_id          uuid NOT NULL,
    out_trade_no     text NOT NULL,
    code_hash        bytea NOT NULL,
    points           bigint NOT NULL,
    state            text NOT NULL,
    cashier_id       uuid NOT NULL,
    requested_at     timestamptz NOT NULL,
    resident_id      uuid,           -- unknown when the code was not good
    decline          text,
    hold_id          uuid,
    hold_expires_at  timestamptz,
    captured_points  bigint,
    transaction_id   uuid,
    closed_at        timestamptz,    -- when it was captured or cancelled
    CONSTRAINT pk_merchants_payments PRIMARY KEY (book_id, id),
    CONSTRAINT uq_merchants_payments_book_id_shop_id_out_trade_no UNIQUE (book_id, shop_id, out_trade_no),
    CONSTRAINT uq_merchants_payments_book_id_hold_id UNIQUE (book_id, hold_id),
    CONSTRAINT fk_merchants_payments_book_id_shop_id
        FOREIGN KEY (book_id, shop_id) REFERENCES merchants_shops (book_id, id),
    CONSTRAINT fk_merchants_payments_book_id_hold_id
        FOREIGN KEY (book_id, hold_id) REFERENCES points_holds (book_id, id),
    CONSTRAINT fk_merchants_payments_book_id_transaction_id
        FOREIGN KEY (book_id, transaction_id) REFERENCES points_transactions (book_id, id),
    CONSTRAINT ck_merchants_payments_out_trade_no CHECK (char_length(out_trade_no) BETWEEN 1 AND 64),
    CONSTRAINT ck_merchants_payments_points CHECK (points BETWEEN 1 AND 1000000000),
    CONSTRAINT ck_merchants_payments_captured CHECK (captured_points BETWEEN 1 AND points),
    -- "requested" never outlives the transaction that writes it: the claim on the out_trade_no, before it is decided.
    CONSTRAINT ck_merchants_payments_state CHECK (CASE state
        WHEN 'requested' THEN num_nonnulls(decline, hold_id, hold_expires_at, captured_points, transaction_id, closed_at) = 0
        WHEN 'declined' THEN decline IS NOT NULL
                             AND num_nonnulls(hold_id, hold_expires_at, captured_points, transaction_id, closed_at) = 0
        WHEN 'authorised' THEN num_nulls(resident_id, hold_id, hold_expires_at) = 0
                               AND num_nonnulls(decline, captured_points, transaction_id, closed_at) = 0
        WHEN 'captured' THEN num_nulls(resident_id, hold_id, hold_expires_at, captured_points, transaction_id, closed_at) = 0
                             AND decline IS NULL
        WHEN 'cancelled' THEN num_nulls(resident_id, hold_id, hold_expires_at, closed_at) = 0
                              AND num_nonnulls(decline, captured_points, transaction_id) = 0
        ELSE false END)
);
CREATE INDEX ix_merchants_payments_book_id_shop_id_id ON merchants_payments (book_id, shop_id, id); -- a shop's payments, newest first
GRANT SELECT, INSERT ON merchants_payments TO linli_app;
GRANT UPDATE (state, resident_id, decline, hold_id, hold_expires_at, captured_points, transaction_id, closed_at)
    ON merchants_payments TO linli_app;

-- One row for each out_refund_no of a shop, for ever.
CREATE TABLE merchants_refunds (
    book_id         integer NOT NULL,
    id              uuid NOT NULL,
    shop_id         uuid NOT NULL,
    out_refund_no   text NOT NULL,
    payment_id      uuid NOT NULL,
    points          bigint NOT NULL,
    state           text NOT NULL,
    cashier_id      uuid NOT NULL,
    requested_at    timestamptz NOT NULL,
    decline         text,
    transaction_id  uuid,
    CONSTRAINT pk_merchants_refunds PRIMARY KEY (book_id, id),
    CONSTRAINT uq_merchants_refunds_book_id_shop_id_out_refund_no UNIQUE (book_id, shop_id, out_refund_no),
    CONSTRAINT fk_merchants_refunds_book_id_payment_id
        FOREIGN KEY (book_id, payment_id) REFERENCES merchants_payments (book_id, id),
    CONSTRAINT fk_merchants_refunds_book_id_transaction_id
        FOREIGN KEY (book_id, transaction_id) REFERENCES points_transactions (book_id, id),
    CONSTRAINT ck_merchants_refunds_out_refund_no CHECK (char_length(out_refund_no) BETWEEN 1 AND 64),
    CONSTRAINT ck_merchants_refunds_points CHECK (points BETWEEN 1 AND 1000000000),
    CONSTRAINT ck_merchants_refunds_state CHECK (CASE state
        WHEN 'requested' THEN num_nonnulls(decline, transaction_id) = 0
        WHEN 'declined' THEN decline IS NOT NULL AND transaction_id IS NULL
        WHEN 'refunded' THEN decline IS NULL AND transaction_id IS NOT NULL
        ELSE false END)
);
CREATE INDEX ix_merchants_refunds_book_id_payment_id ON merchants_refunds (book_id, payment_id); -- what of a payment was given back
GRANT SELECT, INSERT ON merchants_refunds TO linli_app;
GRANT UPDATE (state, decline, transaction_id) ON merchants_refunds TO linli_app;
