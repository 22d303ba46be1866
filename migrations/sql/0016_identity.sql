-- People, their WeChat accounts, devices, sessions, staff credentials and roles. The ledger knows none of this: to it an
-- owner is an opaque id. Telephone numbers, openids and second factors are sealed by the application (app/infra/vault.py);
-- *_index columns are keyed hashes, by which a value is found by somebody who knows it.
CREATE TABLE identity_people (
    id             uuid NOT NULL,
    name           text NOT NULL,
    phone_sealed   bytea,
    phone_index    bytea,
    registered_at  timestamptz NOT NULL,
    closed_at      timestamptz,
    CONSTRAINT pk_identity_people PRIMARY KEY (id),
    CONSTRAINT uq_identity_people_phone_index UNIQUE (phone_index), -- one account for each verified number
    CONSTRAINT ck_identity_people_name CHECK (char_length(name) <= 60),
    CONSTRAINT ck_identity_people_phone CHECK ((phone_sealed IS NULL) = (phone_index IS NULL) AND octet_length(phone_index) = 32),
    -- What is closed has been erased.
    CONSTRAINT ck_identity_people_closed CHECK (closed_at IS NULL OR (name = '' AND phone_sealed IS NULL))
);
GRANT SELECT, INSERT ON identity_people TO linli_app;
GRANT UPDATE (name, phone_sealed, phone_index, closed_at) ON identity_people TO linli_app;

CREATE TABLE identity_wechat_users (
    app_id         text NOT NULL,
    openid_index   bytea NOT NULL,
    openid_sealed  bytea NOT NULL,
    person_id      uuid NOT NULL,
    bound_at       timestamptz NOT NULL,
    CONSTRAINT pk_identity_wechat_users PRIMARY KEY (app_id, openid_index),
    CONSTRAINT uq_identity_wechat_users_person_id_app_id UNIQUE (person_id, app_id),
    CONSTRAINT fk_identity_wechat_users_person_id FOREIGN KEY (person_id) REFERENCES identity_people (id),
    CONSTRAINT ck_identity_wechat_users_openid_index CHECK (octet_length(openid_index) = 32)
);
GRANT SELECT, INSERT, DELETE ON identity_wechat_users TO linli_app; -- deleted when its account is closed

CREATE TABLE identity_devices (
    id             uuid NOT NULL,
    person_id      uuid NOT NULL,
    install_index  bytea NOT NULL,
    model          text NOT NULL,
    first_seen_at  timestamptz NOT NULL,
    last_seen_at   timestamptz NOT NULL,
    cools_until    timestamptz,
    CONSTRAINT pk_identity_devices PRIMARY KEY (id),
    CONSTRAINT uq_identity_devices_person_id_install_index UNIQUE (person_id, install_index),
    CONSTRAINT fk_identity_devices_person_id FOREIGN KEY (person_id) REFERENCES identity_people (id),
    CONSTRAINT ck_identity_devices_model CHECK (char_length(model) <= 80),
    CONSTRAINT ck_identity_devices_install_index CHECK (octet_length(install_index) = 32)
);
CREATE INDEX ix_identity_devices_install_index ON identity_devices (install_index); -- who else uses this device
GRANT SELECT, INSERT, DELETE ON identity_devices TO linli_app;
GRANT UPDATE (model, last_seen_at, cools_until) ON identity_devices TO linli_app;

-- A session is a family of refresh tokens. A token names its session and generation and is a keyed hash over both and
-- `seed`; only the newest generation is good, so nothing grows with use. See app/identity/rules/refreshing.py.
CREATE TABLE identity_sessions (
    id           uuid NOT NULL,
    person_id    uuid NOT NULL,
    channel      text NOT NULL,
    device_id    uuid,
    seed         bytea NOT NULL,
    generation   integer NOT NULL,
    opened_at    timestamptz NOT NULL,
    rotated_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    ended_at     timestamptz,
    ended_why    text,
    CONSTRAINT pk_identity_sessions PRIMARY KEY (id),
    CONSTRAINT fk_identity_sessions_person_id FOREIGN KEY (person_id) REFERENCES identity_people (id),
    CONSTRAINT fk_identity_sessions_device_id FOREIGN KEY (device_id) REFERENCES identity_devices (id) ON DELETE SET NULL (device_id),
    CONSTRAINT ck_identity_sessions_channel CHECK (channel IN ('mini', 'desk')),
    CONSTRAINT ck_identity_sessions_seed CHECK (octet_length(seed) = 16),
    CONSTRAINT ck_identity_sessions_generation CHECK (generation >= 1),
    CONSTRAINT ck_identity_sessions_ended CHECK ((ended_at IS NULL) = (ended_why IS NULL)
        AND ended_why IN ('signed_out', 'revoked', 'reused', 'password_changed', 'closed'))
);
CREATE INDEX ix_identity_sessions_person_id_id ON identity_sessions (person_id, id); -- "my sessions"
CREATE INDEX ix_identity_sessions_expires_at ON identity_sessions (expires_at); -- forgotten in time
GRANT SELECT, INSERT, DELETE ON identity_sessions TO linli_app;
GRANT UPDATE (generation, rotated_at, expires_at, ended_at, ended_why, device_id) ON identity_sessions TO linli_app;

CREATE TABLE identity_grants (
    id           uuid NOT NULL,
    person_id    uuid NOT NULL,
    role         text NOT NULL,
    area_id      uuid NOT NULL,
    unit_id      uuid,
    shop_id      uuid,
    valid_from   timestamptz NOT NULL,
    valid_to     timestamptz,
    reason       text NOT NULL,
    granted_by   uuid NOT NULL,
    granted_at   timestamptz NOT NULL,
    takes_two    boolean NOT NULL,
    approved_by  uuid,
    approved_at  timestamptz,
    ended_by     uuid,
    ended_at     timestamptz,
    ended_why    text,
    CONSTRAINT pk_identity_grants PRIMARY KEY (id),
    CONSTRAINT fk_identity_grants_person_id FOREIGN KEY (person_id) REFERENCES identity_people (id),
    CONSTRAINT fk_identity_grants_area_id FOREIGN KEY (area_id) REFERENCES places_areas (id),
    CONSTRAINT ck_identity_grants_role CHECK (role IN ('coordinator', 'clerk', 'cashier', 'grid_worker', 'treasurer', 'auditor', 'admin', 'district')),
    CONSTRAINT ck_identity_grants_shop CHECK ((shop_id IS NOT NULL) = (role = 'cashier')),
    CONSTRAINT ck_identity_grants_period CHECK (valid_to > valid_from),
    CONSTRAINT ck_identity_grants_reason CHECK (char_length(reason) BETWEEN 1 AND 200),
    -- Nobody gives himself a role, and the powerful ones take two people, whoever asks the database.
    CONSTRAINT ck_identity_grants_others CHECK (granted_by <> person_id),
    CONSTRAINT ck_identity_grants_powerful CHECK (takes_two OR role IN ('coordinator', 'clerk', 'cashier', 'grid_worker')),
    CONSTRAINT ck_identity_grants_two CHECK ((approved_by IS NULL) = (approved_at IS NULL) AND approved_by NOT IN (granted_by, person_id)
        AND (takes_two OR approved_by IS NULL)),
    CONSTRAINT ck_identity_grants_ended CHECK (num_nulls(ended_by, ended_at, ended_why) IN (0, 3) AND char_length(ended_why) BETWEEN 1 AND 200)
);
CREATE INDEX ix_identity_grants_person_id ON identity_grants (person_id) WHERE ended_at IS NULL; -- asked with every request
CREATE INDEX ix_identity_grants_area_id_id ON identity_grants (area_id, id); -- who is what here
CREATE INDEX ix_identity_grants_person_id_id ON identity_grants (person_id, id); -- what somebody was given
GRANT SELECT, INSERT ON identity_grants TO linli_app;
GRANT UPDATE (approved_by, approved_at, ended_by, ended_at, ended_why) ON identity_grants TO linli_app;

CREATE TABLE identity_staff (
    person_id      uuid NOT NULL,
    username       text NOT NULL,
    password_hash  text NOT NULL,
    totp_sealed    bytea NOT NULL,
    totp_step      bigint NOT NULL, -- of the last code taken: none is good twice
    set_at         timestamptz NOT NULL,
    CONSTRAINT pk_identity_staff PRIMARY KEY (person_id),
    CONSTRAINT uq_identity_staff_username UNIQUE (username),
    CONSTRAINT fk_identity_staff_person_id FOREIGN KEY (person_id) REFERENCES identity_people (id),
    CONSTRAINT ck_identity_staff_username CHECK (username ~ '^[a-z0-9._-]{3,40}$'),
    CONSTRAINT ck_identity_staff_password_hash CHECK (password_hash LIKE '$argon2id$%')
);
GRANT SELECT, INSERT, DELETE ON identity_staff TO linli_app;
GRANT UPDATE (password_hash, totp_sealed, totp_step, set_at) ON identity_staff TO linli_app;

CREATE TABLE identity_recovery_codes (
    person_id  uuid NOT NULL,
    code_hash  bytea NOT NULL,
    used_at    timestamptz,
    CONSTRAINT pk_identity_recovery_codes PRIMARY KEY (person_id, code_hash),
    CONSTRAINT fk_identity_recovery_codes_person_id FOREIGN KEY (person_id) REFERENCES identity_people (id),
    CONSTRAINT ck_identity_recovery_codes_code_hash CHECK (octet_length(code_hash) = 32)
);
GRANT SELECT, INSERT, DELETE ON identity_recovery_codes TO linli_app;
GRANT UPDATE (used_at) ON identity_recovery_codes TO linli_app;

-- How a member of staff gets password and second factor: one token, good once, for some days.
CREATE TABLE identity_invitations (
    token_hash     bytea NOT NULL,
    person_id      uuid NOT NULL,
    username       text NOT NULL,
    made_by        uuid NOT NULL,
    made_at        timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    password_hash  text, -- chosen, and kept until the second factor is shown to work
    totp_sealed    bytea,
    used_at        timestamptz,
    CONSTRAINT pk_identity_invitations PRIMARY KEY (token_hash),
    CONSTRAINT fk_identity_invitations_person_id FOREIGN KEY (person_id) REFERENCES identity_people (id),
    CONSTRAINT ck_identity_invitations_token_hash CHECK (octet_length(token_hash) = 32),
    CONSTRAINT ck_identity_invitations_username CHECK (username ~ '^[a-z0-9._-]{3,40}$'),
    CONSTRAINT ck_identity_invitations_chosen CHECK ((password_hash IS NULL) = (totp_sealed IS NULL))
);
CREATE UNIQUE INDEX uq_identity_invitations_open ON identity_invitations (person_id) WHERE used_at IS NULL;
GRANT SELECT, INSERT, DELETE ON identity_invitations TO linli_app;
GRANT UPDATE (password_hash, totp_sealed, used_at) ON identity_invitations TO linli_app;

-- Failed sign-ins by the name that was typed, whether anybody is called so or not: a lock tells nothing.
CREATE TABLE identity_tries (
    name_index    bytea NOT NULL,
    failures      integer NOT NULL,
    locked_until  timestamptz,
    last_at       timestamptz NOT NULL,
    CONSTRAINT pk_identity_tries PRIMARY KEY (name_index),
    CONSTRAINT ck_identity_tries_name_index CHECK (octet_length(name_index) = 32)
);
CREATE INDEX ix_identity_tries_last_at ON identity_tries (last_at); -- forgotten in time
GRANT SELECT, INSERT, UPDATE, DELETE ON identity_tries TO linli_app;

-- An account that may look and appeal, but not act. Frozen by its owner (a lost telephone) or by staff.
CREATE TABLE identity_freezes (
    id           uuid NOT NULL,
    person_id    uuid NOT NULL,
    frozen_by    uuid NOT NULL,
    frozen_at    timestamptz NOT NULL,
    reason       text NOT NULL,
    appeal       text,
    appealed_at  timestamptz,
    lifted_by    uuid,
    lifted_at    timestamptz,
    lift_reason  text,
    CONSTRAINT pk_identity_freezes PRIMARY KEY (id),
    CONSTRAINT fk_identity_freezes_person_id FOREIGN KEY (person_id) REFERENCES identity_people (id),
    CONSTRAINT ck_identity_freezes_reason CHECK (char_length(reason) BETWEEN 1 AND 200),
    CONSTRAINT ck_identity_freezes_appeal CHECK ((appeal IS NULL) = (appealed_at IS NULL) AND char_length(appeal) BETWEEN 1 AND 500),
    -- Nobody thaws himself: whoever holds a stolen telephone could.
    CONSTRAINT ck_identity_freezes_lifted CHECK (num_nulls(lifted_by, lifted_at, lift_reason) IN (0, 3) AND lifted_by <> person_id)
);
CREATE UNIQUE INDEX uq_identity_freezes_open ON identity_freezes (person_id) WHERE lifted_at IS NULL; -- asked with every request
CREATE INDEX ix_identity_freezes_appealed ON identity_freezes (id) WHERE lifted_at IS NULL AND appealed_at IS NOT NULL; -- the desk's list
GRANT SELECT, INSERT ON identity_freezes TO linli_app;
GRANT UPDATE (appeal, appealed_at, lifted_by, lifted_at, lift_reason) ON identity_freezes TO linli_app;
