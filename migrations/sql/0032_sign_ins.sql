-- An account from which nothing of value goes out until people have looked: since when, and the case that tells of it.
ALTER TABLE identity_people
    ADD COLUMN paused_at timestamptz,
    ADD COLUMN paused_case uuid,
    ADD CONSTRAINT ck_identity_people_paused CHECK ((paused_at IS NULL) = (paused_case IS NULL)
        AND (closed_at IS NULL OR paused_at IS NULL));
CREATE INDEX ix_identity_people_paused_case ON identity_people (paused_case) WHERE paused_case IS NOT NULL; -- let go with their case
GRANT UPDATE (paused_at, paused_case) ON identity_people TO linli_app;

-- From which networks somebody signed in: a keyed hash of the first part of the address, never the address.
CREATE TABLE identity_networks (
    person_id      uuid NOT NULL,
    network_index  bytea NOT NULL,
    last_seen_at   timestamptz NOT NULL,
    CONSTRAINT pk_identity_networks PRIMARY KEY (person_id, network_index),
    CONSTRAINT fk_identity_networks_person_id FOREIGN KEY (person_id) REFERENCES identity_people (id),
    CONSTRAINT ck_identity_networks_network_index CHECK (octet_length(network_index) = 32)
);
CREATE INDEX ix_identity_networks_last_seen_at ON identity_networks (last_seen_at); -- forgotten in time
GRANT SELECT, INSERT, DELETE ON identity_networks TO linli_app;
GRANT UPDATE (last_seen_at) ON identity_networks TO linli_app;

-- Decisions that were no approvals, by whom they are about; approvals are found by their time (ix_risk_decisions_at).
CREATE INDEX ix_risk_decisions_person ON risk_decisions (book_id, person_id, id) WHERE outcome <> 'approve' AND person_id IS NOT NULL;
CREATE INDEX ix_risk_decisions_shop ON risk_decisions (book_id, shop_id, id) WHERE outcome <> 'approve' AND shop_id IS NOT NULL;
CREATE INDEX ix_risk_decisions_terminal ON risk_decisions (book_id, terminal_id, id) WHERE outcome <> 'approve' AND terminal_id IS NOT NULL;
CREATE INDEX ix_risk_decisions_stopped_at ON risk_decisions (book_id, decided_at, id) WHERE outcome <> 'approve'; -- of a period, by kind or reason
CREATE INDEX ix_risk_decisions_coordinator ON risk_decisions (book_id, coordinator_id, id) WHERE outcome <> 'approve' AND coordinator_id IS NOT NULL;

-- The words of an appeal go with the account of whoever wrote them; that he appealed, and the answer, stay.
CREATE INDEX ix_risk_appeals_resident ON risk_appeals (book_id, resident_id);
GRANT UPDATE (text) ON risk_appeals TO linli_app;
CREATE OR REPLACE FUNCTION risk_guard_appeal() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.text = '—' AND (NEW.book_id, NEW.id, NEW.decision_id, NEW.case_id, NEW.resident_id, NEW.state, NEW.appealed_at,
                           NEW.answered_by, NEW.answered_at, NEW.answer)
       IS NOT DISTINCT FROM (OLD.book_id, OLD.id, OLD.decision_id, OLD.case_id, OLD.resident_id, OLD.state, OLD.appealed_at,
                             OLD.answered_by, OLD.answered_at, OLD.answer) THEN
        RETURN NEW;
    END IF;
    IF OLD.state <> 'open'
       OR (NEW.book_id, NEW.id, NEW.decision_id, NEW.case_id, NEW.resident_id, NEW.text, NEW.appealed_at)
       <> (OLD.book_id, OLD.id, OLD.decision_id, OLD.case_id, OLD.resident_id, OLD.text, OLD.appealed_at)
       OR EXISTS (SELECT 1 FROM risk_cases c WHERE c.book_id = NEW.book_id AND c.id = NEW.case_id
                     AND NEW.answered_by IN (c.taken_by, c.closed_by))
       OR EXISTS (SELECT 1 FROM risk_decisions d WHERE d.book_id = NEW.book_id AND d.id = NEW.decision_id
                     AND NEW.answered_by IN (d.acted_by, d.cashier_id, d.coordinator_id, d.person_id)) THEN
        RAISE EXCEPTION 'risk: the answer to appeal % refused: by who had a part in it, or a second time', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'risk_appeal_by_others';
    END IF;
    RETURN NEW;
END $$;

-- A cashier's role is for a shop that a book of the granting area takes: asked when it is granted. A shop that no book
-- there takes any more ends it, and so end now those that were granted before that was asked.
CREATE FUNCTION merchants_takes_within(p_shop uuid, p_area uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM public.merchants_shops o
                     JOIN public.points_books k ON k.id = o.book_id
                     JOIN public.places_areas c ON c.book = k.code
                     JOIN public.places_areas a ON a.id = p_area
                    WHERE o.id = p_shop AND (starts_with(c.path, a.path) OR starts_with(a.path, c.path)))
$$;
REVOKE EXECUTE ON FUNCTION merchants_takes_within FROM PUBLIC;
GRANT EXECUTE ON FUNCTION merchants_takes_within TO linli_app;

CREATE FUNCTION merchants_end_cashiers() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE identity_grants g
       SET ended_by = '00000000-0000-0000-0000-000000000000', ended_at = now(), ended_why = 'no book of the area takes the shop'
     WHERE g.shop_id = OLD.id AND g.ended_at IS NULL AND NOT merchants_takes_within(g.shop_id, g.area_id);
    RETURN NULL;
END $$;
CREATE TRIGGER merchants_shop_left AFTER DELETE ON merchants_shops FOR EACH ROW EXECUTE FUNCTION merchants_end_cashiers();

UPDATE identity_grants g
   SET ended_by = '00000000-0000-0000-0000-000000000000', ended_at = now(), ended_why = 'no book of the area takes the shop'
 WHERE g.shop_id IS NOT NULL AND g.ended_at IS NULL AND NOT merchants_takes_within(g.shop_id, g.area_id);
