-- Telling programs of others what happened. No book owns these rows: an endpoint belongs to an owner, known by an opaque id.

CREATE TABLE webhooks_endpoints (
    id                uuid NOT NULL,
    owner_id          uuid NOT NULL,
    hears             jsonb NOT NULL,           -- only events whose data contain this, such as {"book": "…"}
    url               text NOT NULL,
    types             text[] NOT NULL,
    state             text NOT NULL,
    why               text,
    secret_sealed     bytea NOT NULL,
    old_secret_sealed bytea,
    old_secret_until  timestamptz,
    opened_by         uuid NOT NULL,
    opened_at         timestamptz NOT NULL,
    changed_at        timestamptz NOT NULL,
    failures          integer NOT NULL DEFAULT 0, -- in a row
    failing_since     timestamptz,
    rests_until       timestamptz NOT NULL,
    claims            integer NOT NULL DEFAULT 0, -- numbers whoever sends for it; the last one alone records
    claimed_at        timestamptz NOT NULL,       -- in the past when nobody sends
    CONSTRAINT pk_webhooks_endpoints PRIMARY KEY (id),
    CONSTRAINT ck_webhooks_endpoints_state CHECK (state IN ('active', 'paused', 'closed')),
    CONSTRAINT ck_webhooks_endpoints_why CHECK ((state = 'active') = (why IS NULL)),
    CONSTRAINT ck_webhooks_endpoints_url CHECK (char_length(url) BETWEEN 1 AND 500),
    CONSTRAINT ck_webhooks_endpoints_types CHECK (cardinality(types) BETWEEN 1 AND 20),
    CONSTRAINT ck_webhooks_endpoints_old_secret CHECK ((old_secret_sealed IS NULL) = (old_secret_until IS NULL)),
    CONSTRAINT ck_webhooks_endpoints_failing CHECK ((failures = 0) = (failing_since IS NULL))
);
CREATE INDEX ix_webhooks_endpoints_owner ON webhooks_endpoints (owner_id, id);
CREATE INDEX ix_webhooks_endpoints_active ON webhooks_endpoints (claimed_at) WHERE state = 'active';
GRANT SELECT, INSERT ON webhooks_endpoints TO linli_app;
GRANT UPDATE (state, why, secret_sealed, old_secret_sealed, old_secret_until, changed_at, failures, failing_since,
              rests_until, claims, claimed_at) ON webhooks_endpoints TO linli_app;

CREATE TABLE webhooks_deliveries (
    endpoint_id   uuid NOT NULL,
    id            uuid NOT NULL,               -- of the event: several endpoints may hear of one
    type          text NOT NULL,
    key           text NOT NULL,
    body          text NOT NULL,
    published_at  timestamptz NOT NULL,
    state         text NOT NULL,
    tries         smallint NOT NULL DEFAULT 0, -- since it was published or replayed
    attempts      integer NOT NULL DEFAULT 0,  -- in all
    due_at        timestamptz NOT NULL,
    gives_up_at   timestamptz NOT NULL,
    ended_at      timestamptz,
    CONSTRAINT pk_webhooks_deliveries PRIMARY KEY (endpoint_id, id),
    CONSTRAINT uq_webhooks_deliveries_key UNIQUE (endpoint_id, key),
    CONSTRAINT fk_webhooks_deliveries_endpoint_id FOREIGN KEY (endpoint_id) REFERENCES webhooks_endpoints (id),
    CONSTRAINT ck_webhooks_deliveries_state CHECK (state IN ('pending', 'delivered', 'dead')),
    CONSTRAINT ck_webhooks_deliveries_ended CHECK ((ended_at IS NULL) = (state = 'pending')),
    CONSTRAINT ck_webhooks_deliveries_key CHECK (char_length(key) BETWEEN 1 AND 200)
);
CREATE INDEX ix_webhooks_deliveries_due ON webhooks_deliveries (endpoint_id, due_at) WHERE state = 'pending';
CREATE INDEX ix_webhooks_deliveries_gives_up ON webhooks_deliveries (gives_up_at) WHERE state = 'pending';
CREATE INDEX ix_webhooks_deliveries_dead ON webhooks_deliveries (endpoint_id, id) WHERE state = 'dead';
CREATE INDEX ix_webhooks_deliveries_published_at ON webhooks_deliveries (endpoint_id, published_at);
CREATE INDEX ix_webhooks_deliveries_ended ON webhooks_deliveries (ended_at) WHERE ended_at IS NOT NULL;
GRANT SELECT, INSERT, DELETE ON webhooks_deliveries TO linli_app;
GRANT UPDATE (state, tries, attempts, due_at, gives_up_at, ended_at) ON webhooks_deliveries TO linli_app;

CREATE TABLE webhooks_attempts (
    endpoint_id   uuid NOT NULL,
    delivery_id   uuid NOT NULL,
    number        integer NOT NULL,
    attempted_at  timestamptz NOT NULL,
    outcome       text NOT NULL,
    status        smallint,                    -- nothing else of an answer is kept, nor read
    took_ms       integer NOT NULL,
    CONSTRAINT pk_webhooks_attempts PRIMARY KEY (endpoint_id, delivery_id, number),
    CONSTRAINT fk_webhooks_attempts_delivery FOREIGN KEY (endpoint_id, delivery_id)
        REFERENCES webhooks_deliveries (endpoint_id, id) ON DELETE CASCADE
);
GRANT SELECT, INSERT ON webhooks_attempts TO linli_app;
