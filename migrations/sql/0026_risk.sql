-- Anti-fraud. `book_id` 0 is what belongs to no book (signing in), so it is no foreign key here.

CREATE FUNCTION risk_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'risk: % on % refused: what was decided is never changed', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'risk_append_only';
END $$;

-- Rules as data. A version never changes; what changes is its state, and that by two people where it begins to decide.
CREATE TABLE risk_rule_sets (
    book_id        integer NOT NULL,
    version        integer NOT NULL,
    id             uuid NOT NULL, -- what is kept of it in memory goes by this
    definition     jsonb NOT NULL,
    state          text NOT NULL,
    proposed_by    uuid NOT NULL,
    proposed_at    timestamptz NOT NULL,
    shadowed_by    uuid,
    shadow_from    timestamptz,
    shadow_until   timestamptz,
    published_by   uuid,
    published_at   timestamptz,
    retired_by     uuid,
    retired_at     timestamptz,
    CONSTRAINT pk_risk_rule_sets PRIMARY KEY (book_id, version),
    CONSTRAINT uq_risk_rule_sets_id UNIQUE (book_id, id),
    CONSTRAINT ck_risk_rule_sets_version CHECK (version >= 1),
    CONSTRAINT ck_risk_rule_sets_state CHECK (CASE state
        WHEN 'draft' THEN num_nonnulls(shadow_until, published_at, retired_at) = 0
        WHEN 'shadow' THEN shadow_until IS NOT NULL AND num_nonnulls(published_at, retired_at) = 0
        WHEN 'active' THEN published_at IS NOT NULL AND retired_at IS NULL
        WHEN 'retired' THEN retired_at IS NOT NULL
        ELSE false END),
    CONSTRAINT ck_risk_rule_sets_two_people CHECK (
        (published_by IS NULL) = (published_at IS NULL) AND (published_by IS NULL OR published_by <> proposed_by)),
    CONSTRAINT ck_risk_rule_sets_shadow CHECK (num_nulls(shadowed_by, shadow_from, shadow_until) IN (0, 3)
        AND shadow_until > shadow_from AND shadow_until <= shadow_from + interval '31 days'),
    CONSTRAINT ck_risk_rule_sets_retired CHECK ((retired_by IS NULL) = (retired_at IS NULL))
);
CREATE UNIQUE INDEX uq_risk_rule_sets_active ON risk_rule_sets (book_id) WHERE state = 'active'; -- asked with every decision
CREATE INDEX ix_risk_rule_sets_shadow ON risk_rule_sets (book_id, shadow_until) WHERE state = 'shadow'; -- and this
GRANT SELECT, INSERT ON risk_rule_sets TO linli_app;
GRANT UPDATE (state, shadowed_by, shadow_from, shadow_until, published_by, published_at, retired_by, retired_at) ON risk_rule_sets TO linli_app;

-- Whoever asks: content and its author stay, a state only goes on, and who published has published.
CREATE FUNCTION risk_guard_rule_set() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF (NEW.book_id, NEW.version, NEW.id, NEW.definition, NEW.proposed_by, NEW.proposed_at)
       = (OLD.book_id, OLD.version, OLD.id, OLD.definition, OLD.proposed_by, OLD.proposed_at)
       AND (OLD.published_by IS NULL OR (NEW.published_by, NEW.published_at) = (OLD.published_by, OLD.published_at))
       AND (OLD.state, NEW.state) IN (('draft', 'shadow'), ('draft', 'active'), ('draft', 'retired'), ('shadow', 'shadow'),
                                      ('shadow', 'active'), ('shadow', 'retired'), ('active', 'retired')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'risk: rule set % of book % refused to change: a version is as it was saved', OLD.version, OLD.book_id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'risk_rule_set_immutable';
END $$;
CREATE TRIGGER risk_rule_set_immutable BEFORE UPDATE ON risk_rule_sets FOR EACH ROW EXECUTE FUNCTION risk_guard_rule_set();

-- A case gathers what is open about one resident, device, shop … until it is closed with what it turned out to be.
CREATE TABLE risk_cases (
    book_id     integer NOT NULL,
    id          uuid NOT NULL,
    about       text NOT NULL,
    about_id    uuid NOT NULL,
    state       text NOT NULL,
    opened_at   timestamptz NOT NULL,
    last_at     timestamptz NOT NULL, -- of the last decision or finding in it
    taken_by    uuid,
    taken_at    timestamptz,
    closed_by   uuid,
    closed_at   timestamptz,
    label       text,
    CONSTRAINT pk_risk_cases PRIMARY KEY (book_id, id),
    CONSTRAINT ck_risk_cases_about CHECK (about IN ('resident', 'person', 'device', 'household', 'shop', 'terminal', 'cashier', 'coordinator')),
    CONSTRAINT ck_risk_cases_label CHECK (label IN ('false_positive', 'valuable_alert', 'confirmed_risk')),
    CONSTRAINT ck_risk_cases_taken CHECK ((taken_by IS NULL) = (taken_at IS NULL)),
    CONSTRAINT ck_risk_cases_state CHECK (num_nulls(closed_by, closed_at, label) IN (0, 3) AND CASE state
        WHEN 'pending' THEN num_nonnulls(taken_at, closed_at) = 0
        WHEN 'investigating' THEN taken_at IS NOT NULL AND closed_at IS NULL
        WHEN 'closed' THEN closed_at IS NOT NULL
        ELSE false END)
);
CREATE UNIQUE INDEX uq_risk_cases_open ON risk_cases (book_id, about, about_id) WHERE state <> 'closed'; -- one open case about one
CREATE INDEX ix_risk_cases_state ON risk_cases (book_id, state, id);
GRANT SELECT, INSERT ON risk_cases TO linli_app;
GRANT UPDATE (state, last_at, taken_by, taken_at, closed_by, closed_at, label) ON risk_cases TO linli_app;

CREATE FUNCTION risk_guard_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'closed' OR (NEW.book_id, NEW.id, NEW.about, NEW.about_id, NEW.opened_at)
                             <> (OLD.book_id, OLD.id, OLD.about, OLD.about_id, OLD.opened_at) THEN
        RAISE EXCEPTION 'risk: case % refused to change: what it is about stays, and closed is closed', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'risk_case_closes_once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER risk_case_closes_once BEFORE UPDATE ON risk_cases FOR EACH ROW EXECUTE FUNCTION risk_guard_case();

-- What was decided, on which features, by which version, rule by rule. Never changed, by nobody.
CREATE TABLE risk_decisions (
    book_id           integer NOT NULL,
    id                uuid NOT NULL,
    kind              text NOT NULL,
    subject_id        uuid NOT NULL,
    decided_at        timestamptz NOT NULL,
    acted_by          uuid NOT NULL,
    resident_id       uuid,
    person_id         uuid,
    device_id         uuid,
    household_id      uuid,
    shop_id           uuid,
    terminal_id       uuid,
    cashier_id        uuid,
    coordinator_id    uuid,
    points            bigint NOT NULL,
    order_fen         bigint NOT NULL,
    features_version  smallint NOT NULL,
    features          jsonb NOT NULL,
    version           integer NOT NULL, -- of the rule set; 0: that which comes with Linli
    answers           jsonb NOT NULL,
    score             integer NOT NULL,
    outcome           text NOT NULL,
    reasons           text[] NOT NULL,
    failure           text,
    case_id           uuid,
    CONSTRAINT pk_risk_decisions PRIMARY KEY (book_id, id),
    CONSTRAINT uq_risk_decisions_subject UNIQUE (book_id, kind, subject_id), -- a fact is decided once
    CONSTRAINT fk_risk_decisions_case FOREIGN KEY (book_id, case_id) REFERENCES risk_cases (book_id, id),
    CONSTRAINT ck_risk_decisions_kind CHECK (kind IN ('redeem', 'refund', 'award', 'check_in', 'login')),
    CONSTRAINT ck_risk_decisions_outcome CHECK (outcome IN ('approve', 'review', 'block_and_review', 'decline')),
    CONSTRAINT ck_risk_decisions_points CHECK (points BETWEEN 0 AND 1000000000000 AND order_fen BETWEEN 0 AND 1000000000000),
    -- A failure of the rules is never a silent yes, and what is not a yes has a case.
    CONSTRAINT ck_risk_decisions_failure CHECK (failure IS NULL OR outcome <> 'approve'),
    CONSTRAINT ck_risk_decisions_case CHECK (outcome = 'approve' OR case_id IS NOT NULL)
);
CREATE INDEX ix_risk_decisions_resident ON risk_decisions (book_id, resident_id, id) WHERE outcome <> 'approve'; -- one's own, for an appeal
CREATE INDEX ix_risk_decisions_outcome ON risk_decisions (book_id, outcome, id) WHERE outcome <> 'approve';
CREATE INDEX ix_risk_decisions_at ON risk_decisions (book_id, decided_at, id); -- a backtest goes through a period
CREATE INDEX ix_risk_decisions_case ON risk_decisions (book_id, case_id, id) WHERE case_id IS NOT NULL;
GRANT SELECT, INSERT ON risk_decisions TO linli_app;
CREATE TRIGGER risk_append_only BEFORE UPDATE OR DELETE ON risk_decisions FOR EACH ROW EXECUTE FUNCTION risk_refuse_change();

-- What windows count: the points that were asked for, and those that really moved in the end. Forgotten after 120 days.
CREATE TABLE risk_facts (
    book_id         integer NOT NULL,
    kind            text NOT NULL,
    subject_id      uuid NOT NULL,
    decided_at      timestamptz NOT NULL,
    resident_id     uuid,
    person_id       uuid,
    device_id       uuid,
    household_id    uuid,
    shop_id         uuid,
    coordinator_id  uuid,
    asked           bigint NOT NULL,
    points          bigint NOT NULL,
    CONSTRAINT pk_risk_facts PRIMARY KEY (book_id, kind, subject_id),
    CONSTRAINT ck_risk_facts_points CHECK (points BETWEEN 0 AND asked)
);
CREATE INDEX ix_risk_facts_subject ON risk_facts (subject_id, kind); -- settled by whoever knows the fact, not its book
CREATE INDEX ix_risk_facts_resident ON risk_facts (book_id, kind, resident_id, decided_at) INCLUDE (points, asked, shop_id, coordinator_id) WHERE resident_id IS NOT NULL;
CREATE INDEX ix_risk_facts_device ON risk_facts (book_id, device_id, decided_at) INCLUDE (kind, points, resident_id, person_id) WHERE device_id IS NOT NULL;
CREATE INDEX ix_risk_facts_coordinator ON risk_facts (book_id, kind, coordinator_id, decided_at) INCLUDE (points) WHERE coordinator_id IS NOT NULL;
CREATE INDEX ix_risk_facts_household ON risk_facts (book_id, kind, household_id, decided_at) INCLUDE (points) WHERE household_id IS NOT NULL;
CREATE INDEX ix_risk_facts_person ON risk_facts (book_id, person_id, decided_at) INCLUDE (points) WHERE kind = 'login';
CREATE INDEX ix_risk_facts_at ON risk_facts (book_id, decided_at, subject_id); -- the nightly graph, page by page
CREATE INDEX ix_risk_facts_decided_at ON risk_facts (decided_at); -- forgotten in time
GRANT SELECT, INSERT, DELETE ON risk_facts TO linli_app;
GRANT UPDATE (points) ON risk_facts TO linli_app;

-- What a version in shadow would have decided.
CREATE TABLE risk_shadows (
    book_id      integer NOT NULL,
    version      integer NOT NULL,
    decision_id  uuid NOT NULL,
    decided_at   timestamptz NOT NULL,
    real         text NOT NULL, -- what was decided in earnest
    outcome      text NOT NULL,
    score        integer NOT NULL,
    points       bigint NOT NULL,
    rules        text[] NOT NULL, -- those that hit
    CONSTRAINT pk_risk_shadows PRIMARY KEY (book_id, version, decision_id),
    CONSTRAINT fk_risk_shadows_decision FOREIGN KEY (book_id, decision_id) REFERENCES risk_decisions (book_id, id),
    CONSTRAINT fk_risk_shadows_version FOREIGN KEY (book_id, version) REFERENCES risk_rule_sets (book_id, version)
);
GRANT SELECT, INSERT ON risk_shadows TO linli_app;
CREATE TRIGGER risk_append_only BEFORE UPDATE OR DELETE ON risk_shadows FOR EACH ROW EXECUTE FUNCTION risk_refuse_change();

CREATE TABLE risk_case_events (
    book_id  integer NOT NULL,
    id       uuid NOT NULL,
    case_id  uuid NOT NULL,
    kind     text NOT NULL,
    done_by  uuid NOT NULL,
    done_at  timestamptz NOT NULL,
    text     text,
    label    text,
    CONSTRAINT pk_risk_case_events PRIMARY KEY (book_id, id),
    CONSTRAINT fk_risk_case_events_case FOREIGN KEY (book_id, case_id) REFERENCES risk_cases (book_id, id),
    CONSTRAINT ck_risk_case_events_kind CHECK (kind IN ('taken', 'commented', 'appealed', 'answered', 'closed')),
    CONSTRAINT ck_risk_case_events_text CHECK (char_length(text) BETWEEN 1 AND 1000)
);
CREATE INDEX ix_risk_case_events_case ON risk_case_events (book_id, case_id, id);
GRANT SELECT, INSERT ON risk_case_events TO linli_app;
CREATE TRIGGER risk_append_only BEFORE UPDATE OR DELETE ON risk_case_events FOR EACH ROW EXECUTE FUNCTION risk_refuse_change();

-- A resident's word against a decision; somebody answers who had nothing to do with it.
CREATE TABLE risk_appeals (
    book_id      integer NOT NULL,
    id           uuid NOT NULL,
    decision_id  uuid NOT NULL,
    case_id      uuid NOT NULL,
    resident_id  uuid NOT NULL,
    text         text NOT NULL,
    state        text NOT NULL,
    appealed_at  timestamptz NOT NULL,
    answered_by  uuid,
    answered_at  timestamptz,
    answer       text,
    CONSTRAINT pk_risk_appeals PRIMARY KEY (book_id, id),
    CONSTRAINT uq_risk_appeals_decision UNIQUE (book_id, decision_id),
    CONSTRAINT fk_risk_appeals_decision FOREIGN KEY (book_id, decision_id) REFERENCES risk_decisions (book_id, id),
    CONSTRAINT fk_risk_appeals_case FOREIGN KEY (book_id, case_id) REFERENCES risk_cases (book_id, id),
    CONSTRAINT ck_risk_appeals_text CHECK (char_length(text) BETWEEN 1 AND 1000),
    CONSTRAINT ck_risk_appeals_others CHECK (answered_by <> resident_id),
    CONSTRAINT ck_risk_appeals_state CHECK (state IN ('open', 'upheld', 'overturned') AND (state = 'open') = (answered_at IS NULL)
        AND num_nulls(answered_by, answered_at, answer) IN (0, 3))
);
CREATE INDEX ix_risk_appeals_state ON risk_appeals (book_id, state, id);
CREATE INDEX ix_risk_appeals_case ON risk_appeals (book_id, case_id);
GRANT SELECT, INSERT ON risk_appeals TO linli_app;
GRANT UPDATE (state, answered_by, answered_at, answer) ON risk_appeals TO linli_app;

-- Refused, whoever asks: an answer by who took or closed the case or acted in what was decided, and a second answer.
CREATE FUNCTION risk_guard_appeal() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
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
CREATE TRIGGER risk_appeal_by_others BEFORE UPDATE ON risk_appeals FOR EACH ROW EXECUTE FUNCTION risk_guard_appeal();

-- A rule is silent about somebody until a day: rule × whom × expiry, from a decision.
CREATE TABLE risk_snoozes (
    book_id      integer NOT NULL,
    id           uuid NOT NULL,
    rule         text NOT NULL,
    pivot        text NOT NULL,
    pivot_id     uuid NOT NULL,
    decision_id  uuid NOT NULL,
    reason       text NOT NULL,
    snoozed_by   uuid NOT NULL,
    snoozed_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    ended_by     uuid,
    ended_at     timestamptz,
    CONSTRAINT pk_risk_snoozes PRIMARY KEY (book_id, id),
    CONSTRAINT fk_risk_snoozes_decision FOREIGN KEY (book_id, decision_id) REFERENCES risk_decisions (book_id, id),
    CONSTRAINT ck_risk_snoozes_reason CHECK (char_length(reason) BETWEEN 1 AND 200),
    CONSTRAINT ck_risk_snoozes_others CHECK (snoozed_by <> pivot_id),
    CONSTRAINT ck_risk_snoozes_expires CHECK (expires_at > snoozed_at AND expires_at <= snoozed_at + interval '90 days'),
    CONSTRAINT ck_risk_snoozes_ended CHECK ((ended_by IS NULL) = (ended_at IS NULL))
);
CREATE INDEX ix_risk_snoozes_pivot ON risk_snoozes (book_id, pivot_id, expires_at) WHERE ended_at IS NULL; -- asked with every decision
GRANT SELECT, INSERT ON risk_snoozes TO linli_app;
GRANT UPDATE (ended_by, ended_at) ON risk_snoozes TO linli_app;

CREATE TABLE risk_lists (
    book_id     integer NOT NULL,
    code        text NOT NULL,
    title       text NOT NULL,
    created_by  uuid NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT pk_risk_lists PRIMARY KEY (book_id, code),
    CONSTRAINT ck_risk_lists_code CHECK (code ~ '^[a-z][a-z0-9_]{0,29}$'),
    CONSTRAINT ck_risk_lists_title CHECK (char_length(title) BETWEEN 1 AND 100)
);
GRANT SELECT, INSERT ON risk_lists TO linli_app;
GRANT UPDATE (title) ON risk_lists TO linli_app; -- for the lock; a title never changes

CREATE TABLE risk_list_items (
    book_id     integer NOT NULL,
    id          uuid NOT NULL,
    list_code   text NOT NULL,
    value       text NOT NULL,
    reason      text NOT NULL,
    added_by    uuid NOT NULL,
    added_at    timestamptz NOT NULL,
    expires_at  timestamptz,
    removed_by  uuid,
    removed_at  timestamptz,
    CONSTRAINT pk_risk_list_items PRIMARY KEY (book_id, id),
    CONSTRAINT fk_risk_list_items_list FOREIGN KEY (book_id, list_code) REFERENCES risk_lists (book_id, code),
    CONSTRAINT ck_risk_list_items_value CHECK (char_length(value) BETWEEN 1 AND 64),
    CONSTRAINT ck_risk_list_items_reason CHECK (char_length(reason) BETWEEN 1 AND 200),
    CONSTRAINT ck_risk_list_items_removed CHECK ((removed_by IS NULL) = (removed_at IS NULL))
);
CREATE INDEX ix_risk_list_items_value ON risk_list_items (book_id, value) WHERE removed_at IS NULL; -- asked with every decision
CREATE INDEX ix_risk_list_items_list ON risk_list_items (book_id, list_code, id);
GRANT SELECT, INSERT ON risk_list_items TO linli_app;
GRANT UPDATE (removed_by, removed_at) ON risk_list_items TO linli_app;

-- What the nightly graph found; read as features while it is found again and again.
CREATE TABLE risk_findings (
    book_id    integer NOT NULL,
    kind       text NOT NULL,
    about      text NOT NULL,
    about_id   uuid NOT NULL,
    value      integer NOT NULL,
    evidence   jsonb NOT NULL,
    first_at   timestamptz NOT NULL,
    last_at    timestamptz NOT NULL,
    case_id    uuid,
    CONSTRAINT pk_risk_findings PRIMARY KEY (book_id, about_id, kind),
    CONSTRAINT fk_risk_findings_case FOREIGN KEY (book_id, case_id) REFERENCES risk_cases (book_id, id)
);
CREATE INDEX ix_risk_findings_case ON risk_findings (book_id, case_id) WHERE case_id IS NOT NULL;
GRANT SELECT, INSERT ON risk_findings TO linli_app;
GRANT UPDATE (value, evidence, last_at, case_id) ON risk_findings TO linli_app;

CREATE TABLE risk_backtests (
    book_id       integer NOT NULL,
    id            uuid NOT NULL,
    version       integer NOT NULL,
    starts_at     timestamptz NOT NULL,
    ends_at       timestamptz NOT NULL,
    state         text NOT NULL,
    requested_by  uuid NOT NULL,
    requested_at  timestamptz NOT NULL,
    done_at       timestamptz,
    result        jsonb NOT NULL,
    CONSTRAINT pk_risk_backtests PRIMARY KEY (book_id, id),
    CONSTRAINT fk_risk_backtests_version FOREIGN KEY (book_id, version) REFERENCES risk_rule_sets (book_id, version),
    CONSTRAINT ck_risk_backtests_period CHECK (ends_at > starts_at),
    CONSTRAINT ck_risk_backtests_state CHECK (state IN ('running', 'done') AND (state = 'done') = (done_at IS NOT NULL))
);
GRANT SELECT, INSERT ON risk_backtests TO linli_app;
GRANT UPDATE (state, done_at, result) ON risk_backtests TO linli_app;

DO $$
DECLARE
    kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['risk_rule_sets', 'risk_cases', 'risk_appeals', 'risk_snoozes', 'risk_list_items'] LOOP
        EXECUTE format('CREATE TRIGGER risk_no_delete BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION risk_refuse_change()', kept);
    END LOOP;
    FOREACH kept IN ARRAY ARRAY['risk_decisions', 'risk_shadows', 'risk_case_events', 'risk_rule_sets', 'risk_cases', 'risk_appeals'] LOOP
        EXECUTE format('CREATE TRIGGER risk_no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION risk_refuse_change()', kept);
    END LOOP;
END $$;
