-- What a resident says against a redemption, and what keeps a line of a statement back: a dispute of the desk, a complaint, a case
-- of anti-fraud, or that nobody of the shop saw the redemption. Each line is in one statement still; nothing of it is ever lost.

CREATE TABLE merchants_complaints (
    book_id         integer NOT NULL REFERENCES points_books (id),
    id              uuid NOT NULL,
    redemption_id   uuid NOT NULL REFERENCES merchants_redemptions (id),
    shop_id         uuid NOT NULL,
    transaction_id  uuid NOT NULL, -- which took the points
    resident_id     uuid NOT NULL,
    kind            text NOT NULL,
    text            text NOT NULL,
    state           text NOT NULL,
    due_at          timestamptz NOT NULL, -- who is asked now answers before; then the default counts
    opened_by       uuid NOT NULL,
    opened_at       timestamptz NOT NULL,
    answer          text,          -- the shop's
    answered_by     uuid,
    answered_at     timestamptz,
    points          bigint,        -- to be given back, or given back
    proposed_by     uuid,          -- the first of two who give points back
    proposed_at     timestamptz,
    decided_by      uuid,
    decided_at      timestamptz,
    decided_why     text,
    refund_id       uuid,
    CONSTRAINT pk_merchants_complaints PRIMARY KEY (book_id, id),
    CONSTRAINT uq_merchants_complaints_redemption_id UNIQUE (redemption_id), -- once, for ever
    CONSTRAINT fk_merchants_complaints_book_id_shop_id FOREIGN KEY (book_id, shop_id) REFERENCES merchants_shops (book_id, id),
    CONSTRAINT fk_merchants_complaints_book_id_transaction_id FOREIGN KEY (book_id, transaction_id) REFERENCES points_transactions (book_id, id),
    CONSTRAINT fk_merchants_complaints_book_id_refund_id FOREIGN KEY (book_id, refund_id) REFERENCES merchants_refunds (book_id, id),
    CONSTRAINT ck_merchants_complaints_kind CHECK (kind IN ('not_me', 'wrong_amount', 'not_received', 'not_as_agreed', 'twice', 'other')),
    CONSTRAINT ck_merchants_complaints_texts CHECK (char_length(text) BETWEEN 1 AND 500 AND char_length(answer) BETWEEN 1 AND 500
        AND char_length(decided_why) BETWEEN 1 AND 200),
    CONSTRAINT ck_merchants_complaints_points CHECK (points BETWEEN 0 AND 1000000000),
    CONSTRAINT ck_merchants_complaints_answer CHECK (num_nulls(answer, answered_by, answered_at) IN (0, 3)),
    CONSTRAINT ck_merchants_complaints_proposed CHECK (num_nulls(proposed_by, proposed_at) IN (0, 2)),
    CONSTRAINT ck_merchants_complaints_others CHECK (decided_by <> proposed_by), -- two people, whoever asks the database
    CONSTRAINT ck_merchants_complaints_state CHECK (CASE state
        WHEN 'open' THEN num_nonnulls(answer, proposed_by, points, decided_by, decided_at, decided_why, refund_id) = 0
        WHEN 'unanswered' THEN num_nonnulls(answer, decided_by, decided_at, decided_why, refund_id) = 0
        WHEN 'contested' THEN answer IS NOT NULL AND num_nonnulls(decided_by, decided_at, decided_why, refund_id) = 0
        WHEN 'refunded' THEN num_nulls(points, decided_by, decided_at, decided_why) = 0
        WHEN 'rejected' THEN num_nulls(decided_by, decided_at, decided_why) = 0 AND refund_id IS NULL
        WHEN 'withdrawn' THEN num_nulls(decided_by, decided_at, decided_why) = 0 AND refund_id IS NULL
        ELSE false END)
);
CREATE INDEX ix_merchants_complaints_state ON merchants_complaints (book_id, state, id); -- those that wait
CREATE INDEX ix_merchants_complaints_resident ON merchants_complaints (book_id, resident_id, id); -- one's own
CREATE INDEX ix_merchants_complaints_shop ON merchants_complaints (shop_id, id); -- a shop's own, over all books
CREATE INDEX ix_merchants_complaints_due ON merchants_complaints (due_at) WHERE state IN ('open', 'unanswered', 'contested'); -- whose time is over
CREATE UNIQUE INDEX uq_merchants_complaints_open ON merchants_complaints (book_id, transaction_id)
    WHERE state IN ('open', 'unanswered', 'contested'); -- what keeps a line back
GRANT SELECT, INSERT ON merchants_complaints TO linli_app;
GRANT UPDATE (state, due_at, answer, answered_by, answered_at, points, proposed_by, proposed_at, decided_by, decided_at, decided_why, refund_id)
    ON merchants_complaints TO linli_app;

ALTER TABLE merchants_disputes
    ADD COLUMN cause             text NOT NULL DEFAULT 'desk',
    ADD COLUMN case_id           uuid, -- of anti-fraud
    ADD COLUMN until             date, -- the first statement that may pay it
    ADD COLUMN proposed_outcome  text, -- by the first of two who close what anti-fraud confirmed
    ADD COLUMN proposed_by       uuid,
    ADD COLUMN proposed_at       timestamptz,
    DROP CONSTRAINT uq_merchants_disputes_book_id_transaction_id,
    DROP CONSTRAINT ck_merchants_disputes_others,
    ADD CONSTRAINT uq_merchants_disputes_cause UNIQUE (book_id, transaction_id, cause), -- for one cause a line is kept back once
    ADD CONSTRAINT ck_merchants_disputes_cause CHECK (cause IN ('desk', 'resident', 'review', 'unattended')
        AND (cause = 'review') = (case_id IS NOT NULL) AND (cause <> 'unattended' OR until IS NOT NULL)),
    ADD CONSTRAINT ck_merchants_disputes_others CHECK (closed_by <> opened_by OR cause IN ('resident', 'unattended')),
    ADD CONSTRAINT ck_merchants_disputes_proposed CHECK (num_nulls(proposed_outcome, proposed_by, proposed_at) IN (0, 3)
        AND proposed_outcome IN ('for_shop', 'for_resident') AND proposed_by <> closed_by);
CREATE UNIQUE INDEX uq_merchants_disputes_kept ON merchants_disputes (book_id, transaction_id) WHERE released_into IS NULL; -- kept back once at a time
DROP INDEX ix_merchants_disputes_free;
CREATE INDEX ix_merchants_disputes_kept ON merchants_disputes (book_id, shop_id) WHERE released_into IS NULL; -- what is kept of a shop
CREATE INDEX ix_merchants_disputes_released ON merchants_disputes (book_id, released_into, id) WHERE released_into IS NOT NULL; -- what a statement pays of earlier ones
GRANT UPDATE (proposed_outcome, proposed_by, proposed_at) ON merchants_disputes TO linli_app;

-- What comes to no money waits for nobody.
ALTER TABLE merchants_settlements DROP CONSTRAINT ck_merchants_settlements_state;
UPDATE merchants_settlements SET state = 'closed', approved_by = NULL, approved_at = NULL WHERE state IN ('stated', 'approved') AND payable_fen = 0;
ALTER TABLE merchants_settlements ADD CONSTRAINT ck_merchants_settlements_state CHECK (CASE state
        WHEN 'stated' THEN num_nonnulls(approved_by, payout_id, bank_reference, paid_by, paid_at, transaction_id) = 0
        WHEN 'closed' THEN payable_fen = 0 AND num_nonnulls(payout_id, bank_reference, paid_by, paid_at, transaction_id) = 0
        WHEN 'approved' THEN num_nulls(checked_by, approved_by) = 0 AND num_nonnulls(payout_id, bank_reference, paid_by, paid_at, transaction_id) = 0
        WHEN 'sent' THEN num_nulls(checked_by, approved_by, payout_id) = 0 AND num_nonnulls(bank_reference, paid_by, paid_at, transaction_id) = 0
        WHEN 'paid' THEN num_nulls(bank_reference, paid_by, paid_at, transaction_id) = 0 AND (digest IS NULL OR num_nulls(checked_by, approved_by) = 0)
        ELSE false END);
CREATE INDEX ix_merchants_settlements_unpaid ON merchants_settlements (book_id, shop_id, payable_fen) WHERE state NOT IN ('paid', 'closed'); -- what is still to be paid
CREATE INDEX ix_merchants_settlements_newest ON merchants_settlements (book_id, shop_id, id) WHERE line_count > 0; -- a shop's last statement with lines

-- Days are working days of the calendar now; terms are set by one person and in force when another has approved them.
ALTER TABLE merchants_payout_terms
    ADD COLUMN unattended_days  smallint NOT NULL DEFAULT 7, -- working days, for redemptions that nobody of the shop accepted
    ADD COLUMN approved_by      uuid,
    ADD COLUMN approved_at      timestamptz,
    ADD CONSTRAINT ck_merchants_payout_terms_unattended CHECK (unattended_days BETWEEN 0 AND 60),
    ADD CONSTRAINT ck_merchants_payout_terms_approved CHECK (num_nulls(approved_by, approved_at) IN (0, 2)),
    ADD CONSTRAINT ck_merchants_payout_terms_others CHECK (approved_by <> made_by);
UPDATE merchants_payout_terms SET approved_by = 'ffffffff-ffff-ffff-ffff-ffffffffffff', approved_at = made_at; -- they were in force, and stay so
DROP INDEX ix_merchants_payout_terms_book_id_shop_id_id;
CREATE INDEX ix_merchants_payout_terms_book_id_shop_id_approved_at ON merchants_payout_terms (book_id, shop_id, approved_at); -- those in force
GRANT UPDATE (approved_by, approved_at) ON merchants_payout_terms TO linli_app;
