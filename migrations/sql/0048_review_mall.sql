-- Who let a payment pass though its payer is of the kin of the shop.
ALTER TABLE mall_earns ADD COLUMN cleared_by uuid;
GRANT UPDATE (cleared_by) ON mall_earns TO linli_app;

-- Refunds that went wrong are a book's to look at, by their shop or by their payment.
ALTER TABLE mall_refunds
    ADD COLUMN id             uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN shop_number    text,
    ADD COLUMN owner_book_id  integer,
    ADD COLUMN closed_by      uuid,
    ADD COLUMN closed_at      timestamptz;
ALTER TABLE mall_refunds
    ALTER COLUMN id DROP DEFAULT,
    ADD CONSTRAINT uq_mall_refunds_id UNIQUE (id),
    ADD CONSTRAINT fk_mall_refunds_owner_book_id FOREIGN KEY (owner_book_id) REFERENCES points_books (id),
    ADD CONSTRAINT ck_mall_refunds_shop_number CHECK (char_length(shop_number) BETWEEN 1 AND 64),
    ADD CONSTRAINT ck_mall_refunds_closed
        CHECK (num_nulls(closed_by, closed_at) = CASE WHEN state = 'closed' THEN 0 ELSE 2 END),
    DROP CONSTRAINT ck_mall_refunds_state,
    ADD CONSTRAINT ck_mall_refunds_state CHECK (state IN ('open', 'taken', 'review', 'closed'));

-- Those that were given up although their payment was told later are taken in now.
UPDATE mall_refunds r SET state = 'open', look_at = now(), reason = NULL
 WHERE r.state = 'review' AND r.reason = 'payment_unknown'
   AND EXISTS (SELECT 1 FROM mall_earns e WHERE e.transaction_id = r.transaction_id);
UPDATE mall_refunds r SET owner_book_id = e.owner_book_id
  FROM mall_earns e WHERE r.state = 'review' AND e.transaction_id = r.transaction_id;

CREATE INDEX ix_mall_refunds_transaction_id ON mall_refunds (transaction_id) WHERE state <> 'taken'; -- its payment is told
CREATE INDEX ix_mall_refunds_review ON mall_refunds (owner_book_id, id) WHERE state = 'review';
CREATE INDEX ix_mall_refunds_shop_unknown ON mall_refunds (shop_number) WHERE state = 'review' AND owner_book_id IS NULL;
GRANT UPDATE (owner_book_id, closed_by, closed_at) ON mall_refunds TO linli_app;
