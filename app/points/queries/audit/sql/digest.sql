-- The same bytes as rules/chain.py, of a transaction `t`. Written once more on purpose: the audit must not
-- find right what the posting code finds right by the same mistake.
sha256(uuid_send(t.id) || uuid_send(t.actor_id)
    || int8send((extract(epoch FROM t.recorded_at) * 1000000)::bigint)
    || int8send((extract(epoch FROM t.effective_at) * 1000000)::bigint)
    || int4send(octet_length(textsend(t.code))) || textsend(t.code)
    || int4send(octet_length(textsend(t.cause))) || textsend(t.cause)
    || coalesce(int4send(octet_length(textsend(t.evidence))) || textsend(t.evidence), int4send(-1)))
