"""What a resident's balance and first passbook page read, on an account with 100 thousand entries."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.orm import Session

from app.kernel.periods import local_date
from app.points import queries
from app.points.rules.accounts import AccountRef, account_id
from app.points.terms import AccountKind
from bench import history
from bench.places import Place
from bench.table import Row, at_most

PAGE = 20
BUSY_BOOK = 2
BUSY_ENTRIES = 100_000


@dataclass(frozen=True, slots=True)
class Reading:
    """Rows that the plans' scans brought up, and the plans' shape."""

    rows: int
    shape: str


def add_busy_passbook(place: Place) -> None:
    """A second book in which one resident has 100 thousand entries."""
    import psycopg  # noqa: PLC0415 - the rest of this file speaks through SQLAlchemy

    with psycopg.connect(place.owner_url) as connection:
        history.fill(connection, BUSY_ENTRIES * history.ENTRIES_PER_ACT, book_id=BUSY_BOOK, residents=1)
        connection.commit()
    with psycopg.connect(place.superuser_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def measure(small: Place, large: Place, label: str) -> list[Row]:
    """Rows read for the first page and for the balance, and whether growth changes the plans."""
    few_page, few_balance = _read(small)
    many_page, many_balance = _read(large)
    same = (
        "same plans" if (few_page.shape, few_balance.shape) == (many_page.shape, many_balance.shape) else "OTHER PLANS"
    )
    return [
        at_most(
            f"rows read for a page of {PAGE} at {label} / page",
            many_page.rows / (2 * PAGE),  # each line is an entry and its transaction
            1.2,
            f"{same}: {many_page.shape}",
        ),
        at_most(
            f"rows read for a balance at {label}", many_balance.rows, 200, f"lots are months: {many_balance.shape}"
        ),
        at_most("plans that change with growth", float(same != "same plans"), 0, f"100 thousand entries to {label}"),
    ]


def _read(place: Place) -> tuple[Reading, Reading]:
    engine = create_engine(make_url(place.app_url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection, Session(connection) as session:
        owner = session.scalar(
            text("SELECT owner_id FROM points_accounts WHERE book_id = :book AND kind = 'resident' LIMIT 1"),
            {"book": BUSY_BOOK},
        )
        account = account_id(BUSY_BOOK, AccountRef(AccountKind.RESIDENT, owner))
        now = datetime.now(UTC)
        page = _explained(
            connection, lambda: queries.list_strict_entries(session, BUSY_BOOK, account, before=None, limit=PAGE)
        )
        balance = _explained(
            connection,
            lambda: queries.get_passbook(session, BUSY_BOOK, account, today=local_date(now), now=now),
        )
    engine.dispose()
    return page, balance


def _explained(connection: Connection, read: Any) -> Reading:
    """Run the very statements a query function sends under EXPLAIN ANALYZE, and add up what their scans read."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    read()
    event.remove(connection, "before_cursor_execute", note)
    rows, shapes = 0, []
    for statement, parameters in sent:
        plan = connection.exec_driver_sql("EXPLAIN (ANALYZE, FORMAT JSON) " + statement, parameters).scalar_one()
        for node in _nodes(plan[0]["Plan"]):
            if "Relation Name" in node:
                rows += round((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
                shapes.append(f"{node['Node Type']} on {node.get('Index Name', node['Relation Name'])}")
    return Reading(rows, ", ".join(shapes))


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for child in plan.get("Plans", ()) for node in _nodes(child))]
