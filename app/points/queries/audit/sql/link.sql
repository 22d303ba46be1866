-- The next link after `before_chain`, of an entry and the digest of its transaction.
sha256(coalesce(before_chain, decode(repeat('00', 32), 'hex')) || int4send(book_id) || uuid_send(account_id)
    || int8send(version) || int8send(amount) || int8send(balance_after) || digest)
