-- That the resident confirmed a redemption on the phone, when, and whether by fingerprint or face: the step that anti-fraud
-- asked for, beside the decision, which was made before it and never changes. Of those of before it is not known.
ALTER TABLE merchants_redemptions
    ADD COLUMN confirmed_at timestamptz,
    ADD COLUMN is_proven boolean,
    ADD CONSTRAINT ck_merchants_redemptions_confirmed CHECK ((confirmed_at IS NULL) = (is_proven IS NULL));
GRANT UPDATE (confirmed_at, is_proven) ON merchants_redemptions TO linli_app;
