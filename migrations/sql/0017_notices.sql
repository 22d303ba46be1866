-- Telling people something over WeChat. No book owns these rows: a person has one WeChat account in all communities.

-- queued -> sending -> sent, no_subscription or failed; queued again where WeChat surely has not sent it; dropped before.
CREATE TABLE notices_notices (
    id          uuid NOT NULL,
    person_id   uuid NOT NULL,
    template    text NOT NULL,               -- key of app/notices/templates.json
    data        jsonb NOT NULL,              -- WeChat's keywords and their texts
    urgent      boolean NOT NULL,            -- sent at night as well
    dedupe_key  text NOT NULL,
    not_before  timestamptz NOT NULL,
    expires_at  timestamptz,
    state       text NOT NULL,
    reason      text,
    attempts    smallint NOT NULL DEFAULT 0,
    queued_at   timestamptz NOT NULL,
    claimed_at  timestamptz,
    ended_at    timestamptz,
    CONSTRAINT pk_notices_notices PRIMARY KEY (id),
    CONSTRAINT uq_notices_notices_dedupe_key UNIQUE (dedupe_key), -- the same news twice is one notice
    CONSTRAINT ck_notices_notices_state CHECK (state IN ('queued', 'sending', 'sent', 'no_subscription', 'failed', 'dropped')),
    CONSTRAINT ck_notices_notices_ended CHECK ((ended_at IS NULL) = (state IN ('queued', 'sending'))),
    CONSTRAINT ck_notices_notices_claimed CHECK (state <> 'sending' OR claimed_at IS NOT NULL),
    CONSTRAINT ck_notices_notices_reason CHECK (reason IS NOT NULL OR state NOT IN ('failed', 'dropped')),
    CONSTRAINT ck_notices_notices_dedupe_key CHECK (char_length(dedupe_key) BETWEEN 1 AND 200)
);
CREATE INDEX ix_notices_notices_due ON notices_notices (urgent DESC, not_before, id) WHERE state = 'queued';
CREATE INDEX ix_notices_notices_sending ON notices_notices (claimed_at) WHERE state = 'sending';
CREATE INDEX ix_notices_notices_person ON notices_notices (person_id, id);
CREATE INDEX ix_notices_notices_ended ON notices_notices (ended_at) WHERE ended_at IS NOT NULL;
GRANT SELECT, INSERT, DELETE ON notices_notices TO linli_app;
GRANT UPDATE (state, reason, attempts, not_before, claimed_at, ended_at) ON notices_notices TO linli_app;

CREATE TABLE notices_subscriptions (
    person_id   uuid NOT NULL,
    template    text NOT NULL,
    remaining   integer NOT NULL,
    changed_at  timestamptz NOT NULL,
    CONSTRAINT pk_notices_subscriptions PRIMARY KEY (person_id, template),
    CONSTRAINT ck_notices_subscriptions_remaining CHECK (remaining BETWEEN 0 AND 50)
);
GRANT SELECT, INSERT, DELETE ON notices_subscriptions TO linli_app;
GRANT UPDATE (remaining, changed_at) ON notices_subscriptions TO linli_app;

CREATE TABLE notices_pushes (
    id           uuid NOT NULL,
    digest       bytea NOT NULL,
    name         text NOT NULL,
    message      text NOT NULL,          -- as it came: what people write may hold what jsonb does not take
    received_at  timestamptz NOT NULL,
    worked_at    timestamptz,
    outcome      text,
    CONSTRAINT pk_notices_pushes PRIMARY KEY (id),
    CONSTRAINT uq_notices_pushes_digest UNIQUE (digest), -- WeChat sends again what was not answered in time
    CONSTRAINT ck_notices_pushes_outcome CHECK (outcome IN ('worked', 'ignored', 'unknown_trace')),
    CONSTRAINT ck_notices_pushes_worked CHECK ((outcome IS NULL) = (worked_at IS NULL))
);
CREATE INDEX ix_notices_pushes_received_at ON notices_pushes (received_at);
GRANT SELECT, INSERT, DELETE ON notices_pushes TO linli_app;
GRANT UPDATE (worked_at, outcome) ON notices_pushes TO linli_app;

CREATE TABLE notices_media_checks (
    trace_id     text NOT NULL,
    subject      text NOT NULL,
    job          text,
    expected_at  timestamptz NOT NULL,
    suggestion   text,
    label        integer,
    decided_at   timestamptz,
    CONSTRAINT pk_notices_media_checks PRIMARY KEY (trace_id),
    CONSTRAINT ck_notices_media_checks_suggestion CHECK (suggestion IN ('pass', 'review', 'risky')),
    CONSTRAINT ck_notices_media_checks_decided CHECK ((suggestion IS NULL) = (decided_at IS NULL))
);
CREATE INDEX ix_notices_media_checks_open ON notices_media_checks (expected_at) WHERE decided_at IS NULL;
GRANT SELECT, INSERT, DELETE ON notices_media_checks TO linli_app;
GRANT UPDATE (suggestion, label, decided_at) ON notices_media_checks TO linli_app;
