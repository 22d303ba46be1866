-- What bench/history.py runs. `history` (one row) and `named` (the accounts, each at its position n) are its
-- temporary tables.

CREATE FUNCTION pg_temp.next_link(previous bytea, rest bytea) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT sha256(previous || rest)';
CREATE AGGREGATE pg_temp.chain_of(bytea) (SFUNC = pg_temp.next_link, STYPE = bytea,
    INITCOND = '\x0000000000000000000000000000000000000000000000000000000000000000');
CREATE FUNCTION pg_temp.words(said text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$SELECT int4send(octet_length(convert_to(said, 'UTF8'))) || convert_to(said, 'UTF8')$$;
CREATE FUNCTION pg_temp.microseconds(instant timestamptz) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT int8send((extract(epoch FROM instant) * 1000000)::bigint)';
CREATE FUNCTION pg_temp.id_at(instant timestamptz, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$SELECT (lpad(to_hex((extract(epoch FROM instant) * 1000)::bigint), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid$$;

CREATE INDEX ON named (kind, n);
ANALYZE named;
INSERT INTO points_books SELECT book_id, 'history-' || book_id, 'History', '积分', 24, 30, 'sponsor', starts FROM history;
INSERT INTO points_budgets SELECT book_id, budget_id, sponsor_id, 'History', value, starts FROM history;
INSERT INTO points_accounts (book_id, id, kind, owner_id, stripe, asset, folded, opened_at)
SELECT h.book_id, a.id, a.kind, a.owner_id, a.stripe, k.asset, k.folded, h.starts
  FROM named a JOIN points_account_kinds k USING (kind), history h;

-- Residents take turns; of each one's acts every third is an award and the two after it spend it.
CREATE TEMP TABLE acts ON COMMIT DROP AS
SELECT n + 2 AS seq, r, k % 3 = 0 AS award, recorded_at, expires_on, (n * 2654435761 >> 7) % h.shops AS shop,
       CASE k % 3 WHEN 0 THEN p WHEN 1 THEN p / 2 ELSE p - p / 2 END AS points
  FROM (SELECT n, n % residents AS r, n / residents AS k, starts + n * step AS recorded_at,
               20 + (n % residents * 7 + n / residents / 3 * 13) % 180 AS p,
               -- the lot: points of the award's month live 24 months more, to the last day
               (date_trunc('month', starts + (n / residents / 3 * 3 * residents + n % residents) * step, 'Asia/Shanghai')
                  AT TIME ZONE 'Asia/Shanghai' + interval '25 months')::date - 1 AS expires_on
          FROM history, generate_series(0, acts - 1) n) x, history h;

-- The legs, in the order in which the door writes them. seq 0 is the funding, seq 1 the minting.
CREATE TEMP TABLE legs ON COMMIT DROP AS
WITH asked AS (SELECT x.payer, sum(a.points) AS points FROM acts a JOIN named x ON x.kind = 'resident' AND x.n = a.r WHERE award GROUP BY 1),
     minted AS (SELECT s.n, s.id, (coalesce(q.points, 0) + h.spare / 16)::bigint AS points
                  FROM history h, named s LEFT JOIN asked q ON q.payer = s.n WHERE s.kind = 'sponsor_budget'),
     total AS (SELECT sum(points)::bigint AS points FROM minted)
SELECT 0::bigint AS seq, CASE kind WHEN 'bank' THEN 1 ELSE 2 END AS line, a.id AS account_id, kind,
       (CASE kind WHEN 'bank' THEN -1 ELSE 1 END * t.points * h.value)::bigint AS amount
  FROM named a, total t, history h WHERE kind IN ('bank', 'sponsor_funding')
UNION ALL SELECT 1, 1, a.id, kind, -t.points FROM named a, total t WHERE kind = 'issuance'
UNION ALL SELECT 1, 2 + m.n, m.id, 'sponsor_budget', m.points FROM minted m
UNION ALL SELECT 1, 18, a.id, kind, -t.points * h.value FROM named a, total t, history h WHERE kind = 'sponsor_funding'
UNION ALL SELECT 1, 19, a.id, kind, t.points * h.value FROM named a, total t, history h WHERE kind = 'budget_reserve'
UNION ALL
SELECT a.seq, leg.line, leg.account_id, leg.kind, leg.amount
  FROM history h CROSS JOIN acts a
  JOIN named x ON x.kind = 'resident' AND x.n = a.r
  JOIN named s ON s.kind = 'sponsor_budget' AND s.n = x.payer
  JOIN named m ON m.kind = 'merchant_points' AND m.n = a.shop
  JOIN named y ON y.kind = 'merchant_payable' AND y.n = a.shop
  JOIN named v ON v.kind = 'budget_reserve' JOIN named l ON l.kind = 'points_liability'
 CROSS JOIN LATERAL (VALUES
    (true,  1, s.id, 'sponsor_budget',   -a.points),           (true,  2, x.id, 'resident',        a.points),
    (true,  3, v.id, 'budget_reserve',   -a.points * h.value), (true,  4, l.id, 'points_liability', a.points * h.value),
    (false, 1, x.id, 'resident',         -a.points),           (false, 2, m.id, 'merchant_points', a.points),
    (false, 3, l.id, 'points_liability', -a.points * h.value), (false, 4, y.id, 'merchant_payable', a.points * h.value)
    ) AS leg (award, line, account_id, kind, amount)
 WHERE leg.award = a.award;

CREATE TEMP TABLE headers ON COMMIT DROP AS
SELECT t.*, sha256(uuid_send(t.id) || uuid_send(t.id) || pg_temp.microseconds(t.recorded_at) || pg_temp.microseconds(t.recorded_at)
                   || pg_temp.words(t.code) || pg_temp.words(t.cause) || pg_temp.words(t.evidence)) AS digest
  FROM (SELECT seq, pg_temp.id_at(recorded_at, seq) AS id, CASE WHEN award THEN 'award' ELSE 'redemption' END AS code,
               CASE WHEN award THEN 'activity:' ELSE 'payment:' END || seq AS cause, 4 AS lines,
               CASE WHEN award THEN 'attendance ' ELSE 'till ' END || seq AS evidence, recorded_at
          FROM acts
        UNION ALL SELECT 0, pg_temp.id_at(starts, 0), 'fund', 'history:fund', 2, 'bank 1', starts FROM history
        UNION ALL SELECT 1, pg_temp.id_at(starts, 1), 'mint', 'history:mint', 19, 'history', starts FROM history) t;
ANALYZE acts; ANALYZE legs; ANALYZE headers;

-- The secondary indexes are made again afterwards, in a fraction of the time.
CREATE TEMP TABLE rebuilt ON COMMIT DROP AS
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
 WHERE indrelid IN ('points_entries'::regclass, 'points_transactions'::regclass) AND NOT indisprimary;
DO $$
DECLARE
    made text;
BEGIN
    FOR made IN SELECT name FROM rebuilt LOOP EXECUTE 'DROP INDEX ' || made; END LOOP;
    FOREACH made IN ARRAY ARRAY['points_outcomes', 'points_transactions', 'points_entries', 'points_lot_moves'] LOOP
        EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', made);
    END LOOP;
END $$;

INSERT INTO points_outcomes (book_id, cause, content_hash, subject_id, decided_at)
SELECT h.book_id, t.cause, t.digest, t.id, t.recorded_at FROM headers t, history h ORDER BY t.cause;
INSERT INTO points_transactions (book_id, id, code, cause, lines, actor_id, evidence, recorded_at, effective_at)
SELECT h.book_id, t.id, t.code, t.cause, t.lines, t.id, t.evidence, t.recorded_at, t.recorded_at FROM headers t, history h ORDER BY t.seq;
INSERT INTO points_lot_moves (book_id, transaction_id, line, expires_on, budget_id, points, cost_fen)
SELECT h.book_id, t.id, CASE WHEN a.award THEN 2 ELSE 1 END, a.expires_on, h.budget_id,
       CASE WHEN a.award THEN a.points ELSE -a.points END, CASE WHEN a.award THEN a.points ELSE -a.points END * h.value
  FROM acts a JOIN headers t USING (seq), history h ORDER BY a.seq;

CREATE TEMP TABLE strict ON COMMIT DROP AS
SELECT g.seq, g.line, g.version, g.after,
       pg_temp.chain_of(int4send(g.book_id) || uuid_send(g.account_id) || int8send(g.version) || int8send(g.amount)
                        || int8send(g.after) || g.digest)
           OVER (PARTITION BY g.account_id ORDER BY g.version ROWS UNBOUNDED PRECEDING) AS chain
  FROM (SELECT g.*, h.book_id, t.digest, row_number() OVER w AS version, (sum(g.amount) OVER w)::bigint AS after
          FROM legs g JOIN points_account_kinds k ON k.kind = g.kind AND NOT k.folded
          JOIN headers t ON t.seq = g.seq, history h
        WINDOW w AS (PARTITION BY g.account_id ORDER BY g.seq ROWS UNBOUNDED PRECEDING)) g;
INSERT INTO points_entries (book_id, transaction_id, line, account_id, amount, version, balance_after, chain)
SELECT h.book_id, t.id, g.line, g.account_id, g.amount, s.version, s.after, s.chain
  FROM legs g JOIN headers t ON t.seq = g.seq LEFT JOIN strict s ON s.seq = g.seq AND s.line = g.line, history h
 ORDER BY g.seq, g.line;

DO $$
DECLARE
    made text;
BEGIN
    FOR made IN SELECT definition FROM rebuilt LOOP EXECUTE made; END LOOP;
    FOREACH made IN ARRAY ARRAY['points_outcomes', 'points_transactions', 'points_entries', 'points_lot_moves'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE TRIGGER USER', made);
    END LOOP;
END $$;

INSERT INTO points_balances (book_id, account_id, lock_rank, floor, posted, version, head, moved_at)
SELECT h.book_id, g.account_id, k.lock_rank, 0, s.after, s.version, s.chain, t.recorded_at
  FROM (SELECT DISTINCT ON (g.account_id) g.account_id, g.kind, g.seq, g.line FROM legs g ORDER BY g.account_id, g.seq DESC) g
  JOIN points_account_kinds k ON k.kind = g.kind AND NOT k.folded
  JOIN strict s ON s.seq = g.seq AND s.line = g.line JOIN headers t ON t.seq = g.seq, history h;
INSERT INTO points_lots (book_id, account_id, expires_on, budget_id, issued, points_left, cost_left_fen)
SELECT h.book_id, x.id, a.expires_on, h.budget_id, sum(a.points) FILTER (WHERE a.award),
       sum(CASE WHEN a.award THEN a.points ELSE -a.points END), sum(CASE WHEN a.award THEN a.points ELSE -a.points END) * h.value
  FROM acts a JOIN named x ON x.kind = 'resident' AND x.n = a.r, history h GROUP BY h.book_id, h.budget_id, h.value, x.id, a.expires_on;
-- The projector is a thousand transactions behind.
INSERT INTO points_unfolded SELECT h.book_id, t.id FROM headers t, history h WHERE t.seq > h.acts + 1 - 1000;
INSERT INTO points_folded_balances (book_id, account_id, posted, entry_count, folded_at)
SELECT h.book_id, g.account_id, sum(g.amount), count(*), h.starts
  FROM legs g JOIN points_account_kinds k ON k.kind = g.kind AND k.folded, history h
 WHERE g.seq <= h.acts + 1 - 1000 GROUP BY h.book_id, h.starts, g.account_id;
