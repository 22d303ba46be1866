-- The lines of a statement are named by what they were at the till; what came back of gifts had no index.
CREATE INDEX ix_merchants_reservations_return ON merchants_reservations (book_id, return_id) WHERE return_id IS NOT NULL;

-- Whom the owner alone lets go counts as of the house until then.
ALTER TABLE merchants_people
    ADD COLUMN bars_until timestamptz,
    ADD CONSTRAINT ck_merchants_people_bars CHECK (bars_until IS NULL OR (kind = 'staff' AND ended_at IS NOT NULL));
GRANT UPDATE (bars_until) ON merchants_people TO linli_app;
CREATE INDEX ix_merchants_people_barred ON merchants_people (person_id) WHERE bars_until IS NOT NULL;
CREATE INDEX ix_merchants_people_barred_phone ON merchants_people (phone_index) WHERE bars_until IS NOT NULL;

-- Terms of which the shop bears a part are in force only when its owner agreed: what waits for him stands apart, so that
-- nothing that is asked at the till can take it for terms. Agreed, the same id is copied to the offers. Offers of before
-- stay as they are.
ALTER TABLE merchants_offers
    ADD COLUMN consented_by   uuid,
    ADD COLUMN consented_at   timestamptz,
    ADD COLUMN consent_paper  text, -- where no owner has an account: the paper he signed, as another treasurer names it
    ADD CONSTRAINT ck_merchants_offers_consented CHECK (
        num_nulls(consented_by, consented_at) IN (0, 2) AND (consent_paper IS NULL OR consented_at IS NOT NULL)
        AND consented_by <> made_by AND char_length(consent_paper) BETWEEN 1 AND 200);
CREATE TABLE merchants_offer_proposals (
    LIKE merchants_offers INCLUDING CONSTRAINTS,
    CONSTRAINT pk_merchants_offer_proposals PRIMARY KEY (book_id, id),
    CONSTRAINT fk_merchants_offer_proposals_book_id_shop_id FOREIGN KEY (book_id, shop_id) REFERENCES merchants_shops (book_id, id),
    CONSTRAINT ck_merchants_offer_proposals_bears CHECK (cofunding_percent > 0),
    CONSTRAINT ck_merchants_offer_proposals_agreed CHECK (consented_at IS NULL OR ended_at IS NOT NULL)
);
CREATE UNIQUE INDEX uq_merchants_offer_proposals_open ON merchants_offer_proposals (book_id, shop_id) WHERE ended_at IS NULL;
CREATE INDEX ix_merchants_offer_proposals_shop ON merchants_offer_proposals (book_id, shop_id, id); -- those of a shop
GRANT SELECT, INSERT ON merchants_offer_proposals TO linli_app;
GRANT UPDATE (consented_by, consented_at, consent_paper, ended_by, ended_at) ON merchants_offer_proposals TO linli_app;

CREATE FUNCTION merchants_check_consent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a shop bears a part only when its owner agreed' USING ERRCODE = 'check_violation';
END $$;
REVOKE EXECUTE ON FUNCTION merchants_check_consent FROM PUBLIC;
CREATE TRIGGER check_consent BEFORE INSERT ON merchants_offers FOR EACH ROW
    WHEN (NEW.cofunding_percent > 0 AND NEW.consented_at IS NULL) EXECUTE FUNCTION merchants_check_consent();

-- What was due and could not go into a file for the bank, and why.
CREATE TABLE merchants_payout_skips (
    book_id        integer NOT NULL,
    payout_id      uuid NOT NULL,
    settlement_id  uuid NOT NULL,
    shop_id        uuid NOT NULL,
    why            text NOT NULL,
    CONSTRAINT pk_merchants_payout_skips PRIMARY KEY (book_id, payout_id, settlement_id),
    CONSTRAINT fk_merchants_payout_skips_book_id_payout_id FOREIGN KEY (book_id, payout_id) REFERENCES merchants_payouts (book_id, id),
    CONSTRAINT fk_merchants_payout_skips_book_id_settlement_id FOREIGN KEY (book_id, settlement_id) REFERENCES merchants_settlements (book_id, id),
    CONSTRAINT ck_merchants_payout_skips_why CHECK (char_length(why) BETWEEN 1 AND 60)
);
GRANT SELECT, INSERT ON merchants_payout_skips TO linli_app;
CREATE INDEX ix_merchants_payout_lines_failed ON merchants_payout_lines (book_id, settlement_id, payout_id) WHERE state = 'failed'; -- what the bank refused before

-- Settlements of one state, for those who sign them.
CREATE INDEX ix_merchants_settlements_book_id_state_id ON merchants_settlements (book_id, state, id);

-- Papers are told apart before anybody reads them: the licence of what is applied for, as the merchant's own is kept.
ALTER TABLE merchants_applications ADD COLUMN licence_index bytea;
CREATE UNIQUE INDEX uq_merchants_applications_licence ON merchants_applications (applied_by, licence_index)
    WHERE licence_index IS NOT NULL AND state IN ('open', 'reviewed'); -- one hands a licence in once; a stranger blocks nobody by it
