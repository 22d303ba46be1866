-- Checks of awards: what lapsed is told anew as it is now, and what was paid stands beside what was foreseen, never more.
GRANT UPDATE (why, rule_code, rule_version, subject, beneficiary_id, performed_on, title, minutes, events, grade, chosen_points,
    computed_points, points, budget_id, allotment_id, evidence, decision_id) ON volunteers_award_checks TO linli_app;

CREATE OR REPLACE FUNCTION volunteers_guard_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('confirmed', 'rejected') OR (OLD.award_id IS NOT NULL AND NEW.award_id IS DISTINCT FROM OLD.award_id)
        OR (OLD.state = 'expired' AND NEW.state <> 'open') THEN
        RAISE EXCEPTION 'volunteers: a check of an award refused to change: it is decided once'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'volunteers_check_is_decided_once';
    END IF;
    IF OLD.state <> 'expired' AND ((NEW.why, NEW.rule_code, NEW.subject, NEW.beneficiary_id, NEW.performed_on, NEW.title,
            NEW.minutes, NEW.events, NEW.grade, NEW.chosen_points, NEW.allotment_id, NEW.evidence, NEW.decision_id)
        IS DISTINCT FROM (OLD.why, OLD.rule_code, OLD.subject, OLD.beneficiary_id, OLD.performed_on, OLD.title,
            OLD.minutes, OLD.events, OLD.grade, OLD.chosen_points, OLD.allotment_id, OLD.evidence, OLD.decision_id)
        OR (NEW.state <> 'confirmed' AND (NEW.rule_version, NEW.computed_points, NEW.points, NEW.budget_id)
            IS DISTINCT FROM (OLD.rule_version, OLD.computed_points, OLD.points, OLD.budget_id))
        OR NEW.points > OLD.points) THEN
        RAISE EXCEPTION 'volunteers: a check of an award refused to change: what waits is what was told'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'volunteers_check_is_as_told';
    END IF;
    RETURN NEW;
END $$;
