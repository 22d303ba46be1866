-- A merchant is a legal entity; a branch is one of its places of trade, known over all books; a row of merchants_shops says
-- that one book accepts the points at a branch (its id is the branch's). The home book is the one whose treasurers care for
-- the merchant's papers.
CREATE TABLE merchants_merchants (
    id              uuid NOT NULL,
    home_book_id    integer NOT NULL,
    name            text NOT NULL,
    state           text NOT NULL,
    licence_index   bytea,  -- finds the licence number, tells it to nobody
    licence_sealed  bytea,
    contact_sealed  bytea,  -- name and telephone of whom to ask, as JSON
    opened_at       timestamptz NOT NULL,
    changed_by      uuid,
    changed_at      timestamptz,
    changed_why     text,
    CONSTRAINT pk_merchants_merchants PRIMARY KEY (id),
    CONSTRAINT fk_merchants_merchants_home_book_id FOREIGN KEY (home_book_id) REFERENCES points_books (id),
    CONSTRAINT ck_merchants_merchants_name CHECK (char_length(name) BETWEEN 1 AND 100),
    CONSTRAINT ck_merchants_merchants_why CHECK (char_length(changed_why) BETWEEN 1 AND 200),
    CONSTRAINT ck_merchants_merchants_changed CHECK (num_nulls(changed_by, changed_at, changed_why) IN (0, 3)),
    CONSTRAINT ck_merchants_merchants_papers CHECK (num_nulls(licence_index, licence_sealed, contact_sealed) IN (0, 3)),
    -- unverified: a treasurer opened its shop and answers for it; its papers were never reviewed
    CONSTRAINT ck_merchants_merchants_state CHECK (CASE state
        WHEN 'unverified' THEN licence_index IS NULL
        WHEN 'active' THEN licence_index IS NOT NULL
        WHEN 'suspended' THEN changed_at IS NOT NULL
        WHEN 'closed' THEN changed_at IS NOT NULL
        ELSE false END)
);
CREATE UNIQUE INDEX uq_merchants_merchants_licence ON merchants_merchants (licence_index) WHERE state <> 'closed'; -- one merchant for each licence
CREATE INDEX ix_merchants_merchants_home_book_id_id ON merchants_merchants (home_book_id, id); -- the treasurer's list
GRANT SELECT, INSERT ON merchants_merchants TO linli_app;
GRANT UPDATE (name, state, licence_index, licence_sealed, contact_sealed, changed_by, changed_at, changed_why) ON merchants_merchants TO linli_app;

-- Papers on their way: a whole enrolment, or another bank account. Three people enrol a merchant and two change where its
-- money goes; none of them is another of them, whoever asks the database.
CREATE TABLE merchants_applications (
    id            uuid NOT NULL,
    book_id       integer NOT NULL, -- whose treasurers review it
    merchant_id   uuid NOT NULL,    -- of an enrolment: the merchant it makes, or completes
    kind          text NOT NULL,
    name          text NOT NULL,
    sealed        bytea NOT NULL,   -- licence, contact, bank account and branches, as JSON
    shown         jsonb NOT NULL,   -- what of it may be read by who reviews: masked
    state         text NOT NULL,
    applied_by    uuid NOT NULL,
    applied_at    timestamptz NOT NULL,
    reviewed_by   uuid,
    reviewed_at   timestamptz,
    decided_by    uuid,
    decided_at    timestamptz,
    decided_why   text,
    CONSTRAINT pk_merchants_applications PRIMARY KEY (id),
    CONSTRAINT fk_merchants_applications_book_id FOREIGN KEY (book_id) REFERENCES points_books (id),
    CONSTRAINT ck_merchants_applications_kind CHECK (kind IN ('enrol', 'bank')),
    CONSTRAINT ck_merchants_applications_name CHECK (char_length(name) BETWEEN 1 AND 100),
    CONSTRAINT ck_merchants_applications_why CHECK (char_length(decided_why) BETWEEN 1 AND 200),
    CONSTRAINT ck_merchants_applications_others CHECK (reviewed_by <> applied_by AND CASE state
        WHEN 'approved' THEN decided_by <> applied_by AND decided_by IS DISTINCT FROM reviewed_by
        WHEN 'rejected' THEN decided_by <> applied_by
        WHEN 'withdrawn' THEN decided_by = applied_by
        ELSE true END),
    CONSTRAINT ck_merchants_applications_state CHECK (CASE state
        WHEN 'open' THEN num_nonnulls(reviewed_by, reviewed_at, decided_by, decided_at, decided_why) = 0
        WHEN 'reviewed' THEN kind = 'enrol' AND num_nulls(reviewed_by, reviewed_at) = 0 AND num_nonnulls(decided_by, decided_at, decided_why) = 0
        WHEN 'approved' THEN num_nulls(decided_by, decided_at) = 0 AND (kind = 'bank' OR num_nulls(reviewed_by, reviewed_at) = 0)
        WHEN 'rejected' THEN num_nulls(decided_by, decided_at, decided_why) = 0
        WHEN 'withdrawn' THEN num_nulls(decided_by, decided_at) = 0
        ELSE false END)
);
CREATE INDEX ix_merchants_applications_book_id_state_id ON merchants_applications (book_id, state, id); -- the reviewers' list
CREATE INDEX ix_merchants_applications_applied_by_id ON merchants_applications (applied_by, id); -- one's own
CREATE UNIQUE INDEX uq_merchants_applications_open ON merchants_applications (merchant_id, kind) WHERE state IN ('open', 'reviewed'); -- one of a kind at a time
GRANT SELECT, INSERT ON merchants_applications TO linli_app;
GRANT UPDATE (state, reviewed_by, reviewed_at, decided_by, decided_at, decided_why) ON merchants_applications TO linli_app;

-- Where a merchant's money goes, and went. A row is never changed; the one without an end is in force.
CREATE TABLE merchants_bank_accounts (
    merchant_id     uuid NOT NULL,
    id              uuid NOT NULL,
    application_id  uuid NOT NULL,
    sealed          bytea NOT NULL,
    masked          text NOT NULL, -- 工商银行 ****1234
    since           timestamptz NOT NULL,
    payable_from    timestamptz NOT NULL, -- nothing is paid out to it before: whoever is robbed has time to say so
    ended_at        timestamptz,
    CONSTRAINT pk_merchants_bank_accounts PRIMARY KEY (merchant_id, id),
    CONSTRAINT fk_merchants_bank_accounts_merchant_id FOREIGN KEY (merchant_id) REFERENCES merchants_merchants (id),
    CONSTRAINT fk_merchants_bank_accounts_application_id FOREIGN KEY (application_id) REFERENCES merchants_applications (id),
    CONSTRAINT ck_merchants_bank_accounts_masked CHECK (char_length(masked) BETWEEN 1 AND 100),
    CONSTRAINT ck_merchants_bank_accounts_ended CHECK (ended_at >= since)
);
CREATE UNIQUE INDEX uq_merchants_bank_accounts_current ON merchants_bank_accounts (merchant_id) WHERE ended_at IS NULL;
GRANT SELECT, INSERT ON merchants_bank_accounts TO linli_app;
GRANT UPDATE (ended_at) ON merchants_bank_accounts TO linli_app;

CREATE TABLE merchants_branches (
    id           uuid NOT NULL,
    merchant_id  uuid NOT NULL,
    name         text NOT NULL,
    street       text NOT NULL, -- 忠义街
    address      text,
    state        text NOT NULL,
    opened_at    timestamptz NOT NULL,
    changed_by   uuid,
    changed_at   timestamptz,
    changed_why  text,
    CONSTRAINT pk_merchants_branches PRIMARY KEY (id),
    CONSTRAINT fk_merchants_branches_merchant_id FOREIGN KEY (merchant_id) REFERENCES merchants_merchants (id),
    CONSTRAINT ck_merchants_branches_name CHECK (char_length(name) BETWEEN 1 AND 100),
    CONSTRAINT ck_merchants_branches_street CHECK (char_length(street) BETWEEN 1 AND 100),
    CONSTRAINT ck_merchants_branches_address CHECK (char_length(address) BETWEEN 1 AND 200),
    CONSTRAINT ck_merchants_branches_why CHECK (char_length(changed_why) BETWEEN 1 AND 200),
    CONSTRAINT ck_merchants_branches_changed CHECK (num_nulls(changed_by, changed_at, changed_why) IN (0, 3)),
    CONSTRAINT ck_merchants_branches_state CHECK (state IN ('open', 'suspended', 'closed'))
);
CREATE INDEX ix_merchants_branches_merchant_id_id ON merchants_branches (merchant_id, id); -- a merchant's branches
CREATE INDEX ix_merchants_branches_street_id ON merchants_branches (street, id); -- all of a street
GRANT SELECT, INSERT ON merchants_branches TO linli_app;
GRANT UPDATE (state, changed_by, changed_at, changed_why) ON merchants_branches TO linli_app;

-- Shops of before: one branch each, of a merchant of the same id and name that nobody reviewed yet.
INSERT INTO merchants_merchants (id, home_book_id, name, state, opened_at)
SELECT DISTINCT ON (id) id, book_id, name, 'unverified', opened_at FROM merchants_shops ORDER BY id, opened_at, book_id;
INSERT INTO merchants_branches (id, merchant_id, name, street, state, opened_at)
SELECT DISTINCT ON (id) id, id, name, street, 'open', opened_at FROM merchants_shops ORDER BY id, opened_at, book_id;
ALTER TABLE merchants_shops ADD CONSTRAINT fk_merchants_shops_id FOREIGN KEY (id) REFERENCES merchants_branches (id);
CREATE INDEX ix_merchants_shops_id ON merchants_shops (id); -- which books accept a branch

-- Owners (of all branches: branch_id is null) and staff, by account, or by telephone before they have one. They never
-- redeem at their own shop.
CREATE TABLE merchants_people (
    id             uuid NOT NULL,
    merchant_id    uuid NOT NULL,
    branch_id      uuid,
    kind           text NOT NULL,
    name           text NOT NULL,
    person_id      uuid,
    phone_index    bytea,
    registered_by  uuid NOT NULL,
    registered_at  timestamptz NOT NULL,
    ended_by       uuid,
    ended_at       timestamptz,
    ended_why      text,
    CONSTRAINT pk_merchants_people PRIMARY KEY (id),
    CONSTRAINT fk_merchants_people_merchant_id FOREIGN KEY (merchant_id) REFERENCES merchants_merchants (id),
    CONSTRAINT fk_merchants_people_branch_id FOREIGN KEY (branch_id) REFERENCES merchants_branches (id),
    CONSTRAINT ck_merchants_people_kind CHECK (kind IN ('owner', 'staff') AND (kind = 'staff' OR branch_id IS NULL)),
    CONSTRAINT ck_merchants_people_name CHECK (char_length(name) BETWEEN 1 AND 60),
    CONSTRAINT ck_merchants_people_somebody CHECK (num_nonnulls(person_id, phone_index) > 0),
    CONSTRAINT ck_merchants_people_ended CHECK (num_nulls(ended_by, ended_at, ended_why) IN (0, 3) AND char_length(ended_why) BETWEEN 1 AND 200)
);
CREATE INDEX ix_merchants_people_merchant_id_id ON merchants_people (merchant_id, id); -- who is of the house, asked with every redemption
CREATE INDEX ix_merchants_people_person_id ON merchants_people (person_id) WHERE ended_at IS NULL; -- whose owner somebody is
GRANT SELECT, INSERT ON merchants_people TO linli_app;
GRANT UPDATE (ended_by, ended_at, ended_why) ON merchants_people TO linli_app;
CREATE INDEX ix_identity_grants_shop_id ON identity_grants (shop_id) WHERE shop_id IS NOT NULL AND ended_at IS NULL; -- a shop's cashiers

-- A till. `low_tier`: it shares a secret with us (HMAC), which proves nothing to a third party, so little goes through it.
CREATE TABLE merchants_terminals (
    id           uuid NOT NULL,
    branch_id    uuid NOT NULL,
    name         text NOT NULL,
    low_tier     boolean NOT NULL,
    opened_at    timestamptz NOT NULL,
    revoked_by   uuid,
    revoked_at   timestamptz,
    revoked_why  text,
    CONSTRAINT pk_merchants_terminals PRIMARY KEY (id),
    CONSTRAINT fk_merchants_terminals_branch_id FOREIGN KEY (branch_id) REFERENCES merchants_branches (id),
    CONSTRAINT ck_merchants_terminals_name CHECK (char_length(name) BETWEEN 1 AND 60),
    CONSTRAINT ck_merchants_terminals_revoked CHECK (num_nulls(revoked_by, revoked_at, revoked_why) IN (0, 3) AND char_length(revoked_why) BETWEEN 1 AND 200)
);
CREATE INDEX ix_merchants_terminals_branch_id_id ON merchants_terminals (branch_id, id);
GRANT SELECT, INSERT ON merchants_terminals TO linli_app;
GRANT UPDATE (revoked_by, revoked_at, revoked_why) ON merchants_terminals TO linli_app;

-- Keys of tills. The private half never was here; of HMAC the secret is sealed. A row's algorithm is the only one its key
-- is used with, whatever a request says.
CREATE TABLE merchants_terminal_keys (
    serial       text NOT NULL,
    terminal_id  uuid NOT NULL,
    algorithm    text NOT NULL,
    material     bytea NOT NULL, -- SubjectPublicKeyInfo, or a sealed secret
    valid_from   timestamptz NOT NULL,
    valid_to     timestamptz,    -- set when another key takes its place: both are good for a while
    replaces     text,
    CONSTRAINT pk_merchants_terminal_keys PRIMARY KEY (serial),
    CONSTRAINT fk_merchants_terminal_keys_terminal_id FOREIGN KEY (terminal_id) REFERENCES merchants_terminals (id),
    CONSTRAINT fk_merchants_terminal_keys_replaces FOREIGN KEY (replaces) REFERENCES merchants_terminal_keys (serial),
    CONSTRAINT ck_merchants_terminal_keys_serial CHECK (serial ~ '^[0-9a-f]{32}$'),
    CONSTRAINT ck_merchants_terminal_keys_algorithm CHECK (algorithm IN ('ed25519', 'rsa-sha256', 'hmac-sha256')),
    CONSTRAINT ck_merchants_terminal_keys_period CHECK (valid_to >= valid_from)
);
CREATE INDEX ix_merchants_terminal_keys_terminal_id ON merchants_terminal_keys (terminal_id, serial);
CREATE UNIQUE INDEX uq_merchants_terminal_keys_material ON merchants_terminal_keys (material) WHERE algorithm <> 'hmac-sha256'; -- a key is one till's, once
GRANT SELECT, INSERT ON merchants_terminal_keys TO linli_app;
GRANT UPDATE (valid_to) ON merchants_terminal_keys TO linli_app;

-- One-time codes by which a till brings its key, known by their hash.
CREATE TABLE merchants_enrolment_codes (
    code_hash    bytea NOT NULL,
    branch_id    uuid NOT NULL,
    name         text NOT NULL,
    takes_hmac   boolean NOT NULL,
    made_by      uuid NOT NULL,
    made_at      timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz,
    terminal_id  uuid,
    CONSTRAINT pk_merchants_enrolment_codes PRIMARY KEY (code_hash),
    CONSTRAINT fk_merchants_enrolment_codes_branch_id FOREIGN KEY (branch_id) REFERENCES merchants_branches (id),
    CONSTRAINT fk_merchants_enrolment_codes_terminal_id FOREIGN KEY (terminal_id) REFERENCES merchants_terminals (id),
    CONSTRAINT ck_merchants_enrolment_codes_hash CHECK (octet_length(code_hash) = 32),
    CONSTRAINT ck_merchants_enrolment_codes_name CHECK (char_length(name) BETWEEN 1 AND 60),
    CONSTRAINT ck_merchants_enrolment_codes_lives CHECK (expires_at > made_at),
    CONSTRAINT ck_merchants_enrolment_codes_used CHECK ((used_at IS NULL) = (terminal_id IS NULL))
);
CREATE INDEX ix_merchants_enrolment_codes_expires_at ON merchants_enrolment_codes (expires_at); -- forgotten after
GRANT SELECT, INSERT, DELETE ON merchants_enrolment_codes TO linli_app;
GRANT UPDATE (used_at, terminal_id) ON merchants_enrolment_codes TO linli_app;

-- Where tills have signed from. Every address after the first is an alert for the shop and the treasurer.
CREATE TABLE merchants_terminal_addresses (
    id             uuid NOT NULL,
    branch_id      uuid NOT NULL,
    terminal_id    uuid NOT NULL,
    address        text NOT NULL,
    serial         text NOT NULL,
    is_alert       boolean NOT NULL,
    first_seen_at  timestamptz NOT NULL,
    seen_by        uuid, -- who looked at the alert
    seen_at        timestamptz,
    CONSTRAINT pk_merchants_terminal_addresses PRIMARY KEY (id),
    CONSTRAINT uq_merchants_terminal_addresses_terminal_id_address UNIQUE (terminal_id, address), -- asked with every request
    CONSTRAINT fk_merchants_terminal_addresses_terminal_id FOREIGN KEY (terminal_id) REFERENCES merchants_terminals (id),
    CONSTRAINT ck_merchants_terminal_addresses_address CHECK (char_length(address) BETWEEN 1 AND 64),
    CONSTRAINT ck_merchants_terminal_addresses_seen CHECK (num_nulls(seen_by, seen_at) IN (0, 2))
);
CREATE INDEX ix_merchants_terminal_addresses_alerts ON merchants_terminal_addresses (branch_id, id) WHERE is_alert AND seen_at IS NULL;
GRANT SELECT, INSERT ON merchants_terminal_addresses TO linli_app;
GRANT UPDATE (seen_by, seen_at) ON merchants_terminal_addresses TO linli_app;

-- What was signed lately, for ten minutes: the same bytes again are the same request, others under one nonce are refused.
CREATE TABLE merchants_nonces (
    serial   text NOT NULL,
    nonce    text NOT NULL,
    digest   bytea NOT NULL,
    seen_at  timestamptz NOT NULL,
    CONSTRAINT pk_merchants_nonces PRIMARY KEY (serial, nonce),
    CONSTRAINT ck_merchants_nonces_digest CHECK (octet_length(digest) = 32)
);
CREATE INDEX ix_merchants_nonces_seen_at ON merchants_nonces (seen_at); -- forgotten after
GRANT SELECT, INSERT, DELETE ON merchants_nonces TO linli_app;
GRANT UPDATE (digest, seen_at) ON merchants_nonces TO linli_app;

-- The terms under which a shop takes the points of a book. Terms never change: another offer takes the place of one that
-- ends, and every redemption names the offer it was made under. Only what is left of `stock_points` moves.
CREATE TABLE merchants_offers (
    book_id                integer NOT NULL,
    id                     uuid NOT NULL,
    shop_id                uuid NOT NULL,
    points_per_yuan        integer NOT NULL, -- points for one yuan of discount
    step_points            integer NOT NULL,
    share_percent_max      smallint NOT NULL, -- of the bill
    minimum_spend_fen      bigint NOT NULL,
    hours                  jsonb,             -- [[weekday 1-7, from minute, to minute], …]; null: always
    person_day_points_max  bigint,
    person_day_count_max   integer,
    shop_day_points_max    bigint,
    stock_points           bigint,            -- null: no end
    cofunding_percent      smallint NOT NULL, -- of the discount, borne by the shop
    made_by                uuid NOT NULL,
    made_at                timestamptz NOT NULL,
    ended_by               uuid,
    ended_at               timestamptz,
    CONSTRAINT pk_merchants_offers PRIMARY KEY (book_id, id),
    CONSTRAINT fk_merchants_offers_book_id_shop_id FOREIGN KEY (book_id, shop_id) REFERENCES merchants_shops (book_id, id),
    CONSTRAINT ck_merchants_offers_rate CHECK (points_per_yuan BETWEEN 1 AND 10000 AND step_points BETWEEN 1 AND 1000000),
    CONSTRAINT ck_merchants_offers_share CHECK (share_percent_max BETWEEN 1 AND 100 AND cofunding_percent BETWEEN 0 AND 100),
    CONSTRAINT ck_merchants_offers_minimum CHECK (minimum_spend_fen BETWEEN 0 AND 1000000000000),
    CONSTRAINT ck_merchants_offers_limits CHECK (person_day_points_max > 0 AND person_day_count_max > 0 AND shop_day_points_max > 0),
    CONSTRAINT ck_merchants_offers_stock CHECK (stock_points >= 0),
    CONSTRAINT ck_merchants_offers_ended CHECK ((ended_by IS NULL) = (ended_at IS NULL))
);
CREATE UNIQUE INDEX uq_merchants_offers_current ON merchants_offers (book_id, shop_id) WHERE ended_at IS NULL; -- asked with every redemption
CREATE INDEX ix_merchants_offers_book_id_shop_id_id ON merchants_offers (book_id, shop_id, id); -- those of before
GRANT SELECT, INSERT ON merchants_offers TO linli_app;
GRANT UPDATE (stock_points, ended_by, ended_at) ON merchants_offers TO linli_app;

-- Things to be had for points at a shop, as long as there are some.
CREATE TABLE merchants_gifts (
    book_id      integer NOT NULL,
    id           uuid NOT NULL,
    shop_id      uuid NOT NULL,
    title        text NOT NULL,
    description  text NOT NULL,
    points       bigint NOT NULL,
    stock        integer NOT NULL,
    made_by      uuid NOT NULL,
    made_at      timestamptz NOT NULL,
    ended_by     uuid,
    ended_at     timestamptz,
    CONSTRAINT pk_merchants_gifts PRIMARY KEY (book_id, id),
    CONSTRAINT fk_merchants_gifts_book_id_shop_id FOREIGN KEY (book_id, shop_id) REFERENCES merchants_shops (book_id, id),
    CONSTRAINT ck_merchants_gifts_title CHECK (char_length(title) BETWEEN 1 AND 60 AND char_length(description) <= 500),
    CONSTRAINT ck_merchants_gifts_points CHECK (points BETWEEN 1 AND 1000000000),
    CONSTRAINT ck_merchants_gifts_stock CHECK (stock BETWEEN 0 AND 1000000),
    CONSTRAINT ck_merchants_gifts_ended CHECK ((ended_by IS NULL) = (ended_at IS NULL))
);
CREATE INDEX ix_merchants_gifts_open ON merchants_gifts (book_id, id) WHERE ended_at IS NULL; -- the catalogue
CREATE INDEX ix_merchants_gifts_book_id_shop_id_id ON merchants_gifts (book_id, shop_id, id);
GRANT SELECT, INSERT ON merchants_gifts TO linli_app;
GRANT UPDATE (stock, ended_by, ended_at) ON merchants_gifts TO linli_app;

-- One piece set aside for a resident, with its points held, until it is collected by its code or its time is over.
CREATE TABLE merchants_reservations (
    book_id         integer NOT NULL,
    id              uuid NOT NULL,
    gift_id         uuid NOT NULL,
    shop_id         uuid NOT NULL,
    resident_id     uuid NOT NULL,
    points          bigint NOT NULL,
    state           text NOT NULL,
    code_index      bytea NOT NULL,
    code_sealed     bytea NOT NULL,
    hold_id         uuid NOT NULL,
    reserved_at     timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    closed_by       uuid,
    closed_at       timestamptz,
    transaction_id  uuid,
    CONSTRAINT pk_merchants_reservations PRIMARY KEY (book_id, id),
    CONSTRAINT fk_merchants_reservations_book_id_gift_id FOREIGN KEY (book_id, gift_id) REFERENCES merchants_gifts (book_id, id),
    CONSTRAINT fk_merchants_reservations_book_id_hold_id FOREIGN KEY (book_id, hold_id) REFERENCES points_holds (book_id, id),
    CONSTRAINT fk_merchants_reservations_book_id_transaction_id FOREIGN KEY (book_id, transaction_id) REFERENCES points_transactions (book_id, id),
    CONSTRAINT ck_merchants_reservations_points CHECK (points BETWEEN 1 AND 1000000000),
    CONSTRAINT ck_merchants_reservations_code CHECK (octet_length(code_index) = 32),
    CONSTRAINT ck_merchants_reservations_lives CHECK (expires_at > reserved_at),
    CONSTRAINT ck_merchants_reservations_state CHECK (CASE state
        WHEN 'reserved' THEN num_nonnulls(closed_by, closed_at, transaction_id) = 0
        WHEN 'collected' THEN num_nulls(closed_by, closed_at, transaction_id) = 0
        WHEN 'cancelled' THEN num_nulls(closed_by, closed_at) = 0 AND transaction_id IS NULL
        WHEN 'expired' THEN num_nulls(closed_by, closed_at) = 0 AND transaction_id IS NULL
        ELSE false END)
);
CREATE UNIQUE INDEX uq_merchants_reservations_code ON merchants_reservations (code_index); -- the till knows no book: a code is one over all of them
CREATE INDEX ix_merchants_reservations_book_id_resident_id_id ON merchants_reservations (book_id, resident_id, id); -- one's own
CREATE INDEX ix_merchants_reservations_due ON merchants_reservations (expires_at) WHERE state = 'reserved'; -- the sweep
GRANT SELECT, INSERT ON merchants_reservations TO linli_app;
GRANT UPDATE (state, closed_by, closed_at, transaction_id) ON merchants_reservations TO linli_app;
