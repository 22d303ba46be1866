-- Reports: what whoever saw one first would have paid. A second look counts for that alone.
ALTER TABLE reports_reports
    ADD COLUMN seen_rule text,
    ADD COLUMN seen_chosen_points bigint,
    ADD COLUMN seen_points bigint,               -- foreseen; caps may leave less
    ADD CONSTRAINT ck_reports_reports_seen CHECK ((seen_rule IS NULL) = (seen_points IS NULL)
        AND (seen_chosen_points IS NULL OR seen_rule IS NOT NULL) AND (seen_rule IS NULL OR needs_second)),
    ADD CONSTRAINT ck_reports_reports_seen_points CHECK (seen_points BETWEEN 0 AND 1000000000);
GRANT UPDATE (seen_rule, seen_chosen_points, seen_points) ON reports_reports TO linli_app;
