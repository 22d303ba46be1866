-- Awards: to hold fewer of them back takes two people.

CREATE TABLE volunteers_policy_proposals (
    book_id           integer NOT NULL,
    id                uuid NOT NULL,
    policy_id         uuid,                 -- in force when it was proposed; none: what every book begins with
    roster_required   boolean NOT NULL,
    paper_points_max  bigint NOT NULL,
    alone_points_max  bigint NOT NULL,
    sample_permille   integer NOT NULL,
    reason            text NOT NULL,
    state             text NOT NULL,        -- open is over at expires_at, whoever looks
    proposed_by       uuid NOT NULL,
    proposer_owner_id uuid NOT NULL,        -- whose passbook the proposer's own is
    proposed_at       timestamptz NOT NULL,
    expires_at        timestamptz NOT NULL,
    decided_by        uuid,
    decided_at        timestamptz,
    decision_reason   text,
    CONSTRAINT pk_volunteers_policy_proposals PRIMARY KEY (book_id, id),
    CONSTRAINT fk_volunteers_policy_proposals_book_id FOREIGN KEY (book_id) REFERENCES points_books (id),
    CONSTRAINT fk_volunteers_policy_proposals_policy FOREIGN KEY (book_id, policy_id)
        REFERENCES volunteers_award_policies (book_id, id),
    CONSTRAINT ck_volunteers_policy_proposals_points CHECK (paper_points_max BETWEEN 0 AND alone_points_max
        AND alone_points_max <= 1000000),
    CONSTRAINT ck_volunteers_policy_proposals_sample CHECK (sample_permille BETWEEN 0 AND 1000),
    CONSTRAINT ck_volunteers_policy_proposals_reason CHECK (char_length(reason) BETWEEN 1 AND 200),
    CONSTRAINT ck_volunteers_policy_proposals_state CHECK (state IN ('open', 'approved', 'rejected', 'withdrawn')),
    CONSTRAINT ck_volunteers_policy_proposals_times CHECK (expires_at > proposed_at),
    CONSTRAINT ck_volunteers_policy_proposals_decided CHECK (num_nulls(decided_by, decided_at)
        = CASE state WHEN 'open' THEN 2 ELSE 0 END AND (decision_reason IS NOT NULL) = (state = 'rejected')),
    CONSTRAINT ck_volunteers_policy_proposals_in_time CHECK (state <> 'approved' OR decided_at < expires_at),
    CONSTRAINT ck_volunteers_policy_proposals_two_people CHECK (CASE WHEN state IN ('approved', 'rejected')
        THEN decided_by <> proposed_by AND decided_by <> proposer_owner_id
        WHEN state = 'withdrawn' THEN decided_by = proposed_by ELSE true END)
);
CREATE INDEX ix_volunteers_policy_proposals_state ON volunteers_policy_proposals (book_id, state, id); -- what waits
GRANT SELECT, INSERT ON volunteers_policy_proposals TO linli_app;
GRANT UPDATE (state, decided_by, decided_at, decision_reason) ON volunteers_policy_proposals TO linli_app;

CREATE FUNCTION volunteers_guard_policy_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (TG_OP = 'INSERT' AND NEW.state <> 'open') OR (TG_OP = 'UPDATE' AND OLD.state <> 'open') THEN
        RAISE EXCEPTION 'volunteers: a proposal for a policy refused to change: it is decided once'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'volunteers_policy_proposal_is_decided_once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER volunteers_policy_proposal_is_decided_once BEFORE INSERT OR UPDATE ON volunteers_policy_proposals
    FOR EACH ROW EXECUTE FUNCTION volunteers_guard_policy_proposal();

ALTER TABLE volunteers_award_policies
    ADD COLUMN proposal_id uuid,            -- none: it held no fewer awards back than the one before
    ADD CONSTRAINT fk_volunteers_award_policies_proposal FOREIGN KEY (book_id, proposal_id)
        REFERENCES volunteers_policy_proposals (book_id, id),
    ADD CONSTRAINT uq_volunteers_award_policies_proposal UNIQUE (book_id, proposal_id);

-- Whoever holds fewer awards back than the policy before needs an approved proposal that says just that. What every
-- book begins with stands here as in app/volunteers/terms.py; a test compares them.
CREATE FUNCTION volunteers_guard_policy() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before volunteers_award_policies;
BEGIN
    SELECT * INTO before FROM volunteers_award_policies p WHERE p.book_id = NEW.book_id ORDER BY p.id DESC LIMIT 1;
    IF NEW.proposal_id IS NULL THEN
        IF (coalesce(before.roster_required, false) AND NOT NEW.roster_required)
            OR NEW.paper_points_max > coalesce(before.paper_points_max, 100)
            OR NEW.alone_points_max > coalesce(before.alone_points_max, 240)
            OR NEW.sample_permille < coalesce(before.sample_permille, 20) THEN
            RAISE EXCEPTION 'volunteers: a policy of awards refused: to hold fewer back takes two people'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'volunteers_policy_takes_two_people';
        END IF;
    ELSIF NOT EXISTS (SELECT 1 FROM volunteers_policy_proposals p
                       WHERE p.book_id = NEW.book_id AND p.id = NEW.proposal_id AND p.state = 'approved'
                         AND p.policy_id IS NOT DISTINCT FROM before.id
                         AND (p.roster_required, p.paper_points_max, p.alone_points_max, p.sample_permille)
                           = (NEW.roster_required, NEW.paper_points_max, NEW.alone_points_max, NEW.sample_permille)) THEN
        RAISE EXCEPTION 'volunteers: a policy of awards refused: it is not what two people agreed on'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'volunteers_policy_takes_two_people';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER volunteers_policy_takes_two_people BEFORE INSERT ON volunteers_award_policies
    FOR EACH ROW EXECUTE FUNCTION volunteers_guard_policy();
