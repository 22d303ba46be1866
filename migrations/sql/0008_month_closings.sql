-- Months that are closed: nothing is dated into them any more, corrections are new transactions of a later month.
CREATE TABLE points_month_closings (
    book_id    integer NOT NULL REFERENCES points_books (id),
    month      date NOT NULL,           -- its first day
    ends_at    timestamptz NOT NULL,    -- the first instant after it (Asia/Shanghai)
    figures    jsonb NOT NULL,          -- what the month's report says, for ever
    balances   jsonb NOT NULL,          -- the trial balance at its end
    closed_by  uuid NOT NULL,
    closed_at  timestamptz NOT NULL,
    CONSTRAINT pk_points_month_closings PRIMARY KEY (book_id, month),
    CONSTRAINT ck_points_month_closings_month CHECK (extract(day FROM month) = 1 AND closed_at >= ends_at)
);
GRANT SELECT, INSERT ON points_month_closings TO linli_app;
CREATE TRIGGER points_append_only BEFORE UPDATE OR DELETE ON points_month_closings FOR EACH ROW EXECUTE FUNCTION points_refuse_change();
CREATE TRIGGER points_no_truncate BEFORE TRUNCATE ON points_month_closings FOR EACH STATEMENT EXECUTE FUNCTION points_refuse_change();
