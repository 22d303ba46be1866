-- A fact is paid once, whichever version of its rule decides it. Each version looks for what the others paid; so that none
-- is looked for in vain, who publishes a version waits for the awards under way by the one before (the lock of their
-- foreign key), and an award by a version that was replaced meanwhile begins anew.
CREATE FUNCTION points_guard_award_versions() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM (SELECT DISTINCT book_id, rule_code, rule_version FROM fresh) a
                 JOIN points_award_rule_versions v
                   ON v.book_id = a.book_id AND v.code = a.rule_code AND v.version > a.rule_version AND v.published_at IS NOT NULL) THEN
        RAISE EXCEPTION 'points: an award by a version of its rule that was replaced'
            USING ERRCODE = 'serialization_failure', CONSTRAINT = 'points_awards_version_current';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER points_awards_version_current AFTER INSERT ON points_awards
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION points_guard_award_versions();

-- A wrong award that expired unspent is owed by nobody: what expired of it goes out of the world.
INSERT INTO points_code_legs (code, kind, sign) VALUES ('clawback', 'breakage', -1), ('clawback', 'issuance', 1);

-- A rule may pay from allotments only: without one the whole budget would be at the hand of every coordinator.
ALTER TABLE points_award_rule_versions ADD COLUMN allotment_required boolean NOT NULL DEFAULT false;

-- From what was done, and from its proof, to what was paid for it. Under the collation "C" as ix_points_awards_rule, and for
-- the same reason: who asks by passbook must not be planned by these. The first begins with the subject: begun with the book,
-- it was planned for the book alone while nobody had counted the register. The other is partial, and so of no use to them.
CREATE INDEX ix_points_awards_subject ON points_awards (subject COLLATE "C", book_id, id);
CREATE INDEX ix_points_awards_evidence ON points_awards (book_id, evidence COLLATE "C", id) WHERE evidence IS NOT NULL;

-- Who said who lives together, and why. What an import says is not written here: it is on record itself.
CREATE TABLE points_household_changes (
    book_id       integer NOT NULL REFERENCES points_books (id),
    id            uuid NOT NULL,
    resident_id   uuid NOT NULL,
    household_id  uuid,                 -- NULL: lives in none any more
    reason        text NOT NULL,
    changed_by    uuid NOT NULL,
    changed_at    timestamptz NOT NULL,
    CONSTRAINT pk_points_household_changes PRIMARY KEY (book_id, id),
    CONSTRAINT ck_points_household_changes_reason CHECK (char_length(reason) BETWEEN 1 AND 200)
);
CREATE INDEX ix_points_household_changes_resident ON points_household_changes (book_id, resident_id, id);
GRANT SELECT, INSERT ON points_household_changes TO linli_app;
CREATE TRIGGER points_append_only BEFORE UPDATE OR DELETE ON points_household_changes FOR EACH ROW EXECUTE FUNCTION points_refuse_change();
CREATE TRIGGER points_no_truncate BEFORE TRUNCATE ON points_household_changes FOR EACH STATEMENT EXECUTE FUNCTION points_refuse_change();
