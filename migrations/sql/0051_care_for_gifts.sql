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
