-- Settling in money. A statement's lines are the ledger's own; what is paid for it is what they come to, more what earlier
-- statements kept back and is free now, less what this one keeps back. Nothing of it is ever lost: see docs/settlement.md.

-- What a shop is owed more or less for a reason that is no redemption: against the book's own result, or a sponsor's money.
INSERT INTO points_code_legs (code, kind, sign)
SELECT 'adjustment', kind, sign FROM unnest(ARRAY['merchant_payable', 'sponsor_funding', 'breakage_result']) kind, unnest(ARRAY[-1, 1]) sign;
ALTER TABLE points_proposals DROP CONSTRAINT ck_points_proposals_kind;
ALTER TABLE points_proposals ADD CONSTRAINT ck_points_proposals_kind
    CHECK (kind IN ('mint', 'rule', 'undo', 'transfer', 'clearing', 'adjustment'));

-- When shops are paid, and what of a new shop's money is kept back for a while: the book's (shop_id is null), or one
-- shop's. Rows never change; the newest is in force.
CREATE TABLE merchants_payout_terms (
    book_id          integer NOT NULL REFERENCES points_books (id),
    id               uuid NOT NULL,
    shop_id          uuid,
    payout_days      smallint NOT NULL, -- after the last day of a statement
    new_shop_days    smallint NOT NULL, -- so long after it opened a shop is new
    new_payout_days  smallint NOT NULL,
    reserve_percent  smallint NOT NULL, -- of what a new shop earns
    reserve_days     smallint NOT NULL, -- so long after the statement it is kept
    made_by          uuid NOT NULL,
    made_at          timestamptz NOT NULL,
    CONSTRAINT pk_merchants_payout_terms PRIMARY KEY (book_id, id),
    CONSTRAINT fk_merchants_payout_terms_book_id_shop_id FOREIGN KEY (book_id, shop_id) REFERENCES merchants_shops (book_id, id),
    CONSTRAINT ck_merchants_payout_terms_days CHECK (payout_days BETWEEN 0 AND 60 AND new_payout_days BETWEEN 0 AND 60
        AND new_shop_days BETWEEN 0 AND 730 AND reserve_days BETWEEN 1 AND 365),
    CONSTRAINT ck_merchants_payout_terms_reserve CHECK (reserve_percent BETWEEN 0 AND 50)
);
CREATE INDEX ix_merchants_payout_terms_book_id_shop_id_id ON merchants_payout_terms (book_id, shop_id, id); -- those in force
GRANT SELECT, INSERT ON merchants_payout_terms TO linli_app;

-- A file for the bank. It is written again from its lines, and its bytes are those of `digest`.
CREATE TABLE merchants_payouts (
    book_id     integer NOT NULL REFERENCES points_books (id),
    id          uuid NOT NULL,
    number      integer NOT NULL,
    line_count  integer NOT NULL,
    fen         bigint NOT NULL,
    digest      bytea NOT NULL,
    made_by     uuid NOT NULL,
    made_at     timestamptz NOT NULL,
    CONSTRAINT pk_merchants_payouts PRIMARY KEY (book_id, id),
    CONSTRAINT uq_merchants_payouts_book_id_number UNIQUE (book_id, number),
    CONSTRAINT ck_merchants_payouts_whole CHECK (number > 0 AND line_count > 0 AND fen > 0 AND octet_length(digest) = 32)
);
GRANT SELECT, INSERT ON merchants_payouts TO linli_app;

ALTER TABLE merchants_settlements
    ADD COLUMN released_fen   bigint NOT NULL DEFAULT 0, -- kept back by earlier statements, paid with this one
    ADD COLUMN reserve_fen    bigint NOT NULL DEFAULT 0, -- kept back of this one, because the shop is new
    ADD COLUMN disputed_fen   bigint NOT NULL DEFAULT 0, -- kept back of this one, because lines of it are disputed
    ADD COLUMN payable_fen    bigint NOT NULL DEFAULT 0,
    ADD COLUMN payable_on     date,                      -- not paid before
    ADD COLUMN reserve_until  date,
    ADD COLUMN reserve_into   uuid,                      -- the statement that pays the reserve
    ADD COLUMN digest         bytea,                     -- of the lines; null: stated before digests were kept
    ADD COLUMN checked_by     uuid,
    ADD COLUMN checked_at     timestamptz,
    ADD COLUMN approved_by    uuid,
    ADD COLUMN approved_at    timestamptz,
    ADD COLUMN payout_id      uuid,                      -- the file it is in, or was paid with
    ADD COLUMN failure        text,                      -- what the bank said last
    ADD COLUMN failed_at      timestamptz;
UPDATE merchants_settlements SET payable_fen = fen, payable_on = through + 1, checked_by = stated_by, checked_at = stated_at;
ALTER TABLE merchants_settlements
    ALTER COLUMN payable_on SET NOT NULL,
    DROP CONSTRAINT ck_merchants_settlements_fen,
    DROP CONSTRAINT ck_merchants_settlements_state,
    ADD CONSTRAINT fk_merchants_settlements_book_id_payout_id FOREIGN KEY (book_id, payout_id) REFERENCES merchants_payouts (book_id, id),
    ADD CONSTRAINT fk_merchants_settlements_book_id_reserve_into FOREIGN KEY (book_id, reserve_into) REFERENCES merchants_settlements (book_id, id),
    ADD CONSTRAINT ck_merchants_settlements_fen CHECK (least(payable_fen, released_fen, reserve_fen, disputed_fen) >= 0
        AND payable_fen = fen + released_fen - reserve_fen - disputed_fen), -- a shop that owes is carried over, never stated
    ADD CONSTRAINT ck_merchants_settlements_reserve CHECK ((reserve_fen = 0 OR reserve_until IS NOT NULL) AND (reserve_into IS NULL OR reserve_fen > 0)
        AND reserve_into <> id),
    ADD CONSTRAINT ck_merchants_settlements_digest CHECK (octet_length(digest) = 32),
    ADD CONSTRAINT ck_merchants_settlements_failure CHECK (num_nulls(failure, failed_at) IN (0, 2) AND char_length(failure) BETWEEN 1 AND 200),
    ADD CONSTRAINT ck_merchants_settlements_others CHECK (approved_by <> checked_by), -- two people, whoever asks the database
    ADD CONSTRAINT ck_merchants_settlements_signed CHECK (num_nulls(checked_by, checked_at) IN (0, 2) AND num_nulls(approved_by, approved_at) IN (0, 2)),
    ADD CONSTRAINT ck_merchants_settlements_state CHECK (CASE state
        WHEN 'stated' THEN num_nonnulls(approved_by, payout_id, bank_reference, paid_by, paid_at, transaction_id) = 0
        WHEN 'approved' THEN num_nulls(checked_by, approved_by) = 0 AND num_nonnulls(payout_id, bank_reference, paid_by, paid_at, transaction_id) = 0
        WHEN 'sent' THEN num_nulls(checked_by, approved_by, payout_id) = 0 AND num_nonnulls(bank_reference, paid_by, paid_at, transaction_id) = 0
        WHEN 'paid' THEN num_nulls(bank_reference, paid_by, paid_at, transaction_id) = 0 AND (digest IS NULL OR num_nulls(checked_by, approved_by) = 0)
        ELSE false END);
CREATE INDEX ix_merchants_settlements_shop_id_id ON merchants_settlements (shop_id, id); -- a shop's own, over all books
CREATE INDEX ix_merchants_settlements_due ON merchants_settlements (book_id, payable_on, id) WHERE state = 'approved'; -- the next file
CREATE INDEX ix_merchants_settlements_reserves ON merchants_settlements (book_id, shop_id) WHERE reserve_fen > 0 AND reserve_into IS NULL;
GRANT UPDATE (released_fen, reserve_fen, disputed_fen, payable_fen, payable_on, reserve_until, reserve_into, digest, checked_by, checked_at, approved_by, approved_at,
              payout_id, failure, failed_at) ON merchants_settlements TO linli_app;

-- What the shop took off the bill for the points of a line; null where nobody said (points without a bill, adjustments).
ALTER TABLE merchants_settlement_lines ADD COLUMN discount_fen bigint;
CREATE INDEX ix_merchants_redemptions_transaction ON merchants_redemptions (book_id, transaction_id) WHERE transaction_id IS NOT NULL; -- a line's bill
CREATE INDEX ix_merchants_redemptions_reversal ON merchants_redemptions (book_id, reversal_id) WHERE reversal_id IS NOT NULL;
CREATE INDEX ix_merchants_refunds_transaction ON merchants_refunds (book_id, transaction_id) WHERE transaction_id IS NOT NULL;

-- One statement in one file: to whom, how much, and what the bank said.
CREATE TABLE merchants_payout_lines (
    book_id          integer NOT NULL,
    payout_id        uuid NOT NULL,
    position         integer NOT NULL,
    settlement_id    uuid NOT NULL,
    shop_id          uuid NOT NULL,
    merchant_id      uuid NOT NULL,
    bank_account_id  uuid NOT NULL,
    fen              bigint NOT NULL,
    state            text NOT NULL,
    bank_reference   text,
    reason           text,
    decided_by       uuid,
    decided_at       timestamptz,
    CONSTRAINT pk_merchants_payout_lines PRIMARY KEY (book_id, payout_id, position),
    CONSTRAINT fk_merchants_payout_lines_book_id_payout_id FOREIGN KEY (book_id, payout_id) REFERENCES merchants_payouts (book_id, id),
    CONSTRAINT fk_merchants_payout_lines_book_id_settlement_id FOREIGN KEY (book_id, settlement_id) REFERENCES merchants_settlements (book_id, id),
    CONSTRAINT fk_merchants_payout_lines_bank_account
        FOREIGN KEY (merchant_id, bank_account_id) REFERENCES merchants_bank_accounts (merchant_id, id),
    CONSTRAINT ck_merchants_payout_lines_amount CHECK (fen > 0 AND position > 0),
    CONSTRAINT ck_merchants_payout_lines_texts CHECK (char_length(bank_reference) BETWEEN 1 AND 100 AND char_length(reason) BETWEEN 1 AND 200),
    CONSTRAINT ck_merchants_payout_lines_state CHECK (CASE state
        WHEN 'sent' THEN num_nonnulls(bank_reference, reason, decided_by, decided_at) = 0
        WHEN 'paid' THEN num_nulls(bank_reference, decided_by, decided_at) = 0 AND reason IS NULL
        WHEN 'failed' THEN num_nulls(reason, decided_by, decided_at) = 0
        ELSE false END)
);
-- a statement is in one file at a time, and paid with one: two files made at once cannot both have it
CREATE UNIQUE INDEX uq_merchants_payout_lines_settlement ON merchants_payout_lines (book_id, settlement_id) WHERE state <> 'failed';
GRANT SELECT, INSERT ON merchants_payout_lines TO linli_app;
GRANT UPDATE (state, bank_reference, reason, decided_by, decided_at) ON merchants_payout_lines TO linli_app;

-- A line that somebody doubts is kept back. Whoever closes it is another person; then its money goes into the next statement,
-- where what was given back to the resident stands as well.
CREATE TABLE merchants_disputes (
    book_id         integer NOT NULL,
    id              uuid NOT NULL,
    shop_id         uuid NOT NULL,
    settlement_id   uuid NOT NULL,
    transaction_id  uuid NOT NULL,
    fen             bigint NOT NULL, -- kept back
    reason          text NOT NULL,
    state           text NOT NULL,
    opened_by       uuid NOT NULL,
    opened_at       timestamptz NOT NULL,
    closed_by       uuid,
    closed_at       timestamptz,
    closed_why      text,
    released_into   uuid,            -- the statement that pays it
    CONSTRAINT pk_merchants_disputes PRIMARY KEY (book_id, id),
    CONSTRAINT uq_merchants_disputes_book_id_transaction_id UNIQUE (book_id, transaction_id), -- a line is disputed once
    CONSTRAINT fk_merchants_disputes_book_id_settlement_id FOREIGN KEY (book_id, settlement_id) REFERENCES merchants_settlements (book_id, id),
    CONSTRAINT fk_merchants_disputes_book_id_transaction_id FOREIGN KEY (book_id, transaction_id) REFERENCES merchants_settlement_lines (book_id, transaction_id),
    CONSTRAINT fk_merchants_disputes_book_id_released_into FOREIGN KEY (book_id, released_into) REFERENCES merchants_settlements (book_id, id),
    CONSTRAINT ck_merchants_disputes_fen CHECK (fen > 0),
    CONSTRAINT ck_merchants_disputes_texts CHECK (char_length(reason) BETWEEN 1 AND 200 AND char_length(closed_why) BETWEEN 1 AND 200),
    CONSTRAINT ck_merchants_disputes_others CHECK (closed_by <> opened_by),
    CONSTRAINT ck_merchants_disputes_state CHECK (CASE state
        WHEN 'open' THEN num_nonnulls(closed_by, closed_at, closed_why, released_into) = 0
        WHEN 'for_shop' THEN num_nulls(closed_by, closed_at, closed_why) = 0
        WHEN 'for_resident' THEN num_nulls(closed_by, closed_at, closed_why) = 0
        ELSE false END)
);
CREATE INDEX ix_merchants_disputes_book_id_state_id ON merchants_disputes (book_id, state, id); -- those that wait
CREATE INDEX ix_merchants_disputes_settlement ON merchants_disputes (book_id, settlement_id, id); -- a statement's
CREATE INDEX ix_merchants_disputes_free ON merchants_disputes (book_id, shop_id) WHERE state <> 'open' AND released_into IS NULL; -- the next statement's
GRANT SELECT, INSERT ON merchants_disputes TO linli_app;
GRANT UPDATE (state, closed_by, closed_at, closed_why, released_into) ON merchants_disputes TO linli_app;

-- Where the nightly comparison of statements and ledger did not come out even.
CREATE TABLE merchants_settlement_findings (
    book_id       integer NOT NULL REFERENCES points_books (id),
    id            uuid NOT NULL,
    shop_id       uuid NOT NULL,
    checked_on    date NOT NULL,
    ledger_fen    bigint NOT NULL, -- owed to the shop by the ledger
    unstated_fen  bigint NOT NULL, -- of it in no statement yet
    unpaid_fen    bigint NOT NULL, -- stated and not paid
    reserve_fen   bigint NOT NULL,
    disputed_fen  bigint NOT NULL,
    wrong_lines   integer NOT NULL, -- that say something else than the ledger
    wrong_totals  integer NOT NULL, -- statements that are not the sum of their lines
    found_at      timestamptz NOT NULL,
    CONSTRAINT pk_merchants_settlement_findings PRIMARY KEY (book_id, id),
    CONSTRAINT uq_merchants_settlement_findings_book_id_shop_id_checked_on UNIQUE (book_id, shop_id, checked_on)
);
GRANT SELECT, INSERT ON merchants_settlement_findings TO linli_app;
