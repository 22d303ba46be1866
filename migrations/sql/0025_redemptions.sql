-- One row for each out_trade_no of a branch, for ever and over all books: what was asked under it and what became of it.
-- The book is known when the code is: a number under which a wrong code was shown, and one that was reversed before it
-- was asked for, have none. So the key has no book in it.
CREATE TABLE merchants_redemptions (
    id               uuid NOT NULL,
    branch_id        uuid NOT NULL,
    out_trade_no     text NOT NULL,
    mode             text NOT NULL,
    state            text NOT NULL,
    request_hash     bytea,           -- fingerprint of what was asked; null: taken over from the table of payments
    code_hash        bytea,           -- of the code or order QR that was used up
    book_id          integer,
    resident_id      uuid,            -- owner of the passbook
    person_id        uuid,            -- the account that showed the code or confirmed
    device_id        uuid,
    terminal_id      uuid,
    cashier_id       uuid,
    takes_at_once    boolean NOT NULL,
    order_fen        bigint,          -- null: a cashier of a shop without an offer, who names points only
    asked_points     bigint,
    max_points       bigint,
    offer_id         uuid,
    points           bigint,          -- to be held, held or taken
    discount_fen     bigint,          -- what they take off the bill
    hold_id          uuid,
    expires_at       timestamptz,     -- until when it may be confirmed; of held points: until when they are held
    captured_points  bigint,
    transaction_id   uuid,
    refunded_points  bigint NOT NULL DEFAULT 0,
    reversal_id      uuid,            -- the refund by which a captured one was reversed on its day
    match_code       text,            -- the four digits on both screens
    outcome          text,            -- what the check against fraud said
    decision_id      uuid,
    decline          text,
    decline_detail   jsonb,
    requested_at     timestamptz NOT NULL,
    closed_at        timestamptz,     -- captured, reversed, expired
    CONSTRAINT pk_merchants_redemptions PRIMARY KEY (id),
    CONSTRAINT uq_merchants_redemptions_branch_id_out_trade_no UNIQUE (branch_id, out_trade_no),
    -- a code pays once, also when the cache that gave it out was lost or restored
    CONSTRAINT uq_merchants_redemptions_code_hash UNIQUE (code_hash),
    CONSTRAINT fk_merchants_redemptions_branch_id FOREIGN KEY (branch_id) REFERENCES merchants_branches (id),
    CONSTRAINT fk_merchants_redemptions_terminal_id FOREIGN KEY (terminal_id) REFERENCES merchants_terminals (id),
    CONSTRAINT fk_merchants_redemptions_book_id_branch_id
        FOREIGN KEY (book_id, branch_id) REFERENCES merchants_shops (book_id, id),
    CONSTRAINT fk_merchants_redemptions_book_id_offer_id
        FOREIGN KEY (book_id, offer_id) REFERENCES merchants_offers (book_id, id),
    CONSTRAINT fk_merchants_redemptions_book_id_hold_id
        FOREIGN KEY (book_id, hold_id) REFERENCES points_holds (book_id, id),
    CONSTRAINT fk_merchants_redemptions_book_id_transaction_id
        FOREIGN KEY (book_id, transaction_id) REFERENCES points_transactions (book_id, id),
    CONSTRAINT fk_merchants_redemptions_book_id_reversal_id
        FOREIGN KEY (book_id, reversal_id) REFERENCES points_transactions (book_id, id),
    -- 64 from a till; one that two books had given for one branch was made two when they were taken over
    CONSTRAINT ck_merchants_redemptions_out_trade_no CHECK (char_length(out_trade_no) BETWEEN 1 AND 80),
    CONSTRAINT ck_merchants_redemptions_mode CHECK (mode IN ('code', 'cashier', 'shop_code', 'order_code')),
    CONSTRAINT ck_merchants_redemptions_hashes CHECK (octet_length(request_hash) = 32 AND octet_length(code_hash) = 32),
    CONSTRAINT ck_merchants_redemptions_order CHECK (order_fen BETWEEN 1 AND 1000000000000 AND discount_fen BETWEEN 0 AND order_fen),
    CONSTRAINT ck_merchants_redemptions_points CHECK (points BETWEEN 1 AND 1000000000),
    CONSTRAINT ck_merchants_redemptions_captured CHECK (captured_points BETWEEN 1 AND points),
    CONSTRAINT ck_merchants_redemptions_refunded CHECK (refunded_points BETWEEN 0 AND coalesce(captured_points, 0)),
    CONSTRAINT ck_merchants_redemptions_match_code CHECK (match_code ~ '^[0-9]{4}$'),
    -- "requested" never outlives the transaction that writes it: the claim on the out_trade_no, before it is decided.
    CONSTRAINT ck_merchants_redemptions_state CHECK (CASE state
        WHEN 'requested' THEN num_nonnulls(points, decline, hold_id, expires_at, captured_points, transaction_id, reversal_id, closed_at) = 0
        WHEN 'declined' THEN decline IS NOT NULL AND num_nonnulls(hold_id, captured_points, transaction_id, reversal_id) = 0
        WHEN 'tombstone' THEN closed_at IS NOT NULL
            AND num_nonnulls(book_id, resident_id, points, decline, hold_id, expires_at, captured_points, transaction_id, reversal_id) = 0
        WHEN 'ordered' THEN num_nulls(code_hash, order_fen, expires_at) = 0 AND mode = 'order_code'
            AND num_nonnulls(resident_id, points, decline, hold_id, captured_points, transaction_id, reversal_id, closed_at) = 0
        WHEN 'pending_confirm' THEN num_nulls(book_id, resident_id, points, expires_at) = 0
            AND num_nonnulls(decline, hold_id, captured_points, transaction_id, reversal_id, closed_at) = 0
        WHEN 'held' THEN num_nulls(book_id, resident_id, points, hold_id, expires_at) = 0
            AND num_nonnulls(decline, captured_points, transaction_id, reversal_id, closed_at) = 0
        WHEN 'captured' THEN num_nulls(book_id, resident_id, points, captured_points, transaction_id, closed_at) = 0
            AND num_nonnulls(decline, reversal_id) = 0
        WHEN 'reversed' THEN closed_at IS NOT NULL AND decline IS NULL AND (transaction_id IS NULL) = (captured_points IS NULL)
            AND refunded_points = coalesce(captured_points, 0)
        WHEN 'expired' THEN num_nulls(expires_at, closed_at) = 0 AND num_nonnulls(decline, captured_points, transaction_id, reversal_id) = 0
        ELSE false END)
);
CREATE INDEX ix_merchants_redemptions_branch_id_requested_at_id ON merchants_redemptions (branch_id, requested_at, id); -- a shop's, and its day
CREATE INDEX ix_merchants_redemptions_resident_requested_at
    ON merchants_redemptions (book_id, resident_id, requested_at, id); -- a resident's, and his day
CREATE INDEX ix_merchants_redemptions_book_id_requested_at_id ON merchants_redemptions (book_id, requested_at, id); -- the auditor's list
CREATE INDEX ix_merchants_redemptions_due ON merchants_redemptions (expires_at)
    WHERE state IN ('ordered', 'pending_confirm', 'held'); -- the sweeper's
GRANT SELECT, INSERT ON merchants_redemptions TO linli_app;
GRANT UPDATE (state, code_hash, book_id, resident_id, person_id, device_id, offer_id, points, discount_fen, hold_id, expires_at, captured_points,
              transaction_id, refunded_points, reversal_id, match_code, outcome, decision_id, decline, decline_detail, closed_at)
    ON merchants_redemptions TO linli_app;

-- The payments of before. Their codes were fingerprinted with the book and are long over, so none is carried over. A number
-- that several books had for one branch stays with the first; the others' is marked with the book.
INSERT INTO merchants_redemptions (id, branch_id, out_trade_no, mode, state, book_id, resident_id, cashier_id, takes_at_once, asked_points,
    points, hold_id, expires_at, captured_points, transaction_id, refunded_points, decline, requested_at, closed_at)
SELECT p.id, p.shop_id,
       CASE WHEN row_number() OVER (PARTITION BY p.shop_id, p.out_trade_no ORDER BY p.requested_at, p.book_id) = 1
            THEN p.out_trade_no ELSE p.out_trade_no || '*' || p.book_id END,
       'cashier',
       CASE p.state WHEN 'authorised' THEN 'held' WHEN 'cancelled' THEN 'reversed' ELSE p.state END,
       p.book_id, p.resident_id, p.cashier_id, false, p.points,
       CASE WHEN p.state <> 'declined' THEN p.points END, p.hold_id, p.hold_expires_at, p.captured_points, p.transaction_id,
       coalesce(r.points, 0), p.decline, p.requested_at, p.closed_at
  FROM merchants_payments p
  LEFT JOIN (SELECT f.book_id, f.payment_id, sum(f.points)::bigint AS points FROM merchants_refunds f
              WHERE f.state = 'refunded' GROUP BY 1, 2) r ON r.book_id = p.book_id AND r.payment_id = p.id;

-- Refunds follow. Their numbers are each branch's own over all books, as those of redemptions are.
ALTER TABLE merchants_refunds DROP CONSTRAINT fk_merchants_refunds_book_id_payment_id;
ALTER TABLE merchants_refunds DROP CONSTRAINT uq_merchants_refunds_book_id_shop_id_out_refund_no;
ALTER TABLE merchants_refunds DROP CONSTRAINT ck_merchants_refunds_out_refund_no;
DROP INDEX ix_merchants_refunds_book_id_payment_id;
ALTER TABLE merchants_refunds RENAME COLUMN payment_id TO redemption_id;
ALTER TABLE merchants_refunds RENAME COLUMN shop_id TO branch_id;
ALTER TABLE merchants_refunds RENAME COLUMN cashier_id TO asked_by;
ALTER TABLE merchants_refunds ADD COLUMN needs_care boolean NOT NULL DEFAULT false; -- whoever is paid back has closed his account
UPDATE merchants_refunds f SET out_refund_no = f.out_refund_no || '*' || f.book_id
 WHERE EXISTS (SELECT 1 FROM merchants_refunds x WHERE x.branch_id = f.branch_id AND x.out_refund_no = f.out_refund_no AND x.book_id < f.book_id);
ALTER TABLE merchants_refunds ADD CONSTRAINT ck_merchants_refunds_out_refund_no CHECK (char_length(out_refund_no) BETWEEN 1 AND 80);
ALTER TABLE merchants_refunds ADD CONSTRAINT uq_merchants_refunds_branch_id_out_refund_no UNIQUE (branch_id, out_refund_no);
ALTER TABLE merchants_refunds ADD CONSTRAINT fk_merchants_refunds_redemption_id FOREIGN KEY (redemption_id) REFERENCES merchants_redemptions (id);
CREATE INDEX ix_merchants_refunds_redemption_id_id ON merchants_refunds (redemption_id, id); -- what of a redemption was given back
CREATE INDEX ix_merchants_refunds_needs_care ON merchants_refunds (book_id, id) WHERE needs_care; -- the treasurer's list
GRANT UPDATE (needs_care) ON merchants_refunds TO linli_app;

DROP TABLE merchants_payments;
DROP TABLE merchants_codes;

-- What a shop's posted code says: a short name that is the branch's until another takes its place. The newest is good.
CREATE TABLE merchants_signs (
    short      text NOT NULL,
    branch_id  uuid NOT NULL,
    book_id    integer NOT NULL,
    posted_by  uuid NOT NULL,
    posted_at  timestamptz NOT NULL,
    ended_at   timestamptz,
    CONSTRAINT pk_merchants_signs PRIMARY KEY (short),
    CONSTRAINT fk_merchants_signs_book_id_branch_id FOREIGN KEY (book_id, branch_id) REFERENCES merchants_shops (book_id, id),
    CONSTRAINT ck_merchants_signs_short CHECK (char_length(short) = 10),
    CONSTRAINT ck_merchants_signs_ended CHECK (ended_at >= posted_at)
);
CREATE UNIQUE INDEX uq_merchants_signs_current ON merchants_signs (book_id, branch_id) WHERE ended_at IS NULL; -- one hangs at a time
GRANT SELECT, INSERT ON merchants_signs TO linli_app;
GRANT UPDATE (ended_at) ON merchants_signs TO linli_app;
