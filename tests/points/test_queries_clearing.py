"""Each question of clearing has its index, and each index its question."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
import sqlalchemy
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.infra.db import database_url
from app.points.queries import clearing
from tests.fixtures import servers as places

NOW = datetime(2026, 6, 15, tzinfo=UTC)
ID = uuid4()
SPAN = {"since": NOW, "until": NOW}
ASKED = {
    "pk_points_clearing_agreements": lambda s: clearing.list_agreements(s, 1, after=ID, limit=5),
    "ix_points_clearing_agreements_partner": lambda s: clearing.find_agreement_with(
        s, 1, "zhongyi", first=date(2026, 6, 1), last=date(2026, 6, 1)
    ),
    "ix_points_clearing_transfers_person": lambda s: clearing.list_transfers_of_person(s, 1, ID, before=ID, limit=5),
    "ix_points_clearing_transfers_person_month": lambda s: clearing.sum_sent_by(s, 1, ID, **SPAN),
    "ix_points_clearing_transfers_agreement": lambda s: clearing.list_transfers_of_agreement(
        s, 1, ID, before=ID, limit=5
    ),
    "ix_points_clearing_transfers_month": lambda s: clearing.sum_cleared(s, 1, ID, **SPAN),
    "ix_points_clearing_transfers_sent": lambda s: clearing.list_sent_transfers(
        s, 1, pushed_before=NOW, after=ID, limit=5
    ),
    "uq_points_clearing_nettings_month": lambda s: clearing.find_netting(s, 1, ID, date(2026, 6, 1)),
    "pk_points_clearing_nettings": lambda s: clearing.list_nettings(s, 1, before=ID, limit=5),
    "uq_points_clearing_nettings_bank_reference": lambda s: clearing.is_reference_used(s, 1, "B-1"),
}
# find_transfer and get_transfer_of name the whole key of a row: in an empty table any index is as good to the planner
WHOLE_KEYS = {"pk_points_clearing_transfers", "uq_points_clearing_transfers_transaction_id"}


@pytest.fixture(scope="module")
def untouched(servers, template):
    """A database nobody has written to: in one that was vacuumed empty, all indexes cost the planner the same."""
    made = places.clone(servers, template)
    engine = sqlalchemy.create_engine(database_url(made.app_url))
    yield engine
    engine.dispose()
    places.drop(servers, made)


@pytest.fixture
def session(untouched):
    with Session(untouched) as found:
        yield found


def plan(session, ask) -> str:
    asked = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        asked.append((statement, parameters))

    event.listen(sqlalchemy.engine.Engine, "before_cursor_execute", note)
    try:
        ask(session)
    finally:
        event.remove(sqlalchemy.engine.Engine, "before_cursor_execute", note)
    connection = session.connection()
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
    connection.exec_driver_sql("SET LOCAL enable_sort = off")
    return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {asked[-1][0]}", asked[-1][1]))


@pytest.mark.parametrize("index", ASKED)
def test_a_question_has_its_index(session, index):
    assert index in plan(session, ASKED[index])


def test_the_months_to_net_are_found_by_probes_of_indexes(session):
    after = (ID, date(2026, 6, 1))
    shown = plan(session, lambda s: clearing.find_month_to_net(s, 1, after=after, last=date(2026, 6, 1)))
    assert "Seq Scan" not in shown
    assert "ix_points_clearing_transfers_month" in shown
    assert "uq_points_clearing_nettings_month" in shown


def test_every_index_has_a_question(session):
    found = session.scalars(
        sqlalchemy.text("SELECT indexname FROM pg_indexes WHERE tablename LIKE 'points_clearing_%'")
    )
    assert set(found) == ASKED.keys() | WHOLE_KEYS
