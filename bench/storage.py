"""What a redemption leaves on disk, and whether every index of the ledger is asked for by something."""

import psycopg

from bench import pgbench, scripts, throughput
from bench.places import Place, Server
from bench.table import Row, at_most, shown

TABLES = ("points_outcomes", "points_transactions", "points_entries", "points_lot_moves", "points_unfolded")


def bytes_per_redemption(server: Server, place: Place, seconds: int) -> Row:
    """Growth of the journal's tables and indexes over many redemptions, divided by their number."""
    before, heap_before, count_before = _sizes(place)
    pgbench.scripts(server.pgbench, place.app_url, [scripts.REDEMPTION_ANY_SHOP], seconds)
    after, heap_after, count_after = _sizes(place)
    made = count_after - count_before
    whole, heap = (after - before) / made, (heap_after - heap_before) / made
    return shown(
        "bytes on disk per redemption",
        whole,
        f"tables {heap:.0f}, indexes {whole - heap:.0f}, over {made:,} redemptions; the queue row of the projector included",
    )


def _sizes(place: Place) -> tuple[int, int, int]:
    with psycopg.connect(place.superuser_url) as connection:
        whole, heap = connection.execute(
            "SELECT sum(pg_total_relation_size(t::regclass)), sum(pg_relation_size(t::regclass)) FROM unnest(%s::text[]) t",
            [list(TABLES)],
        ).fetchone() or (0, 0)
        (count,) = connection.execute("SELECT count(*) FROM points_transactions").fetchone() or (0,)
    return int(whole), int(heap), int(count)


def idle_indexes(server: Server, place: Place) -> Row:
    """Indexes of the ledger that no statement used: of the postings above, of the audit, and of a story of all acts."""
    throughput.play_story(server, place)
    with psycopg.connect(place.superuser_url) as connection:
        names = connection.execute(
            "SELECT indexrelname FROM pg_stat_user_indexes WHERE relname LIKE 'points_%' AND idx_scan = 0 ORDER BY 1"
        ).fetchall()
    return at_most(
        "indexes of the ledger that no statement uses", len(names), 0, ", ".join(n for (n,) in names) or "none"
    )
