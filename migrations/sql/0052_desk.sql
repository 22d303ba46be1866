-- Lists: why an item was taken off, and each value once, or copies of one crowd out what else is known of it
-- (risk_look reads 200 entries). Of copies that are there the one stays that lasts longest.
ALTER TABLE risk_list_items
    ADD COLUMN removed_why text,
    ADD CONSTRAINT ck_risk_list_items_why CHECK (
        removed_why IS NULL OR (char_length(removed_why) BETWEEN 1 AND 200 AND removed_at IS NOT NULL));
GRANT UPDATE (removed_why) ON risk_list_items TO linli_app;
UPDATE risk_list_items i
   SET removed_by = '00000000-0000-0000-0000-000000000000', removed_at = now(), removed_why = '同值重复 a copy'
  FROM (SELECT book_id, id, row_number() OVER (PARTITION BY book_id, list_code, value
                                               ORDER BY expires_at DESC NULLS FIRST, id) AS n
          FROM risk_list_items WHERE removed_at IS NULL) x
 WHERE i.book_id = x.book_id AND i.id = x.id AND x.n > 1;
CREATE UNIQUE INDEX uq_risk_list_items_value ON risk_list_items (book_id, list_code, value) WHERE removed_at IS NULL;

-- Whoever answered an appeal in a case does not take it afterwards, as who took it answers none.
CREATE OR REPLACE FUNCTION risk_guard_case() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.state = 'closed' OR (NEW.book_id, NEW.id, NEW.about, NEW.about_id, NEW.opened_at)
                             <> (OLD.book_id, OLD.id, OLD.about, OLD.about_id, OLD.opened_at) THEN
        RAISE EXCEPTION 'risk: case % refused to change: what it is about stays, and closed is closed', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'risk_case_closes_once';
    END IF;
    IF NEW.taken_by IS DISTINCT FROM OLD.taken_by
       AND EXISTS (SELECT 1 FROM risk_appeals a WHERE a.book_id = NEW.book_id AND a.case_id = NEW.id
                      AND a.answered_by = NEW.taken_by) THEN
        RAISE EXCEPTION 'risk: case % refused to be taken by who answered an appeal in it', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'risk_case_by_others';
    END IF;
    RETURN NEW;
END $$;

-- Findings of the graph: how much there was as long as their case was open. What comes back, or grows, is looked at anew.
ALTER TABLE risk_findings ADD COLUMN case_value integer;
UPDATE risk_findings SET case_value = value WHERE case_id IS NOT NULL;
ALTER TABLE risk_findings ADD CONSTRAINT ck_risk_findings_case_value CHECK (case_id IS NULL OR case_value IS NOT NULL);
GRANT UPDATE (case_value) ON risk_findings TO linli_app;

-- So many backtests run at a time.
CREATE INDEX ix_risk_backtests_running ON risk_backtests (book_id, requested_at) WHERE state = 'running';

-- Cases are listed by who took them, what they turned out to be, and whom they are about.
CREATE INDEX ix_risk_cases_taken ON risk_cases (book_id, taken_by, id) WHERE taken_by IS NOT NULL;
CREATE INDEX ix_risk_cases_label ON risk_cases (book_id, label, id) WHERE label IS NOT NULL;
CREATE INDEX ix_risk_cases_about ON risk_cases (book_id, about, state, id);
CREATE INDEX ix_risk_cases_about_id ON risk_cases (book_id, about_id, id);
