-- Where shops are, so that residents see the nearest ones first. Nothing is kept of where a resident is.

ALTER TABLE merchants_branches
    ADD COLUMN lat       double precision, -- WGS-84
    ADD COLUMN lng       double precision,
    ADD COLUMN placed_by uuid,
    ADD COLUMN placed_at timestamptz,
    ADD CONSTRAINT ck_merchants_branches_position CHECK (num_nulls(lat, lng, placed_by, placed_at) IN (0, 4)
        AND lat BETWEEN -90 AND 90 AND lng BETWEEN -180 AND 180);
GRANT UPDATE (lat, lng, placed_by, placed_at) ON merchants_branches TO linli_app;
