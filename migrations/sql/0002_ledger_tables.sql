-- The ledger's tables. The journal's tables (outcomes, transactions, entries, lot moves) have no CHECKs: PostgreSQL
-- parses each one anew for every INSERT statement, and their guards (0002_ledger_guards.sql) see the whole posting.
-- Every row carries book_id as the first column of its primary key: a book is
-- the unit of isolation and of distribution, so no key, foreign key or lock crosses books.

CREATE TABLE points_books (
    id                    integer PRIMARY KEY CHECK (id > 0),
    code                  text NOT NULL CHECK (code ~ '^[a-z][a-z0-9-]{1,31}$'),
    name                  text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    currency_name         text NOT NULL CHECK (char_length(currency_name) BETWEEN 1 AND 30),
    -- Points earned in a month live this many months, to that month's last day.
    validity_months       smallint NOT NULL CHECK (validity_months BETWEEN 1 AND 120),
    -- A refund into a lot that has expired meanwhile is good for this many days more.
    grace_days            smallint NOT NULL CHECK (grace_days BETWEEN 1 AND 366),
    -- Where the money behind expired points goes: back to the sponsor, or to the book's own result.
    expired_cost_goes_to  text NOT NULL CHECK (expired_cost_goes_to IN ('sponsor', 'book')),
    created_at            timestamptz NOT NULL,
    CONSTRAINT uq_points_books_code UNIQUE (code)
);

-- The chart of accounts as the database knows it; docs/ledger.md explains each kind.
CREATE TABLE points_account_kinds (
    kind       text PRIMARY KEY,
    asset      text NOT NULL CHECK (asset IN ('points', 'fen')),
    folded     boolean NOT NULL,
    has_lots   boolean NOT NULL,
    stripes    smallint NOT NULL CHECK (stripes BETWEEN 1 AND 64),
    lock_rank  smallint NOT NULL,
    CHECK (NOT (folded AND has_lots)),
    CHECK (NOT (folded AND stripes > 1))
);

-- lock_rank: residents first, shared rows last, so that the hottest lock is held for the shortest time.
INSERT INTO points_account_kinds (kind, asset, folded, has_lots, stripes, lock_rank) VALUES
    ('issuance',         'points', true,  false, 1,  0),
    ('sponsor_budget',   'points', false, false, 16, 9),
    ('allotment',        'points', false, false, 1,  8),
    ('resident',         'points', false, true,  1,  1),
    ('merchant_points',  'points', true,  false, 1,  0),
    ('breakage',         'points', true,  false, 1,  0),
    ('clawback',         'points', true,  false, 1,  0),
    ('bank',             'fen',    true,  false, 1,  0),
    ('sponsor_funding',  'fen',    false, false, 1,  7),
    ('budget_reserve',   'fen',    true,  false, 1,  0),
    ('points_liability', 'fen',    true,  false, 1,  0),
    ('merchant_payable', 'fen',    true,  false, 1,  0),
    ('breakage_result',  'fen',    true,  false, 1,  0);

-- Which legs a transaction of each code may have: sign -1 out of, +1 into an account of that kind. A reversal
-- turns any of them round. So no code can be used to make points or money where its act does not.
CREATE TABLE points_code_legs (
    code  text NOT NULL,
    kind  text NOT NULL REFERENCES points_account_kinds (kind),
    sign  smallint NOT NULL CHECK (sign IN (-1, 1)),
    PRIMARY KEY (code, kind, sign)
);
INSERT INTO points_code_legs (code, kind, sign)
SELECT x.code, leg.kind, leg.sign
  FROM (VALUES
    ('fund',         '-bank +sponsor_funding'),
    ('mint',         '-issuance +sponsor_budget -sponsor_funding +budget_reserve'),
    ('allot',        '-sponsor_budget +allotment'),
    ('opening',      '-sponsor_budget -allotment +resident -budget_reserve +points_liability'),
    ('award',        '-sponsor_budget -allotment +resident -budget_reserve +points_liability'),
    ('report_award', '-sponsor_budget -allotment +resident -budget_reserve +points_liability'),
    ('redemption',   '-resident +merchant_points -points_liability +merchant_payable'),
    ('refund',       '+resident -merchant_points +points_liability -merchant_payable'),
    ('clawback',     '-resident +sponsor_budget +allotment -clawback +clawback -points_liability +budget_reserve'),
    ('expiry',       '-resident +breakage -points_liability +sponsor_funding +breakage_result'),
    ('payout',       '-merchant_payable +bank'),
    ('restripe',     '-sponsor_budget +sponsor_budget')
    ) AS x (code, legs),
    LATERAL (SELECT substr(w, 2) AS kind, CASE left(w, 1) WHEN '-' THEN -1 ELSE 1 END AS sign FROM unnest(string_to_array(x.legs, ' ')) w) leg
UNION ALL
SELECT 'reversal', k.kind, s FROM points_account_kinds k, unnest(ARRAY[-1, 1]) s;

CREATE TABLE points_budgets (
    book_id          integer NOT NULL REFERENCES points_books (id),
    id               uuid NOT NULL,
    sponsor_id       uuid NOT NULL,
    name             text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    -- What one point of this budget costs its sponsor when a shop is paid for it; 0 = no money behind it.
    point_value_fen  bigint NOT NULL CHECK (point_value_fen BETWEEN 0 AND 100000),
    created_at       timestamptz NOT NULL,
    PRIMARY KEY (book_id, id)
);

-- Identity of an account; never updated. The id is derived from what it names (rules/accounts.py).
CREATE TABLE points_accounts (
    book_id    integer NOT NULL REFERENCES points_books (id),
    id         uuid NOT NULL,
    kind       text NOT NULL REFERENCES points_account_kinds (kind),
    owner_id   uuid NOT NULL,
    stripe     smallint NOT NULL,
    asset      text NOT NULL,
    folded     boolean NOT NULL,
    opened_at  timestamptz NOT NULL,
    PRIMARY KEY (book_id, id),
    CONSTRAINT uq_points_accounts_names UNIQUE (book_id, kind, owner_id, stripe)
);

-- What is in a strict account now. No table references these rows, so a posting never takes a key
-- share lock on a hot one; fillfactor leaves room for updates in place.
CREATE TABLE points_balances (
    book_id        integer NOT NULL,
    account_id     uuid NOT NULL,
    lock_rank      smallint NOT NULL,
    floor          bigint NOT NULL,
    posted         bigint NOT NULL DEFAULT 0,
    held           bigint NOT NULL DEFAULT 0,
    version        bigint NOT NULL DEFAULT 0,
    head           bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
    moved_at       timestamptz NOT NULL,
    frozen_reason  text,
    PRIMARY KEY (book_id, account_id),
    CONSTRAINT ck_points_balances_floor CHECK (posted - held >= floor AND held >= 0)
) WITH (fillfactor = 70);

-- What the projector has folded so far of an account that never refuses a posting.
CREATE TABLE points_folded_balances (
    book_id      integer NOT NULL,
    account_id   uuid NOT NULL,
    posted       bigint NOT NULL,
    entry_count  bigint NOT NULL,
    folded_at    timestamptz NOT NULL,
    PRIMARY KEY (book_id, account_id)
) WITH (fillfactor = 70);

-- One row for every decided act: the idempotency record. Its answer never changes (sticky outcomes).
CREATE TABLE points_outcomes (
    book_id         integer NOT NULL,
    cause           text NOT NULL,
    content_hash    bytea NOT NULL,
    subject_id      uuid NOT NULL,
    decline         text,
    decline_detail  jsonb,
    decided_at      timestamptz NOT NULL,
    PRIMARY KEY (book_id, cause)
);

CREATE TABLE points_transactions (
    book_id       integer NOT NULL,
    id            uuid NOT NULL,
    code          text NOT NULL,
    cause         text NOT NULL,
    lines         smallint NOT NULL,
    actor_id      uuid NOT NULL,
    evidence      text,
    hold_id       uuid,
    reverses_id   uuid,
    refunds_id    uuid,
    recorded_at   timestamptz NOT NULL,
    effective_at  timestamptz NOT NULL,
    PRIMARY KEY (book_id, id)
);
CREATE UNIQUE INDEX uq_points_transactions_reversed_once
    ON points_transactions (book_id, reverses_id) WHERE reverses_id IS NOT NULL;
CREATE INDEX ix_points_transactions_refunds
    ON points_transactions (book_id, refunds_id) WHERE refunds_id IS NOT NULL;

-- Strict entries carry version, balance_after and chain; folded entries carry none of them.
CREATE TABLE points_entries (
    book_id         integer NOT NULL,
    transaction_id  uuid NOT NULL,
    line            smallint NOT NULL,
    account_id      uuid NOT NULL,
    amount          bigint NOT NULL,
    version         bigint,
    balance_after   bigint,
    chain           bytea,
    PRIMARY KEY (book_id, transaction_id, line)
);
CREATE UNIQUE INDEX uq_points_entries_version
    ON points_entries (book_id, account_id, version) WHERE version IS NOT NULL;
CREATE INDEX ix_points_entries_folded
    ON points_entries (book_id, account_id, transaction_id) WHERE version IS NULL;

-- Transactions whose folded entries the projector has not summed yet.
CREATE TABLE points_unfolded (
    book_id         integer NOT NULL,
    transaction_id  uuid NOT NULL,
    PRIMARY KEY (book_id, transaction_id)
) WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 20000);

CREATE TABLE points_lots (
    book_id        integer NOT NULL,
    account_id     uuid NOT NULL,
    expires_on     date NOT NULL,        -- the last day (Asia/Shanghai) on which the points can be spent
    budget_id      uuid NOT NULL,
    issued         bigint NOT NULL,
    points_left    bigint NOT NULL,
    held           bigint NOT NULL DEFAULT 0,
    cost_left_fen  bigint NOT NULL,
    PRIMARY KEY (book_id, account_id, expires_on, budget_id),
    CONSTRAINT ck_points_lots_within CHECK (held >= 0 AND held <= points_left AND points_left <= issued AND cost_left_fen >= 0)
) WITH (fillfactor = 70);
-- The expiry run's question: which lots of this book fell due. No predicate on points_left, because
-- a column named in an index predicate would end in-place (HOT) updates of every spend.
CREATE INDEX ix_points_lots_due ON points_lots (book_id, expires_on);

CREATE TABLE points_lot_moves (
    book_id         integer NOT NULL,
    transaction_id  uuid NOT NULL,
    line            smallint NOT NULL,
    expires_on      date NOT NULL,
    budget_id       uuid NOT NULL,
    points          bigint NOT NULL,
    cost_fen        bigint NOT NULL,
    -- Gives back what this lot had issued before (refund, reversal), so it issues nothing new.
    restores        boolean NOT NULL DEFAULT false,
    PRIMARY KEY (book_id, transaction_id, line, expires_on, budget_id)
);

CREATE TABLE points_holds (
    book_id     integer NOT NULL,
    id          uuid NOT NULL,
    account_id  uuid NOT NULL,
    points      bigint NOT NULL CHECK (points > 0),
    cause       text NOT NULL,
    actor_id    uuid NOT NULL,
    evidence    text CHECK (char_length(evidence) <= 200),
    placed_at   timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    open        boolean NOT NULL DEFAULT true,
    PRIMARY KEY (book_id, id),
    CHECK (expires_at > placed_at)
);
CREATE INDEX ix_points_holds_open_by_account ON points_holds (book_id, account_id) WHERE open;
CREATE INDEX ix_points_holds_open_by_expiry ON points_holds (book_id, expires_at) WHERE open;

CREATE TABLE points_hold_lots (
    book_id     integer NOT NULL,
    hold_id     uuid NOT NULL,
    expires_on  date NOT NULL,
    budget_id   uuid NOT NULL,
    points      bigint NOT NULL CHECK (points > 0),
    PRIMARY KEY (book_id, hold_id, expires_on, budget_id)
);

CREATE TABLE points_hold_resolutions (
    book_id          integer NOT NULL,
    hold_id          uuid NOT NULL,
    resolution       text NOT NULL CHECK (resolution IN ('captured', 'released', 'expired')),
    transaction_id   uuid,
    points_captured  bigint NOT NULL CHECK (points_captured >= 0),
    actor_id         uuid NOT NULL,
    resolved_at      timestamptz NOT NULL,
    PRIMARY KEY (book_id, hold_id),
    CHECK ((resolution = 'captured') = (transaction_id IS NOT NULL)),
    CHECK ((resolution = 'captured') = (points_captured > 0))
);

-- Who froze or thawed an account, when and why. The current state stands on the balance row.
CREATE TABLE points_freezes (
    book_id      integer NOT NULL,
    account_id   uuid NOT NULL,
    id           uuid NOT NULL,
    frozen       boolean NOT NULL,
    reason       text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 200),
    actor_id     uuid NOT NULL,
    recorded_at  timestamptz NOT NULL,
    PRIMARY KEY (book_id, account_id, id)
);
