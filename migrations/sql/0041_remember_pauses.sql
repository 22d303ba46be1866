-- A paused account that was closed: who comes again with the same WeChat account begins paused, over the same case.
-- By the keyed hash alone, and not whose account it was. Forgotten when it is used, with its case, or after 180 days.
CREATE TABLE identity_closed_pauses (
    app_id        text NOT NULL,
    openid_index  bytea NOT NULL,
    case_id       uuid NOT NULL,
    closed_at     timestamptz NOT NULL,
    CONSTRAINT pk_identity_closed_pauses PRIMARY KEY (app_id, openid_index),
    CONSTRAINT ck_identity_closed_pauses_openid_index CHECK (octet_length(openid_index) = 32)
);
CREATE INDEX ix_identity_closed_pauses_case_id ON identity_closed_pauses (case_id); -- people found nothing
CREATE INDEX ix_identity_closed_pauses_closed_at ON identity_closed_pauses (closed_at); -- forgotten in time
GRANT SELECT, INSERT, DELETE ON identity_closed_pauses TO linli_app;
GRANT UPDATE (case_id, closed_at) ON identity_closed_pauses TO linli_app;
