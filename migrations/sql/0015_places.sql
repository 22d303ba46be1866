-- Where things are and who looks after them.

-- The tree of areas. `path` is the ids from the root down to the row itself, each 32 hexadecimal digits and a slash, so
-- that "in or below" is a comparison of two texts, and what lies below an area is one range of the index. Only a move
-- changes it, for a whole subtree in one statement.
CREATE TABLE places_areas (
    id              uuid NOT NULL,
    parent_id       uuid,
    kind            text NOT NULL,
    name            text NOT NULL,
    code            text NOT NULL,           -- short, as offices write it: 3 for 3号楼
    path            text COLLATE "C" NOT NULL,
    book            text,                    -- the points book of a community; opaque here
    grid_id         uuid,                    -- the grid that covers a building
    lat             double precision,        -- WGS-84
    lng             double precision,
    raw_lat         double precision,        -- as it was given, on `datum`
    raw_lng         double precision,
    datum           text,
    accuracy_m      double precision,
    position_source text,
    opened_by       uuid NOT NULL,
    opened_at       timestamptz NOT NULL,
    closed_by       uuid,
    closed_at       timestamptz,
    CONSTRAINT pk_places_areas PRIMARY KEY (id),
    CONSTRAINT fk_places_areas_parent_id FOREIGN KEY (parent_id) REFERENCES places_areas (id),
    CONSTRAINT fk_places_areas_grid_id FOREIGN KEY (grid_id) REFERENCES places_areas (id),
    CONSTRAINT uq_places_areas_book UNIQUE (book),
    CONSTRAINT uq_places_areas_path UNIQUE (path),
    CONSTRAINT ck_places_areas_kind CHECK (kind IN ('district', 'street', 'community', 'grid', 'estate', 'building', 'unit')),
    CONSTRAINT ck_places_areas_root CHECK ((kind = 'district') = (parent_id IS NULL)),
    CONSTRAINT ck_places_areas_path CHECK (
        path ~ '^([0-9a-f]{32}/){1,8}$'
        AND right(path, 66) = coalesce(replace(parent_id::text, '-', '') || '/', '') || replace(id::text, '-', '') || '/'),
    CONSTRAINT ck_places_areas_name CHECK (char_length(name) BETWEEN 1 AND 50),
    CONSTRAINT ck_places_areas_code CHECK (char_length(code) BETWEEN 1 AND 20),
    CONSTRAINT ck_places_areas_book CHECK (book IS NULL OR kind = 'community'),
    CONSTRAINT ck_places_areas_grid CHECK (grid_id IS NULL OR kind = 'building'),
    CONSTRAINT ck_places_areas_position CHECK (num_nulls(lat, lng, raw_lat, raw_lng, datum, position_source) IN (0, 6)
        AND (lat IS NOT NULL OR accuracy_m IS NULL) AND lat BETWEEN -90 AND 90 AND lng BETWEEN -180 AND 180 AND accuracy_m >= 0),
    CONSTRAINT ck_places_areas_datum CHECK (datum IN ('gcj02', 'wgs84')),
    CONSTRAINT ck_places_areas_closed CHECK ((closed_by IS NULL) = (closed_at IS NULL))
);
-- Neighbours differ in name and code; what is closed frees both.
CREATE UNIQUE INDEX uq_places_areas_name ON places_areas (parent_id, name) NULLS NOT DISTINCT WHERE closed_at IS NULL;
CREATE UNIQUE INDEX uq_places_areas_code ON places_areas (parent_id, kind, code) NULLS NOT DISTINCT WHERE closed_at IS NULL;
CREATE INDEX ix_places_areas_kind_path ON places_areas (kind, path);          -- the communities of the district, the buildings below an estate
CREATE INDEX ix_places_areas_grid_id ON places_areas (grid_id) WHERE grid_id IS NOT NULL;
GRANT SELECT, INSERT ON places_areas TO linli_app;
GRANT UPDATE (parent_id, name, code, path, book, grid_id, lat, lng, raw_lat, raw_lng, datum, accuracy_m, position_source,
              closed_by, closed_at) ON places_areas TO linli_app;

-- A file with a part of the tree: checked at once, taken in as a whole or not at all.
CREATE TABLE places_imports (
    id            uuid NOT NULL,
    area_id       uuid,                      -- the community it may change; NULL: any area
    media_type    text NOT NULL,
    state         text NOT NULL,
    rows          jsonb,                     -- as they were read, until they are taken in
    rows_total    integer NOT NULL,
    errors        integer NOT NULL,
    warnings      integer NOT NULL,
    opened        integer NOT NULL,          -- areas that would be, or were, opened
    changed       integer NOT NULL,
    unchanged     integer NOT NULL,
    uploaded_by   uuid NOT NULL,
    uploaded_at   timestamptz NOT NULL,
    committed_by  uuid,
    committed_at  timestamptz,
    CONSTRAINT pk_places_imports PRIMARY KEY (id),
    CONSTRAINT fk_places_imports_area_id FOREIGN KEY (area_id) REFERENCES places_areas (id),
    CONSTRAINT ck_places_imports_state CHECK (CASE state
        WHEN 'checked' THEN rows IS NOT NULL AND num_nonnulls(committed_by, committed_at) = 0
        WHEN 'committed' THEN rows IS NULL AND errors = 0 AND num_nulls(committed_by, committed_at) = 0
        ELSE false END)
);
CREATE INDEX ix_places_imports_uploaded_at ON places_imports (uploaded_at) WHERE state = 'checked'; -- forgetting
CREATE INDEX ix_places_imports_area_id ON places_imports (area_id, id);
GRANT SELECT, INSERT, DELETE ON places_imports TO linli_app;
GRANT UPDATE (state, rows, opened, changed, unchanged, committed_by, committed_at) ON places_imports TO linli_app;

CREATE TABLE places_import_problems (
    import_id  uuid NOT NULL,
    line       integer NOT NULL,
    field      text NOT NULL,
    code       text NOT NULL,
    cell       text NOT NULL,                -- C17; empty where the whole row is meant
    severity   text NOT NULL,
    detail     jsonb NOT NULL,
    CONSTRAINT pk_places_import_problems PRIMARY KEY (import_id, line, field, code),
    CONSTRAINT fk_places_import_problems_import_id FOREIGN KEY (import_id) REFERENCES places_imports (id) ON DELETE CASCADE,
    CONSTRAINT ck_places_import_problems_severity CHECK (severity IN ('error', 'warning'))
);
GRANT SELECT, INSERT, DELETE ON places_import_problems TO linli_app;

-- Who looks after areas. `area_id` is where the unit belongs; what it serves is in places_service_areas.
CREATE TABLE places_units (
    id         uuid NOT NULL,
    kind       text NOT NULL,
    name       text NOT NULL,
    area_id    uuid NOT NULL,
    opened_by  uuid NOT NULL,
    opened_at  timestamptz NOT NULL,
    closed_by  uuid,
    closed_at  timestamptz,
    CONSTRAINT pk_places_units PRIMARY KEY (id),
    CONSTRAINT fk_places_units_area_id FOREIGN KEY (area_id) REFERENCES places_areas (id),
    CONSTRAINT ck_places_units_kind CHECK (kind IN ('squad', 'property', 'station', 'department', 'team')),
    CONSTRAINT ck_places_units_name CHECK (char_length(name) BETWEEN 1 AND 50),
    CONSTRAINT ck_places_units_closed CHECK ((closed_by IS NULL) = (closed_at IS NULL))
);
CREATE UNIQUE INDEX uq_places_units_name ON places_units (area_id, name) WHERE closed_at IS NULL;
GRANT SELECT, INSERT ON places_units TO linli_app;
GRANT UPDATE (name, closed_by, closed_at) ON places_units TO linli_app;

CREATE TABLE places_service_areas (
    id          uuid NOT NULL,
    unit_id     uuid NOT NULL,
    area_id     uuid NOT NULL,
    valid_from  date NOT NULL,
    valid_to    date,                        -- the last day; NULL: until further notice
    made_by     uuid NOT NULL,
    made_at     timestamptz NOT NULL,
    CONSTRAINT pk_places_service_areas PRIMARY KEY (id),
    CONSTRAINT fk_places_service_areas_unit_id FOREIGN KEY (unit_id) REFERENCES places_units (id),
    CONSTRAINT fk_places_service_areas_area_id FOREIGN KEY (area_id) REFERENCES places_areas (id),
    CONSTRAINT ck_places_service_areas_span CHECK (valid_to >= valid_from)
);
CREATE INDEX ix_places_service_areas_area_id ON places_service_areas (area_id);
CREATE INDEX ix_places_service_areas_unit_id ON places_service_areas (unit_id, id);
GRANT SELECT, INSERT, DELETE ON places_service_areas TO linli_app;
GRANT UPDATE (valid_to) ON places_service_areas TO linli_app;

-- Duty. Times of day are the district's; a shift that ends at or before its start ends on the next day.
CREATE TABLE places_duty_patterns (
    id          uuid NOT NULL,
    unit_id     uuid NOT NULL,
    person_id   uuid NOT NULL,               -- opaque
    weekday     smallint NOT NULL,           -- 1 Monday to 7 Sunday
    starts_at   time NOT NULL,
    ends_at     time NOT NULL,
    holidays    boolean NOT NULL,            -- holds every week, whatever the calendar says
    valid_from  date NOT NULL,
    valid_to    date,
    made_by     uuid NOT NULL,
    made_at     timestamptz NOT NULL,
    CONSTRAINT pk_places_duty_patterns PRIMARY KEY (id),
    CONSTRAINT fk_places_duty_patterns_unit_id FOREIGN KEY (unit_id) REFERENCES places_units (id),
    CONSTRAINT ck_places_duty_patterns_weekday CHECK (weekday BETWEEN 1 AND 7),
    CONSTRAINT ck_places_duty_patterns_span CHECK (valid_to >= valid_from)
);
CREATE INDEX ix_places_duty_patterns_unit_id ON places_duty_patterns (unit_id, valid_to);
GRANT SELECT, INSERT, DELETE ON places_duty_patterns TO linli_app;
GRANT UPDATE (valid_to) ON places_duty_patterns TO linli_app;

CREATE TABLE places_duty_shifts (
    id            uuid NOT NULL,
    unit_id       uuid NOT NULL,
    person_id     uuid NOT NULL,
    day           date NOT NULL,
    starts_at     time NOT NULL,
    ends_at       time NOT NULL,
    reason        text NOT NULL,
    made_by       uuid NOT NULL,
    made_at       timestamptz NOT NULL,
    cancelled_by  uuid,
    cancelled_at  timestamptz,
    CONSTRAINT pk_places_duty_shifts PRIMARY KEY (id),
    CONSTRAINT fk_places_duty_shifts_unit_id FOREIGN KEY (unit_id) REFERENCES places_units (id),
    CONSTRAINT ck_places_duty_shifts_reason CHECK (char_length(reason) BETWEEN 1 AND 200),
    CONSTRAINT ck_places_duty_shifts_cancelled CHECK ((cancelled_by IS NULL) = (cancelled_at IS NULL))
);
CREATE INDEX ix_places_duty_shifts_unit_id ON places_duty_shifts (unit_id, day);
GRANT SELECT, INSERT ON places_duty_shifts TO linli_app;
GRANT UPDATE (cancelled_by, cancelled_at) ON places_duty_shifts TO linli_app;

-- A shift on a date that another person takes over; the last one of a shift counts. Nothing here is ever changed.
CREATE TABLE places_duty_swaps (
    id           uuid NOT NULL,
    unit_id      uuid NOT NULL,
    shift_id     uuid NOT NULL,              -- a pattern's id or an extra shift's
    day          date NOT NULL,              -- on which the shift begins
    from_person  uuid NOT NULL,
    to_person    uuid NOT NULL,
    reason       text NOT NULL,
    made_by      uuid NOT NULL,
    made_at      timestamptz NOT NULL,
    CONSTRAINT pk_places_duty_swaps PRIMARY KEY (id),
    CONSTRAINT fk_places_duty_swaps_unit_id FOREIGN KEY (unit_id) REFERENCES places_units (id),
    CONSTRAINT ck_places_duty_swaps_people CHECK (from_person <> to_person),
    CONSTRAINT ck_places_duty_swaps_reason CHECK (char_length(reason) BETWEEN 1 AND 200)
);
CREATE INDEX ix_places_duty_swaps_unit_id ON places_duty_swaps (unit_id, day, id);
GRANT SELECT, INSERT ON places_duty_swaps TO linli_app;

-- Which days are worked. `book`: empty for the whole district, else a community's own exception.
CREATE TABLE places_calendar_days (
    book        text NOT NULL,
    day         date NOT NULL,
    kind        text NOT NULL,
    as_weekday  smallint,                    -- an adjusted day follows the plan of this weekday
    name        text,                        -- the holiday's, as the library or the office calls it
    source      text NOT NULL,
    edited_by   uuid,
    edited_at   timestamptz,
    CONSTRAINT pk_places_calendar_days PRIMARY KEY (book, day),
    CONSTRAINT ck_places_calendar_days_kind CHECK (kind IN ('working', 'weekend', 'holiday', 'adjusted')),
    CONSTRAINT ck_places_calendar_days_as_weekday CHECK ((as_weekday IS NULL OR kind = 'adjusted') AND as_weekday BETWEEN 1 AND 7),
    CONSTRAINT ck_places_calendar_days_name CHECK (char_length(name) BETWEEN 1 AND 50),
    CONSTRAINT ck_places_calendar_days_source CHECK (CASE source
        WHEN 'library' THEN book = '' AND num_nonnulls(edited_by, edited_at) = 0
        WHEN 'edited' THEN num_nulls(edited_by, edited_at) = 0
        ELSE false END)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON places_calendar_days TO linli_app;

-- Posted codes. The picture holds p.<short>.<key version>.<mac>; the keys are settings, not rows.
CREATE TABLE places_qr_points (
    id              uuid NOT NULL,
    short           text NOT NULL,
    area_id         uuid NOT NULL,
    purpose         text NOT NULL,
    place           text NOT NULL,           -- where it hangs, as people say it
    lat             double precision,
    lng             double precision,
    raw_lat         double precision,
    raw_lng         double precision,
    datum           text,
    accuracy_m      double precision,
    position_source text,
    made_by         uuid NOT NULL,
    made_at         timestamptz NOT NULL,
    revoked_by      uuid,
    revoked_at      timestamptz,
    revoke_reason   text,
    CONSTRAINT pk_places_qr_points PRIMARY KEY (id),
    CONSTRAINT uq_places_qr_points_short UNIQUE (short),
    CONSTRAINT fk_places_qr_points_area_id FOREIGN KEY (area_id) REFERENCES places_areas (id),
    CONSTRAINT ck_places_qr_points_short CHECK (short ~ '^[0-9a-z]{10}$'),
    CONSTRAINT ck_places_qr_points_purpose CHECK (purpose IN ('report', 'check_in', 'shop', 'notice', 'service')),
    CONSTRAINT ck_places_qr_points_place CHECK (char_length(place) BETWEEN 1 AND 60),
    CONSTRAINT ck_places_qr_points_position CHECK (num_nulls(lat, lng, raw_lat, raw_lng, datum, position_source) IN (0, 6)
        AND (lat IS NOT NULL OR accuracy_m IS NULL) AND lat BETWEEN -90 AND 90 AND lng BETWEEN -180 AND 180 AND accuracy_m >= 0),
    CONSTRAINT ck_places_qr_points_datum CHECK (datum IN ('gcj02', 'wgs84')),
    CONSTRAINT ck_places_qr_points_revoked CHECK (num_nulls(revoked_by, revoked_at, revoke_reason) IN (0, 3)),
    CONSTRAINT ck_places_qr_points_reason CHECK (char_length(revoke_reason) BETWEEN 1 AND 200)
);
-- One code for one purpose at one place, so that a batch that is asked for twice makes nothing twice.
CREATE UNIQUE INDEX uq_places_qr_points_place ON places_qr_points (area_id, purpose, place) WHERE revoked_at IS NULL;
GRANT SELECT, INSERT ON places_qr_points TO linli_app;
GRANT UPDATE (revoked_by, revoked_at, revoke_reason) ON places_qr_points TO linli_app;

-- Each scan adds to one of sixteen rows by chance: a crowd at a gate does not queue for one. Half-empty pages let an
-- update stay where its row is (HOT), without touching an index.
CREATE TABLE places_qr_scans (
    point_id    uuid NOT NULL,
    stripe      smallint NOT NULL,
    scans       bigint NOT NULL,
    scanned_at  timestamptz NOT NULL,
    CONSTRAINT pk_places_qr_scans PRIMARY KEY (point_id, stripe),
    CONSTRAINT fk_places_qr_scans_point_id FOREIGN KEY (point_id) REFERENCES places_qr_points (id),
    CONSTRAINT ck_places_qr_scans_stripe CHECK (stripe BETWEEN 0 AND 15)
) WITH (fillfactor = 50);
GRANT SELECT, INSERT, UPDATE ON places_qr_scans TO linli_app;
