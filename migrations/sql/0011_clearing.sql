-- Clearing between books: points leave one book and arrive in another, each inside its own book and transaction. No
-- key of another book stands anywhere: the partner is named by its code, agreement and transfer by ids both books share.

-- One side of an agreement, written when two people of this book had approved it.
CREATE TABLE points_clearing_agreements (
    book_id              integer NOT NULL REFERENCES points_books (id),
    id                   uuid NOT NULL,      -- follows from the terms: the same terms have the same id in both books
    partner              text NOT NULL,      -- code of the other book
    rate_num             integer NOT NULL,   -- so many points of the partner's
    rate_den             integer NOT NULL,   -- for so many of this book's
    points_min           bigint NOT NULL,    -- of one transfer, in points of the book it leaves; both ways
    points_max           bigint NOT NULL,
    month_points_max     bigint NOT NULL,    -- of one person in one month
    valid_from           date NOT NULL,
    valid_to             date NOT NULL,      -- the last day on which points may leave
    sponsor_id           uuid NOT NULL,      -- who stands in this book for points that arrive
    budget_id            uuid NOT NULL,      -- the lots of points that arrive
    proposal_id          uuid NOT NULL,
    approved_at          timestamptz NOT NULL,
    partner_approved_at  timestamptz,        -- when this book heard that the other had approved the same terms
    stopped_by           uuid,
    stopped_at           timestamptz,
    stop_reason          text,
    partner_stopped_at   timestamptz,        -- when this book heard that the other had stopped it
    CONSTRAINT pk_points_clearing_agreements PRIMARY KEY (book_id, id),
    CONSTRAINT fk_points_clearing_agreements_budget FOREIGN KEY (book_id, budget_id) REFERENCES points_budgets (book_id, id),
    CONSTRAINT fk_points_clearing_agreements_proposal FOREIGN KEY (book_id, proposal_id) REFERENCES points_proposals (book_id, id),
    CONSTRAINT ck_points_clearing_agreements_partner CHECK (partner ~ '^[a-z][a-z0-9-]{1,31}$'),
    CONSTRAINT ck_points_clearing_agreements_rate CHECK (rate_num BETWEEN 1 AND 10000 AND rate_den BETWEEN 1 AND 10000),
    CONSTRAINT ck_points_clearing_agreements_points CHECK (
        points_min >= 1 AND points_min <= points_max AND points_max <= month_points_max AND month_points_max <= 1000000000),
    CONSTRAINT ck_points_clearing_agreements_period CHECK (valid_from <= valid_to),
    CONSTRAINT ck_points_clearing_agreements_stopped CHECK (num_nonnulls(stopped_by, stopped_at, stop_reason) IN (0, 3)),
    CONSTRAINT ck_points_clearing_agreements_reason CHECK (char_length(stop_reason) BETWEEN 1 AND 200)
);
CREATE INDEX ix_points_clearing_agreements_partner ON points_clearing_agreements (book_id, partner, valid_to); -- the one in force
GRANT SELECT, INSERT ON points_clearing_agreements TO linli_app;
GRANT UPDATE (partner_approved_at, stopped_by, stopped_at, stop_reason, partner_stopped_at) ON points_clearing_agreements TO linli_app;

-- One side of a transfer. In the book it leaves: sent, then arrived, or returned when the other book refused it. In the
-- book it comes to: arrived or refused, for good. No foreign key to the agreement: a transfer that was refused because
-- there is none must be remembered as refused, or a second delivery might book what was given back meanwhile.
CREATE TABLE points_clearing_transfers (
    book_id         integer NOT NULL REFERENCES points_books (id),
    id              uuid NOT NULL,          -- the same in both books
    agreement_id    uuid NOT NULL,
    direction       text NOT NULL,
    partner         text NOT NULL,          -- code of the other book
    resident_id     uuid NOT NULL,          -- one person has one id in both books
    points          bigint NOT NULL,        -- in points of this book
    partner_points  bigint NOT NULL,        -- in points of the other
    fen             bigint NOT NULL,        -- the money behind them, the same in both
    parcels         jsonb NOT NULL,         -- what its lots are to become: [[last day, points, fen], …] of the receiving book
    state           text NOT NULL,
    refusal         text,                   -- code of the other book's refusal (out), of this one's (in)
    transaction_id  uuid,
    return_id       uuid,                   -- the transaction that gave it back
    sent_at         timestamptz NOT NULL,   -- when it left its book: in both it belongs to the month of this day
    decided_at      timestamptz,
    pushed_at       timestamptz,            -- when it was last handed to the other book (out)
    CONSTRAINT pk_points_clearing_transfers PRIMARY KEY (book_id, id),
    CONSTRAINT uq_points_clearing_transfers_transaction_id UNIQUE (book_id, transaction_id),
    CONSTRAINT fk_points_clearing_transfers_transaction FOREIGN KEY (book_id, transaction_id) REFERENCES points_transactions (book_id, id),
    CONSTRAINT fk_points_clearing_transfers_return FOREIGN KEY (book_id, return_id) REFERENCES points_transactions (book_id, id),
    CONSTRAINT ck_points_clearing_transfers_amounts CHECK (points >= 1 AND partner_points >= 1 AND fen >= 0),
    CONSTRAINT ck_points_clearing_transfers_state CHECK (CASE direction || ' ' || state
        WHEN 'out sent' THEN num_nulls(transaction_id, pushed_at) = 0 AND num_nonnulls(refusal, return_id, decided_at) = 0
        WHEN 'out arrived' THEN num_nulls(transaction_id, decided_at) = 0 AND num_nonnulls(refusal, return_id) = 0
        WHEN 'out returned' THEN num_nulls(transaction_id, refusal, return_id, decided_at) = 0
        WHEN 'in arrived' THEN num_nulls(transaction_id, decided_at) = 0 AND num_nonnulls(refusal, return_id) = 0
        WHEN 'in refused' THEN num_nulls(refusal, decided_at) = 0 AND num_nonnulls(transaction_id, return_id) = 0
        ELSE false END)
);
CREATE INDEX ix_points_clearing_transfers_person ON points_clearing_transfers (book_id, resident_id, id); -- a resident's own
CREATE INDEX ix_points_clearing_transfers_person_month ON points_clearing_transfers (book_id, resident_id, sent_at) WHERE direction = 'out'; -- the month's limit
CREATE INDEX ix_points_clearing_transfers_agreement ON points_clearing_transfers (book_id, agreement_id, id); -- what an agreement moved
CREATE INDEX ix_points_clearing_transfers_month ON points_clearing_transfers (book_id, agreement_id, sent_at); -- the netting of a month
CREATE INDEX ix_points_clearing_transfers_sent ON points_clearing_transfers (book_id, id) WHERE state = 'sent'; -- those under way
GRANT SELECT, INSERT ON points_clearing_transfers TO linli_app;
GRANT UPDATE (state, refusal, return_id, decided_at, pushed_at) ON points_clearing_transfers TO linli_app;

-- What two books owe each other for one month, as this book counts and as the other told; paid once.
CREATE TABLE points_clearing_nettings (
    book_id            integer NOT NULL REFERENCES points_books (id),
    id                 uuid NOT NULL,
    agreement_id       uuid NOT NULL,
    month              date NOT NULL,       -- its first day
    out_points         bigint NOT NULL,
    out_fen            bigint NOT NULL,     -- behind points that left this book: owed to the other
    in_points          bigint NOT NULL,
    in_fen             bigint NOT NULL,     -- behind points that came: owed by the other
    stated_at          timestamptz NOT NULL,
    partner_out_fen    bigint,
    partner_in_fen     bigint,
    partner_stated_at  timestamptz,
    bank_reference     text,
    transaction_id     uuid,
    paid_at            timestamptz,
    CONSTRAINT pk_points_clearing_nettings PRIMARY KEY (book_id, id),
    CONSTRAINT uq_points_clearing_nettings_month UNIQUE (book_id, agreement_id, month),
    CONSTRAINT fk_points_clearing_nettings_agreement FOREIGN KEY (book_id, agreement_id) REFERENCES points_clearing_agreements (book_id, id),
    CONSTRAINT fk_points_clearing_nettings_transaction FOREIGN KEY (book_id, transaction_id) REFERENCES points_transactions (book_id, id),
    CONSTRAINT ck_points_clearing_nettings_month CHECK (extract(day FROM month) = 1),
    CONSTRAINT ck_points_clearing_nettings_amounts CHECK (least(out_points, out_fen, in_points, in_fen, partner_out_fen, partner_in_fen) >= 0),
    CONSTRAINT ck_points_clearing_nettings_partner CHECK (num_nonnulls(partner_out_fen, partner_in_fen, partner_stated_at) IN (0, 3)),
    CONSTRAINT ck_points_clearing_nettings_paid CHECK (num_nonnulls(bank_reference, transaction_id, paid_at) IN (0, 3)),
    CONSTRAINT ck_points_clearing_nettings_agreed CHECK (paid_at IS NULL OR (out_fen, in_fen) = (partner_in_fen, partner_out_fen)),
    CONSTRAINT ck_points_clearing_nettings_reference CHECK (char_length(bank_reference) BETWEEN 1 AND 100)
);
-- one transfer of the bank pays one month of one agreement
CREATE UNIQUE INDEX uq_points_clearing_nettings_bank_reference ON points_clearing_nettings (book_id, bank_reference) WHERE bank_reference IS NOT NULL;
GRANT SELECT, INSERT ON points_clearing_nettings TO linli_app;
GRANT UPDATE (out_points, out_fen, in_points, in_fen, stated_at, partner_out_fen, partner_in_fen, partner_stated_at,
              bank_reference, transaction_id, paid_at) ON points_clearing_nettings TO linli_app;

DO $$
DECLARE
    kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['points_clearing_agreements', 'points_clearing_transfers', 'points_clearing_nettings'] LOOP
        EXECUTE format('CREATE TRIGGER points_no_delete BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION points_refuse_change()', kept);
        EXECUTE format('CREATE TRIGGER points_no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION points_refuse_change()', kept);
    END LOOP;
END $$;
