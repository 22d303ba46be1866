-- The words of a complaint are erased when the account of whoever wrote them is closed; they are never put into others.
CREATE FUNCTION merchants_keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the words of a complaint are erased or stay' USING ERRCODE = 'check_violation';
END $$;
REVOKE EXECUTE ON FUNCTION merchants_keep_words FROM PUBLIC;
CREATE TRIGGER keep_words BEFORE UPDATE OF text ON merchants_complaints FOR EACH ROW
    WHEN (NEW.text <> OLD.text AND NEW.text <> '—') EXECUTE FUNCTION merchants_keep_words();
GRANT UPDATE (text) ON merchants_complaints TO linli_app;

-- Payments whose consent did not come: WeChat Pay is asked.
ALTER TABLE mall_earns
    ADD COLUMN consent_asks    smallint NOT NULL DEFAULT 0,
    ADD COLUMN consent_ask_at  timestamptz; -- when to ask (again); null: nothing to ask, or answered
CREATE INDEX ix_mall_earns_consent_ask_at ON mall_earns (consent_ask_at) WHERE consent_ask_at IS NOT NULL;
GRANT UPDATE (consent_asks, consent_ask_at) ON mall_earns TO linli_app;
