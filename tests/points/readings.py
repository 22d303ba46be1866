"""How much a query reads: the scans of its plan, on a database of many rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

from app.infra.db import database_url
from tests.fixtures import servers as places
from tests.fixtures.servers import Servers


@contextmanager
def filled(servers: Servers, template: str, fill: str) -> Iterator[Engine]:
    """A database of one's own, filled by this SQL as a superuser; its engine, as the application."""
    made = places.clone(servers, template)
    with psycopg.connect(made.superuser_url, autocommit=True) as superuser:
        superuser.execute(fill)
    engine = create_engine(database_url(made.app_url))
    yield engine
    engine.dispose()
    places.drop(servers, made)


class Reading:
    """What one query read: the scans of its plan."""

    def __init__(self, session: Session, query: Any) -> None:
        ran: list[tuple[str, Any]] = []
        note = lambda _c, _cursor, statement, values, *_rest: ran.append((statement, values))  # noqa: E731 - a listener
        event.listen(session.bind, "before_cursor_execute", note)
        try:
            self.result = query()
        finally:
            event.remove(session.bind, "before_cursor_execute", note)
        ((statement, values),) = ran
        cursor = session.connection().connection.cursor()
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + statement, values)
        self.scans = [node for node in self._nodes(cursor.fetchone()[0][0]["Plan"]) if "Relation Name" in node]

    def _nodes(self, node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield node
        for inner in node.get("Plans", ()):
            yield from self._nodes(inner)

    @property
    def indexes(self) -> set[str]:
        """The indexes used; a sequential scan counts as one called after its table."""
        return {node.get("Index Name", f"seq scan of {node['Relation Name']}") for node in self.scans}

    @property
    def rows(self) -> float:
        """Rows the scans gave, and rows they read in vain."""
        wasted = ("Rows Removed by Filter", "Rows Removed by Index Recheck")
        return sum(
            (node["Actual Rows"] + sum(node.get(name, 0) for name in wasted)) * node["Actual Loops"]
            for node in self.scans
        )
