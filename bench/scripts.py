"""What pgbench runs: the same two calls that points.service makes for one posting, between BEGIN and COMMIT.

The arguments are what service/wire.py sends for one award or one redemption; pgbench stands in for Python, which in
the real system spends its time on other processors than the database's. Only the hash of the chain is a stand-in (the
old head instead of a new link): its computation is Python's share, its storage is measured.
"""

AWARD = r"""
\set n random(1, 8000)
\set p random(1, 5)
BEGIN;
SELECT b.*, s.*, now() AS t FROM (SELECT *, bench_new_id() AS tid FROM bench_pairs WHERE n = :n OFFSET 0) b,
LATERAL (SELECT max(x.a) FILTER (WHERE x.id = b.account) AS posted, max(x.b) FILTER (WHERE x.id = b.account) AS held,
                max(x.c) FILTER (WHERE x.id = b.account) AS version, max(x.a) FILTER (WHERE x.id = b.{source}) AS from_posted,
                max(x.c) FILTER (WHERE x.id = b.{source}) AS from_version, encode(min(x.hash), 'hex') AS head
           FROM points_begin(1, now(), b.owner, true, ARRAY[b.tid], ARRAY['award:' || b.tid],
                ARRAY['\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'::bytea],
                ARRAY[b.{source}, b.account, b.{reserve}, b.liability],
                '{{sponsor_budget,resident,budget_reserve,points_liability}}',
                ARRAY[b.{budget}, b.owner, b.{budget}, '00000000-0000-0000-0000-000000000000'],
                ARRAY[b.stripe, 0, 0, 0]::smallint[], ARRAY[:p, 0, 0, 0]::bigint[], '{{}}', '{{}}', '{{}}') x) s \gset
SELECT points_write(1, :owner::uuid, ARRAY[:tid::uuid], '{{award}}', ARRAY['award:' || :tid], '{{4}}', '{{activity 5}}',
    '{{NULL}}', '{{NULL}}', '{{NULL}}', ARRAY[:t::timestamptz], ARRAY[:t::timestamptz],
    '{{1,1,1,1}}', '{{1,2,3,4}}', ARRAY[:{source}, :account, :{reserve}, :liability]::uuid[],
    ARRAY[-(:p::bigint), :p::bigint, -10 * :p::bigint, 10 * :p::bigint],
    ARRAY[:from_version::bigint + 1, :version::bigint + 1, NULL, NULL],
    ARRAY[:from_posted::bigint - :p::bigint, :posted::bigint + :p::bigint, NULL, NULL],
    ARRAY[decode(:head, 'hex'), decode(:head, 'hex'), NULL, NULL],
    '{{2}}', ARRAY[:day::date], ARRAY[:{budget}::uuid], ARRAY[:p::bigint], ARRAY[10 * :p::bigint], '{{f}}',
    '{{2,1}}', ARRAY[:version::bigint, :from_version::bigint], '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}');
COMMIT;
"""

REDEMPTION = r"""
\set n random(1, 8000)
\set p random(1, 2)
BEGIN;
SELECT b.*, s.*, now() AS t FROM (SELECT r.owner, r.account, r.liability, bench_new_id() AS tid, h.shop, h.taken, h.payable
                                    FROM bench_pairs r, bench_pairs h WHERE r.n = :n AND h.n = {shop} OFFSET 0) b,
LATERAL (SELECT max(x.a) FILTER (WHERE x.what = 'balance') AS posted, max(x.b) FILTER (WHERE x.what = 'balance') AS held,
                max(x.c) FILTER (WHERE x.what = 'balance') AS version, encode(min(x.hash), 'hex') AS head,
                min(x.day) FILTER (WHERE x.what = 'lot' AND x.a >= 10000) AS day,
                min(x.ref::text) FILTER (WHERE x.what = 'lot' AND x.a >= 10000) AS budget
           FROM points_begin(1, now(), b.owner, true, ARRAY[b.tid], ARRAY['redemption:' || b.tid],
                ARRAY['\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'::bytea],
                ARRAY[b.account, b.taken, b.liability, b.payable],
                '{{resident,merchant_points,points_liability,merchant_payable}}',
                ARRAY[b.owner, b.shop, '00000000-0000-0000-0000-000000000000', b.shop], '{{0,0,0,0}}', '{{}}',
                ARRAY[b.account], '{{}}', '{{}}') x) s \gset
SELECT points_write(1, :owner::uuid, ARRAY[:tid::uuid], '{{redemption}}', ARRAY['redemption:' || :tid], '{{4}}', '{{till 5}}',
    '{{NULL}}', '{{NULL}}', '{{NULL}}', ARRAY[:t::timestamptz], ARRAY[:t::timestamptz],
    '{{1,1,1,1}}', '{{1,2,3,4}}', ARRAY[:account, :taken, :liability, :payable]::uuid[],
    ARRAY[-(:p::bigint), :p::bigint, -10 * :p::bigint, 10 * :p::bigint], ARRAY[:version::bigint + 1, NULL, NULL, NULL],
    ARRAY[:posted::bigint - :p::bigint, NULL, NULL, NULL], ARRAY[decode(:head, 'hex'), NULL, NULL, NULL],
    '{{1}}', ARRAY[:day::date], ARRAY[:budget::uuid], ARRAY[-(:p::bigint)], ARRAY[-10 * :p::bigint], '{{f}}',
    '{{1}}', ARRAY[:version::bigint], '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}');
COMMIT;
"""

ONE_BUDGET = {"source": "source", "reserve": "reserve", "budget": "budget"}
MANY_BUDGETS = {"source": "other_source", "reserve": "other_reserve", "budget": "other_budget"}

AWARD_ONE_BUDGET = AWARD.format(**ONE_BUDGET)
AWARD_MANY_BUDGETS = AWARD.format(**MANY_BUDGETS)
REDEMPTION_ANY_SHOP = REDEMPTION.format(shop="(:n * 31 % 8000 + 1)")
REDEMPTION_ONE_SHOP = REDEMPTION.format(shop="1")
