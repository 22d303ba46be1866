-- Answers already given, by idempotency key (app/web/idempotency.py).
CREATE TABLE web_idempotency_keys (
    actor_id uuid NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    status smallint,
    body jsonb,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_web_idempotency_keys PRIMARY KEY (actor_id, route, key)
);
CREATE INDEX ix_web_idempotency_keys_created_at ON web_idempotency_keys (created_at); -- the purge reads by age

-- Jobs whose act has committed (app/jobs/runner.py): a job that is run again after a crash finds itself here.
CREATE TABLE jobs_completions (
    job_id bigint NOT NULL,
    completed_at timestamptz NOT NULL,
    CONSTRAINT pk_jobs_completions PRIMARY KEY (job_id)
);
CREATE INDEX ix_jobs_completions_completed_at ON jobs_completions (completed_at); -- the purge reads by age

-- The application's role may use the house's tables and change no schema. Later migrations grant their own tables.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO linli_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON
    web_idempotency_keys, jobs_completions,
    procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers
TO linli_app;
GRANT USAGE ON SEQUENCE
    procrastinate_jobs_id_seq, procrastinate_events_id_seq, procrastinate_periodic_defers_id_seq, procrastinate_workers_id_seq
TO linli_app;
