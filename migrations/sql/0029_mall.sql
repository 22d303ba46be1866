-- Points for payments in the mall. What WeChat Pay tells belongs to a book only when its shop is known.

CREATE TABLE mall_shops (
    book_id      integer NOT NULL,
    id           uuid NOT NULL,
    book         text NOT NULL,   -- its code
    shop_number  text NOT NULL,
    shop_id      uuid NOT NULL,
    shop_name    text NOT NULL,
    rule         text NOT NULL,
    return_days  smallint NOT NULL,
    opened_by    uuid NOT NULL,
    opened_at    timestamptz NOT NULL,
    closed_by    uuid,
    closed_at    timestamptz,
    CONSTRAINT pk_mall_shops PRIMARY KEY (book_id, id),
    CONSTRAINT fk_mall_shops_shop FOREIGN KEY (book_id, shop_id) REFERENCES merchants_shops (book_id, id),
    CONSTRAINT fk_mall_shops_rule FOREIGN KEY (book_id, rule) REFERENCES points_award_rules (book_id, code),
    CONSTRAINT ck_mall_shops_return_days CHECK (return_days BETWEEN 0 AND 60),
    CONSTRAINT ck_mall_shops_shop_number CHECK (char_length(shop_number) BETWEEN 1 AND 64),
    CONSTRAINT ck_mall_shops_closed CHECK ((closed_at IS NULL) = (closed_by IS NULL))
);
CREATE UNIQUE INDEX uq_mall_shops_shop_number ON mall_shops (shop_number) WHERE closed_at IS NULL;
GRANT SELECT, INSERT ON mall_shops TO linli_app;
GRANT UPDATE (closed_by, closed_at) ON mall_shops TO linli_app;

CREATE TABLE mall_callbacks (
    id           text NOT NULL,
    event        text NOT NULL,
    received_at  timestamptz NOT NULL,
    CONSTRAINT pk_mall_callbacks PRIMARY KEY (id)
);
CREATE INDEX ix_mall_callbacks_received_at ON mall_callbacks (received_at);
GRANT SELECT, INSERT, DELETE ON mall_callbacks TO linli_app;

CREATE TABLE mall_consents (
    appid         text NOT NULL,
    openid_index  bytea NOT NULL,
    given_at      timestamptz NOT NULL,
    CONSTRAINT pk_mall_consents PRIMARY KEY (appid, openid_index)
);
GRANT SELECT, INSERT, DELETE ON mall_consents TO linli_app;

CREATE TABLE mall_earns (
    id               uuid NOT NULL,
    transaction_id   text NOT NULL,
    shop_number      text NOT NULL,
    appid            text NOT NULL,
    openid_index     bytea NOT NULL,
    openid_sealed    bytea NOT NULL,
    amount_fen       bigint NOT NULL,
    refunded_fen     bigint NOT NULL DEFAULT 0,
    paid_at          timestamptz NOT NULL,
    received_at      timestamptz NOT NULL,
    state            text NOT NULL,
    reason           text,
    look_at          timestamptz,
    parked_until     timestamptz NOT NULL,
    owner_book_id    integer,                -- known when the shop is
    book             text,                   -- its code
    shop_id          uuid,
    rule             text,
    title            text,
    resident_id      uuid,
    due_at           timestamptz,
    points           bigint NOT NULL DEFAULT 0, -- foreseen while pending, then paid
    award_id         uuid,
    corrections      smallint NOT NULL DEFAULT 0,
    report           text NOT NULL DEFAULT 'none',
    report_earns     boolean NOT NULL DEFAULT false,
    report_points    bigint NOT NULL DEFAULT 0,
    report_attempts  smallint NOT NULL DEFAULT 0,
    report_due_at    timestamptz,
    CONSTRAINT pk_mall_earns PRIMARY KEY (id),
    CONSTRAINT uq_mall_earns_transaction_id UNIQUE (transaction_id), -- one payment earns once, however often it is told
    CONSTRAINT fk_mall_earns_shop FOREIGN KEY (owner_book_id, shop_id) REFERENCES merchants_shops (book_id, id),
    CONSTRAINT ck_mall_earns_state CHECK (state IN ('parked', 'pending', 'awarded', 'refunded', 'review', 'refused')),
    CONSTRAINT ck_mall_earns_amount CHECK (amount_fen BETWEEN 1 AND 1000000000000),
    CONSTRAINT ck_mall_earns_refunded CHECK (refunded_fen BETWEEN 0 AND amount_fen),
    CONSTRAINT ck_mall_earns_looked_at CHECK ((look_at IS NOT NULL) = (state IN ('parked', 'pending'))),
    CONSTRAINT ck_mall_earns_pending CHECK (state NOT IN ('pending', 'awarded')
        OR (owner_book_id IS NOT NULL AND resident_id IS NOT NULL AND rule IS NOT NULL AND due_at IS NOT NULL)),
    CONSTRAINT ck_mall_earns_review CHECK (state <> 'review' OR reason IS NOT NULL),
    CONSTRAINT ck_mall_earns_report CHECK (report IN ('none', 'queued', 'sent', 'failed')),
    CONSTRAINT ck_mall_earns_report_due CHECK ((report_due_at IS NOT NULL) = (report = 'queued'))
);
CREATE INDEX ix_mall_earns_look_at ON mall_earns (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX ix_mall_earns_report_due ON mall_earns (report_due_at) WHERE report_due_at IS NOT NULL;
CREATE INDEX ix_mall_earns_book ON mall_earns (owner_book_id, id);
CREATE INDEX ix_mall_earns_resident ON mall_earns (owner_book_id, resident_id, id);
CREATE INDEX ix_mall_earns_shop_unknown ON mall_earns (shop_number) WHERE state = 'review' AND owner_book_id IS NULL;
GRANT SELECT, INSERT ON mall_earns TO linli_app;
GRANT UPDATE (refunded_fen, state, reason, look_at, parked_until, owner_book_id, book, shop_id, rule, title, resident_id, due_at,
              points, award_id, corrections, report, report_earns, report_points, report_attempts, report_due_at)
    ON mall_earns TO linli_app;

CREATE TABLE mall_refunds (
    refund_id       text NOT NULL,
    transaction_id  text NOT NULL,
    refund_fen      bigint NOT NULL,
    refunded_at     timestamptz NOT NULL,
    received_at     timestamptz NOT NULL,
    state           text NOT NULL,
    reason          text,
    look_at         timestamptz,
    CONSTRAINT pk_mall_refunds PRIMARY KEY (refund_id),
    CONSTRAINT ck_mall_refunds_state CHECK (state IN ('open', 'taken', 'review')),
    CONSTRAINT ck_mall_refunds_looked_at CHECK ((look_at IS NOT NULL) = (state = 'open')),
    CONSTRAINT ck_mall_refunds_amount CHECK (refund_fen BETWEEN 1 AND 1000000000000)
);
CREATE INDEX ix_mall_refunds_look_at ON mall_refunds (look_at) WHERE look_at IS NOT NULL;
GRANT SELECT, INSERT ON mall_refunds TO linli_app;
GRANT UPDATE (state, reason, look_at) ON mall_refunds TO linli_app;
