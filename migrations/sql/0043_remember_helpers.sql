-- Who acted for the resident: the guardian or helper who showed the code, or confirmed. What points without a bill are worth
-- at most, by what the book pays for one: above which sum somebody confirms is asked of these too. Of those of before
-- neither is known.
ALTER TABLE merchants_redemptions
    ADD COLUMN acted_by uuid,
    ADD COLUMN worth_fen bigint,
    ADD CONSTRAINT ck_merchants_redemptions_worth CHECK (worth_fen IS NULL OR (worth_fen >= 0 AND order_fen IS NULL));
GRANT UPDATE (acted_by) ON merchants_redemptions TO linli_app;
