-- For how many residents one helper spent points of late: asked only where somebody acts for another, so are the entries.
CREATE INDEX ix_merchants_redemptions_helper ON merchants_redemptions (book_id, acted_by, requested_at) WHERE acted_by IS NOT NULL;
CREATE INDEX ix_merchants_reservations_helper ON merchants_reservations (book_id, acted_by, reserved_at) WHERE acted_by IS NOT NULL;

-- There are more types of events than an endpoint could name.
ALTER TABLE webhooks_endpoints
    DROP CONSTRAINT ck_webhooks_endpoints_types,
    ADD CONSTRAINT ck_webhooks_endpoints_types CHECK (cardinality(types) BETWEEN 1 AND 40);

-- A gift is collected by a code that lives a minute and is kept nowhere here. Those that lived as long as the reservation, and
-- could be passed on, are good no more: whoever set something aside is shown a new one. With them go their checks and index.
ALTER TABLE merchants_reservations DROP COLUMN code_index, DROP COLUMN code_sealed;

-- A gift that was handed out is complained of as a payment is, once; it comes back whole, and no refund of a number is made for it.
ALTER TABLE merchants_complaints
    ALTER COLUMN redemption_id DROP NOT NULL,
    ADD COLUMN reservation_id uuid,
    ADD CONSTRAINT fk_merchants_complaints_book_id_reservation_id FOREIGN KEY (book_id, reservation_id) REFERENCES merchants_reservations (book_id, id),
    ADD CONSTRAINT uq_merchants_complaints_reservation UNIQUE (book_id, reservation_id), -- once, for ever
    ADD CONSTRAINT ck_merchants_complaints_of CHECK (num_nonnulls(redemption_id, reservation_id) = 1),
    ADD CONSTRAINT ck_merchants_complaints_gift CHECK (reservation_id IS NULL OR refund_id IS NULL);

-- Points of a gift that came back to somebody who has closed the account: treasurers see to them, as to those of refunds.
ALTER TABLE merchants_reservations ADD COLUMN needs_care boolean NOT NULL DEFAULT false;
CREATE INDEX ix_merchants_reservations_needs_care ON merchants_reservations (book_id, return_id) WHERE needs_care; -- the treasurer's list
GRANT UPDATE (needs_care) ON merchants_reservations TO linli_app;
