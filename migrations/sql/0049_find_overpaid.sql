-- Terms that were agreed before they were held to what the book pays for a point (the richest budget may have come later) are
-- found by the nightly comparison of their shop: so many points for a yuan, so many fen paid for each, together above a yuan.
-- A finding of before, and one about statements alone, has neither.

ALTER TABLE merchants_settlement_findings
    ADD COLUMN points_per_yuan integer,
    ADD COLUMN point_value_fen integer,
    ADD CONSTRAINT ck_merchants_settlement_findings_overpaid CHECK (
        (points_per_yuan IS NULL) = (point_value_fen IS NULL) AND points_per_yuan::bigint * point_value_fen > 100);
