-- How many pieces of a gift one person gets within thirty days. Those in the catalogue so far had the limit of five that
-- one may have set aside at one time.
ALTER TABLE merchants_gifts
    ADD COLUMN per_person_max smallint NOT NULL DEFAULT 5,
    ADD CONSTRAINT ck_merchants_gifts_per_person_max CHECK (per_person_max BETWEEN 1 AND 100);
ALTER TABLE merchants_gifts ALTER COLUMN per_person_max DROP DEFAULT; -- from now on whoever offers one says it

-- A gift set aside is decided on as a payment is. What has to be proven first holds nothing yet and has no code. Of those
-- of before nobody was asked, and no account is known.
ALTER TABLE merchants_reservations
    ALTER COLUMN hold_id DROP NOT NULL,
    ALTER COLUMN code_index DROP NOT NULL,
    ALTER COLUMN code_sealed DROP NOT NULL,
    ADD COLUMN person_id uuid,
    ADD COLUMN acted_by uuid,
    ADD COLUMN outcome text,
    ADD COLUMN decision_id uuid,
    ADD COLUMN proven_at timestamptz,
    ADD COLUMN terminal_id uuid,
    ADD COLUMN return_id uuid,
    ADD COLUMN returned_by uuid,
    ADD COLUMN returned_at timestamptz,
    ADD CONSTRAINT fk_merchants_reservations_terminal_id FOREIGN KEY (terminal_id) REFERENCES merchants_terminals (id),
    ADD CONSTRAINT fk_merchants_reservations_book_id_return_id FOREIGN KEY (book_id, return_id) REFERENCES points_transactions (book_id, id),
    ADD CONSTRAINT ck_merchants_reservations_held CHECK (num_nulls(hold_id, code_index, code_sealed) IN (0, 3)),
    ADD CONSTRAINT ck_merchants_reservations_decided CHECK ((outcome IS NULL) = (decision_id IS NULL)),
    DROP CONSTRAINT ck_merchants_reservations_state,
    ADD CONSTRAINT ck_merchants_reservations_state CHECK (CASE state
        WHEN 'pending_confirm' THEN num_nonnulls(hold_id, closed_by, closed_at, transaction_id) = 0
        WHEN 'reserved' THEN hold_id IS NOT NULL AND num_nonnulls(closed_by, closed_at, transaction_id) = 0
        WHEN 'collected' THEN num_nulls(hold_id, closed_by, closed_at, transaction_id) = 0
        WHEN 'returned' THEN num_nulls(hold_id, closed_by, closed_at, transaction_id) = 0
        WHEN 'cancelled' THEN num_nulls(closed_by, closed_at) = 0 AND transaction_id IS NULL
        WHEN 'expired' THEN num_nulls(closed_by, closed_at) = 0 AND transaction_id IS NULL
        ELSE false END),
    ADD CONSTRAINT ck_merchants_reservations_returned CHECK (
        num_nulls(return_id, returned_by, returned_at) = CASE state WHEN 'returned' THEN 0 ELSE 3 END);
GRANT UPDATE (hold_id, code_index, code_sealed, expires_at, proven_at, terminal_id, return_id, returned_by, returned_at) ON merchants_reservations TO linli_app;

DROP INDEX ix_merchants_reservations_due;
CREATE INDEX ix_merchants_reservations_due ON merchants_reservations (expires_at) WHERE state IN ('reserved', 'pending_confirm'); -- the sweep
CREATE INDEX ix_merchants_reservations_gift ON merchants_reservations (book_id, gift_id, resident_id, reserved_at); -- how many of it one had
CREATE INDEX ix_merchants_reservations_shop ON merchants_reservations (shop_id, id); -- giving back: a till knows no book
CREATE INDEX ix_merchants_reservations_terminal ON merchants_reservations (terminal_id, closed_at) WHERE terminal_id IS NOT NULL; -- a till's day
CREATE UNIQUE INDEX uq_merchants_reservations_transaction ON merchants_reservations (book_id, transaction_id); -- what keeps a statement's line back
