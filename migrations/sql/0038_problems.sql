-- Problems: what one or many reports are of. The first that is accepted earns as its rule says, a few confirm it.

CREATE TABLE reports_problems (
    book_id           integer NOT NULL,
    id                uuid NOT NULL,
    category          text NOT NULL,
    place_key         text NOT NULL,             -- the words of the place, made comparable
    lat               double precision,          -- WGS-84, rounded to eleven metres
    lng               double precision,
    cell_lat          integer,                   -- the square of the grid, by which neighbours are found
    cell_lng          integer,
    opened_at         timestamptz NOT NULL,
    last_at           timestamptz NOT NULL,
    first_report_id   uuid,
    first_reporter_id uuid,
    confirmed         integer NOT NULL DEFAULT 0, -- how many who confirmed were paid
    CONSTRAINT pk_reports_problems PRIMARY KEY (book_id, id),
    CONSTRAINT fk_reports_problems_book_id FOREIGN KEY (book_id) REFERENCES points_books (id),
    CONSTRAINT ck_reports_problems_category CHECK (category ~ '^[a-z_]{1,30}$'),
    CONSTRAINT ck_reports_problems_place_key CHECK (char_length(place_key) BETWEEN 1 AND 200),
    CONSTRAINT ck_reports_problems_spot CHECK (num_nulls(lat, lng, cell_lat, cell_lng) IN (0, 4)),
    CONSTRAINT ck_reports_problems_times CHECK (opened_at <= last_at),
    CONSTRAINT ck_reports_problems_first CHECK ((first_report_id IS NULL) = (first_reporter_id IS NULL)),
    CONSTRAINT ck_reports_problems_confirmed CHECK (confirmed BETWEEN 0 AND 5 AND (confirmed = 0 OR first_report_id IS NOT NULL))
);
CREATE INDEX ix_reports_problems_cell ON reports_problems (book_id, cell_lat, cell_lng, category, last_at);
CREATE INDEX ix_reports_problems_place ON reports_problems (book_id, place_key, category, last_at);
GRANT SELECT, INSERT ON reports_problems TO linli_app;
GRANT UPDATE (last_at, first_report_id, first_reporter_id, confirmed) ON reports_problems TO linli_app;

-- Who was first stays so, and paid confirmations are only counted up.
CREATE FUNCTION reports_guard_problem() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.first_report_id IS NOT NULL AND (NEW.first_report_id, NEW.first_reporter_id)
                                            IS DISTINCT FROM (OLD.first_report_id, OLD.first_reporter_id))
        OR NEW.confirmed < OLD.confirmed OR NEW.last_at < OLD.last_at THEN
        RAISE EXCEPTION 'reports: a problem refused to change: who was first and how many confirmed it stay'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reports_problem_keeps_its_first';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reports_problem_keeps_its_first BEFORE UPDATE ON reports_problems
    FOR EACH ROW EXECUTE FUNCTION reports_guard_problem();

ALTER TABLE reports_reports
    ADD COLUMN category text NOT NULL DEFAULT 'other',
    ADD COLUMN lat double precision,
    ADD COLUMN lng double precision,
    ADD COLUMN problem_id uuid,                  -- none: filed before reports were put together
    ADD COLUMN is_known boolean NOT NULL DEFAULT false,
    ADD COLUMN standing text,
    ADD COLUMN needs_second boolean NOT NULL DEFAULT false,
    ADD COLUMN first_seen_by uuid,               -- does not accept it where a second is needed
    ADD CONSTRAINT fk_reports_reports_problem FOREIGN KEY (book_id, problem_id) REFERENCES reports_problems (book_id, id),
    ADD CONSTRAINT ck_reports_reports_category CHECK (category ~ '^[a-z_]{1,30}$'),
    ADD CONSTRAINT ck_reports_reports_spot CHECK (num_nulls(lat, lng) IN (0, 2)),
    ADD CONSTRAINT ck_reports_reports_standing CHECK (standing IN ('first', 'confirms', 'thanked')),
    ADD CONSTRAINT ck_reports_reports_second CHECK (NOT needs_second OR first_seen_by IS NOT NULL),
    ADD CONSTRAINT ck_reports_reports_two_people CHECK (NOT (needs_second AND state = 'accepted' AND decided_by = first_seen_by)),
    DROP CONSTRAINT ck_reports_reports_decided,
    ADD CONSTRAINT ck_reports_reports_decided CHECK (CASE
        WHEN state = 'filed' THEN num_nonnulls(decided_by, decided_at, reason, points, budget_id, transaction_id, rule, chosen_points, award_id, standing) = 0
        WHEN state = 'accepted' AND standing = 'thanked' THEN num_nulls(decided_by, decided_at, points) = 0 AND points = 0
                             AND num_nonnulls(reason, budget_id, transaction_id, rule, chosen_points, award_id) = 0
        WHEN state = 'accepted' THEN num_nulls(decided_by, decided_at, points, budget_id) = 0 AND reason IS NULL
                             AND (rule IS NULL) = (award_id IS NULL) AND num_nonnulls(award_id, transaction_id) > 0
        WHEN state = 'rejected' THEN num_nulls(decided_by, decided_at, reason) = 0
                             AND num_nonnulls(points, budget_id, transaction_id, rule, chosen_points, award_id, standing) = 0
        ELSE false END);
CREATE INDEX ix_reports_reports_book_id_problem_id_id ON reports_reports (book_id, problem_id, id); -- the reports of a problem
GRANT UPDATE (problem_id, is_known, standing, needs_second, first_seen_by) ON reports_reports TO linli_app;

-- That a clerk parted or joined reports, and why: kept as it was written.
CREATE TABLE reports_moves (
    book_id         integer NOT NULL,
    id              uuid NOT NULL,
    report_id       uuid NOT NULL,
    from_problem_id uuid,
    to_problem_id   uuid NOT NULL,
    moved_by        uuid NOT NULL,
    moved_at        timestamptz NOT NULL,
    reason          text NOT NULL,
    CONSTRAINT pk_reports_moves PRIMARY KEY (book_id, id),
    CONSTRAINT fk_reports_moves_report FOREIGN KEY (book_id, report_id) REFERENCES reports_reports (book_id, id),
    CONSTRAINT fk_reports_moves_problem FOREIGN KEY (book_id, to_problem_id) REFERENCES reports_problems (book_id, id),
    CONSTRAINT ck_reports_moves_reason CHECK (char_length(reason) BETWEEN 1 AND 200)
);
CREATE INDEX ix_reports_moves_book_id_report_id ON reports_moves (book_id, report_id, id);
GRANT SELECT, INSERT ON reports_moves TO linli_app;
