-- Gatherings of volunteers, where people check in and out on site, and their stays.

CREATE TABLE volunteers_gatherings (
    book_id     integer NOT NULL,
    id          uuid NOT NULL,
    title       text NOT NULL,
    rule        text NOT NULL,             -- by which stays are paid; the ledger knows it or refuses
    starts_at   timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL,
    minutes_min integer NOT NULL,
    lat         double precision NOT NULL, -- WGS-84
    lng         double precision NOT NULL,
    key         bytea NOT NULL,            -- makes the codes on the leader's screen
    opened_by   uuid NOT NULL,
    opened_at   timestamptz NOT NULL,
    heads       integer,                   -- counted on site by who leads
    counted_at  timestamptz,
    CONSTRAINT pk_volunteers_gatherings PRIMARY KEY (book_id, id),
    CONSTRAINT fk_volunteers_gatherings_book_id FOREIGN KEY (book_id) REFERENCES points_books (id),
    CONSTRAINT ck_volunteers_gatherings_title CHECK (char_length(title) BETWEEN 1 AND 200),
    CONSTRAINT ck_volunteers_gatherings_times CHECK (starts_at < ends_at),
    CONSTRAINT ck_volunteers_gatherings_minutes CHECK (minutes_min BETWEEN 1 AND 1440),
    CONSTRAINT ck_volunteers_gatherings_key CHECK (octet_length(key) = 32),
    CONSTRAINT ck_volunteers_gatherings_heads CHECK ((heads IS NULL) = (counted_at IS NULL) AND heads BETWEEN 0 AND 10000)
);
GRANT SELECT, INSERT ON volunteers_gatherings TO linli_app;
GRANT UPDATE (heads, counted_at) ON volunteers_gatherings TO linli_app;

CREATE TABLE volunteers_stays (
    book_id      integer NOT NULL,
    gathering_id uuid NOT NULL,
    resident_id  uuid NOT NULL,
    in_at        timestamptz NOT NULL,
    in_lat       double precision,         -- forgotten after thirty days, as out_lat
    in_lng       double precision,
    in_outcome   text NOT NULL,
    out_at       timestamptz,
    out_lat      double precision,
    out_lng      double precision,
    out_outcome  text,
    verdict      text,                     -- of people, where something was odd
    decided_by   uuid,
    decided_at   timestamptz,
    reason       text,
    CONSTRAINT pk_volunteers_stays PRIMARY KEY (book_id, gathering_id, resident_id),
    CONSTRAINT fk_volunteers_stays_gathering FOREIGN KEY (book_id, gathering_id) REFERENCES volunteers_gatherings (book_id, id),
    CONSTRAINT ck_volunteers_stays_out CHECK (num_nulls(out_at, out_outcome) IN (0, 2) AND out_at > in_at),
    CONSTRAINT ck_volunteers_stays_outcomes CHECK (in_outcome IN ('approve', 'review', 'block_and_review')
        AND out_outcome IN ('approve', 'review', 'block_and_review')),
    CONSTRAINT ck_volunteers_stays_decided CHECK (num_nulls(verdict, decided_by, decided_at, reason) IN (0, 4)),
    CONSTRAINT ck_volunteers_stays_verdict CHECK (verdict IN ('accepted', 'rejected'))
);
CREATE INDEX ix_volunteers_stays_book_id_resident_id_in_at ON volunteers_stays (book_id, resident_id, in_at); -- where one was seen before
CREATE INDEX ix_volunteers_stays_positions ON volunteers_stays (in_at) WHERE in_lat IS NOT NULL; -- to be forgotten
GRANT SELECT, INSERT ON volunteers_stays TO linli_app;
GRANT UPDATE (in_lat, in_lng, out_at, out_lat, out_lng, out_outcome, verdict, decided_by, decided_at, reason) ON volunteers_stays TO linli_app;

-- A scan is written once, and so is what people decided; positions are only forgotten.
CREATE FUNCTION volunteers_guard_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.out_at IS NOT NULL AND (NEW.out_at, NEW.out_outcome) IS DISTINCT FROM (OLD.out_at, OLD.out_outcome))
        OR (OLD.verdict IS NOT NULL AND (NEW.verdict, NEW.decided_by, NEW.decided_at, NEW.reason)
                                        IS DISTINCT FROM (OLD.verdict, OLD.decided_by, OLD.decided_at, OLD.reason))
        OR (NEW.in_lat IS NOT NULL AND NEW.in_lat IS DISTINCT FROM OLD.in_lat)
        OR (NEW.in_lng IS NOT NULL AND NEW.in_lng IS DISTINCT FROM OLD.in_lng) THEN
        RAISE EXCEPTION 'volunteers: a stay refused to change: a scan and a decision are written once'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'volunteers_stay_is_written_once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER volunteers_stay_is_written_once BEFORE UPDATE ON volunteers_stays
    FOR EACH ROW EXECUTE FUNCTION volunteers_guard_stay();
