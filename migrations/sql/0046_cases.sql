-- Cases: whoever closes one names how far it had grown when it was read. It grows by decisions and findings.
ALTER TABLE risk_cases
    ADD COLUMN revision integer NOT NULL DEFAULT 1,
    ADD CONSTRAINT ck_risk_cases_revision CHECK (revision > 0);
GRANT UPDATE (revision) ON risk_cases TO linli_app;
