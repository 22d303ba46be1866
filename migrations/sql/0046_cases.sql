-- Cases: whoever closes one names how far it had grown when it was read. It grows by decisions and findings.
ALTER TABLE risk_cases
    ADD COLUMN revision integer NOT NULL DEFAULT 1,
    ADD CONSTRAINT ck_risk_cases_revision CHECK (revision > 0);
GRANT UPDATE (revision) ON risk_cases TO linli_app;

-- And one that nobody works on is taken over, which is noted with its reason.
ALTER TABLE risk_case_events
    DROP CONSTRAINT ck_risk_case_events_kind,
    ADD CONSTRAINT ck_risk_case_events_kind CHECK (kind IN ('taken', 'taken_over', 'commented', 'appealed', 'answered', 'closed')
        AND (kind <> 'taken_over' OR text IS NOT NULL));

-- Whose appeal was right is not paused again on that device for a time: the newest of them are asked for.
CREATE INDEX ix_risk_appeals_heard ON risk_appeals (book_id, answered_at) WHERE state = 'overturned';
