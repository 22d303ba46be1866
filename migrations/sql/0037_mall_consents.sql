-- Consents of the mall are withdrawn, and severed from payments when an account is closed.
ALTER TABLE mall_consents ADD COLUMN withdrawn_at timestamptz;
ALTER TABLE mall_consents ADD CONSTRAINT ck_mall_consents_withdrawn CHECK (withdrawn_at >= given_at);
GRANT UPDATE (given_at, withdrawn_at) ON mall_consents TO linli_app;

CREATE INDEX ix_mall_earns_person ON mall_earns (appid, openid_index) WHERE openid_index <> ''::bytea; -- to be severed
GRANT UPDATE (openid_index, openid_sealed) ON mall_earns TO linli_app;
