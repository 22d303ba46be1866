-- For how many residents one helper spent points of late: asked only where somebody acts for another, so are the entries.
CREATE INDEX ix_merchants_redemptions_helper ON merchants_redemptions (book_id, acted_by, requested_at) WHERE acted_by IS NOT NULL;
CREATE INDEX ix_merchants_reservations_helper ON merchants_reservations (book_id, acted_by, reserved_at) WHERE acted_by IS NOT NULL;
