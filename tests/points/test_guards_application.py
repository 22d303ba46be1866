"""What the application's own role cannot do, also if its code were an attacker's."""

from uuid import uuid4

import psycopg
import pytest
from psycopg import errors as pg

from app.points.service import wire
from tests.points.guarded import (
    DERIVED,
    DOORS,
    JOURNAL,
    KEPT,
    NOW,
    PROGRAMME,
    Raw,
    application,
    columns,
    owner,
    place,
    story,
)
from tests.points.ledger import ANNA

__all__ = ["application", "owner", "place", "story"]
TABLES = [*JOURNAL, *KEPT, *DERIVED]


def test_no_table_of_the_ledger_was_forgotten(owner):
    found = owner.execute(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'f') AND relname LIKE 'points\\_%'"
    ).fetchall()
    assert {row[0] for row in found} == {*TABLES, *PROGRAMME}


@pytest.mark.parametrize("table", PROGRAMME)
def test_what_stands_beside_the_ledger_is_not_emptied_or_rebuilt(application, table):
    deletes = [] if "delete" in PROGRAMME[table] else [f"DELETE FROM {table}"]
    for statement in (*deletes, f"TRUNCATE {table}", f"DROP TABLE {table}", f"ALTER TABLE {table} DISABLE TRIGGER ALL"):
        with pytest.raises(pg.InsufficientPrivilege), application.transaction():
            application.execute(statement)
    application.execute(f"SELECT count(*) FROM {table}")


@pytest.mark.parametrize("table", TABLES)
def test_the_application_writes_no_table_of_the_ledger(application, table):
    name = columns(application, table)[0]
    statements = [
        f"UPDATE {table} SET {name} = {name}",
        f"DELETE FROM {table}",
        f"TRUNCATE {table}",
        f"DROP TABLE {table}",
        f"ALTER TABLE {table} DISABLE TRIGGER ALL",
        f"CREATE TRIGGER mine BEFORE INSERT ON {table} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        f"CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING",
        f"LOCK TABLE {table} IN EXCLUSIVE MODE",
    ]
    if table not in {"points_books", "points_budgets"}:
        statements.append(f"INSERT INTO {table} SELECT * FROM {table}")
    for statement in statements:
        with pytest.raises(pg.InsufficientPrivilege), application.transaction():
            application.execute(statement)
    application.execute(f"SELECT count(*) FROM {table}")
    granted = application.execute(
        "SELECT privilege_type FROM information_schema.column_privileges "
        "WHERE table_name = %s AND grantee IN ('linli_app', 'PUBLIC')",
        [table],
    ).fetchall()
    assert {row[0] for row in granted} <= {"SELECT", "INSERT"}


def test_the_application_cannot_become_more_than_it_is(application):
    for statement in (
        "SET ROLE linli_owner",
        "SET SESSION AUTHORIZATION linli_owner",
        "SET session_replication_role = replica",
        "CREATE TABLE public.mine (x int)",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION public.points_guard_entries() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "ALTER FUNCTION public.points_refuse_change() RESET ALL",
        "DROP FUNCTION points_refuse_change CASCADE",
        "ALTER DATABASE template1 SET search_path = ''",
        "CREATE SCHEMA mine",
    ):
        with pytest.raises((pg.InsufficientPrivilege, pg.InvalidParameterValue)), application.transaction():
            application.execute(statement)


def test_the_application_calls_the_doors_and_no_inner_function(application):
    rows = application.execute(
        "SELECT p.oid::regprocedure::text, proname, prosecdef, has_function_privilege(p.oid, 'EXECUTE'), "
        "prorettype = 'trigger'::regtype, coalesce(array_to_string(proconfig, ';'), '') "
        "FROM pg_proc p WHERE proname LIKE 'points\\_%'"
    ).fetchall()
    callable_ = {name for _, name, _, may, is_trigger, _ in rows if may and not is_trigger}
    assert callable_ == DOORS
    for signature, name, definer, *_, settings in rows:
        if definer:
            assert "search_path=public, pg_temp" in settings, f"{signature} can be led astray"
        assert not (definer and name not in DOORS | {"points_open_accounts"}), signature
    with pytest.raises(pg.InsufficientPrivilege):
        application.execute("SELECT points_record_decline(1, 'a', 'b', NULL)")


def knock(connection: psycopg.Connection, book: int, **arrays: str) -> None:
    """Call points_write with arrays by the names of its arguments."""
    names = connection.execute(
        "SELECT unnest(proargnames), unnest(proargtypes::oid[])::regtype::text FROM pg_proc "
        "WHERE proname = 'points_write'"
    ).fetchall()
    values = {name: "{}" for name, _ in names} | {"p_book": book, "p_actor": uuid4()} | arrays
    call = ", ".join(f"{name} => %({name})s::{kind}" for name, kind in names)
    connection.execute(f"SELECT points_write({call})", values)


def legs(raw: Raw, *amounts: int, cause: str, made: object) -> dict[str, str]:
    """The arrays of one transaction between bank and payable."""
    accounts = [raw.bank, raw.payable][: len(amounts)]
    return {
        "t_ids": f"{{{made}}}",
        "t_codes": "{reversal}",
        "t_causes": f"{{{cause}}}",
        "t_lines": f"{{{len(amounts)}}}",
        "t_evidence": "{NULL}",
        "t_holds": "{NULL}",
        "t_reverses": "{NULL}",
        "t_refunds": "{NULL}",
        "t_recorded": f'{{"{NOW.isoformat()}"}}',
        "t_effective": f'{{"{NOW.isoformat()}"}}',
        "e_posting": wire.array([1] * len(amounts)),
        "e_line": wire.array(range(1, len(amounts) + 1)),
        "e_account": wire.array(accounts),
        "e_amount": wire.array(amounts),
        "e_version": wire.array([None] * len(amounts)),
        "e_after": wire.array([None] * len(amounts)),
        "e_chain": wire.array([None] * len(amounts)),
    }


def claim(application: psycopg.Connection, book: int, cause: str, made: object) -> None:
    application.execute(
        "SELECT * FROM points_begin(%s, %s, %s, true, %s, %s, %s, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')",
        [book, NOW, uuid4(), [made], [cause], [b"\2" * 32]],
    )


def test_the_doors_let_nothing_through_that_the_tables_refuse(application, story):
    raw, book = Raw(application, story), story.ledger.id
    made = uuid4()
    claim(application, book, "by the door", made)
    for amounts in ((-5, 4), (-5,), (0, 0)):
        with pytest.raises(pg.CheckViolation), application.transaction():
            knock(application, book, **legs(raw, *amounts, cause="by the door", made=made))
    for cause in ("award", "of nobody", "declined"):
        with pytest.raises(pg.CheckViolation), application.transaction():
            knock(application, book, **legs(raw, -5, 5, cause=cause, made=made))
    for code in ("award", "mint", "payout", "no such code"):  # none of them takes money out of the bank for a shop
        with pytest.raises(pg.CheckViolation, match="that its code has"), application.transaction():
            knock(application, book, **legs(raw, -5, 5, cause="by the door", made=made) | {"t_codes": f'{{"{code}"}}'})
    with application.transaction():
        knock(application, book, **legs(raw, -5, 5, cause="by the door", made=made))
    with pytest.raises(pg.UniqueViolation), application.transaction():
        knock(application, book, **legs(raw, -5, 5, cause="by the door", made=made))


def test_the_doors_keep_floors_stickiness_and_resolutions(application, story):
    raw, book, passbook = Raw(application, story), story.ledger.id, story.ledger.passbook(ANNA)
    made = uuid4()
    claim(application, book, "by the door", made)
    good = legs(raw, -5, 5, cause="by the door", made=made)
    version, posted = application.execute(
        "SELECT version, posted FROM points_balances WHERE account_id = %s", [passbook]
    ).fetchone()
    taking = good | {
        "e_account": wire.array([passbook, raw.shop_points]),
        "e_version": wire.array([version + 1, None]),
        "e_after": wire.array([-1, None]),
        "e_chain": wire.array([b"\2" * 32, None]),
        "b_entry": "{1}",
    }
    with pytest.raises(pg.CheckViolation, match="points_balances_floor"), application.transaction():
        knock(application, book, **taking, b_version_before=f"{{{version}}}")
    with pytest.raises(pg.SerializationFailure), application.transaction():
        knock(application, book, **taking, b_version_before=f"{{{version - 1}}}")
    # a balance made up: neither the entry before it nor its own amount leads there
    with pytest.raises(pg.CheckViolation, match="refused"), application.transaction():
        knock(application, book, **taking | {"e_after": "{999999,NULL}"}, b_version_before=f"{{{version}}}")
    # a version left out
    with pytest.raises(pg.CheckViolation, match="refused"), application.transaction():
        knock(
            application,
            book,
            **taking | {"e_version": f"{{{version + 2},NULL}}", "e_after": f"{{{posted - 5},NULL}}"},
            b_version_before=f"{{{version}}}",
        )
    # a lot of its own, which no entry moved
    lot = {
        "m_entry": "{2}",
        "m_day": "{2028-12-31}",
        "m_budget": f"{{{uuid4()}}}",
        "m_points": "{900}",
        "m_cost": "{0}",
    }
    with pytest.raises(pg.CheckViolation), application.transaction():
        knock(application, book, **good, **lot, m_restores="{f}")
    resolution = {"h_posting": "{1}", "h_ids": f"{{{story.ended_hold}}}", "h_points": "{1}"}
    with pytest.raises(pg.UniqueViolation), application.transaction():
        knock(application, book, **good, **resolution)
    with pytest.raises(pg.CheckViolation, match="not open"), application.transaction():
        knock(application, book, **good, **resolution | {"h_ids": f"{{{uuid4()}}}"})
    for cause in ("award", "declined"):
        decline = {"d_causes": f"{{{cause}}}", "d_codes": "{insufficient}", "d_details": "{NULL}"}
        with pytest.raises(pg.RestrictViolation), application.transaction():
            knock(application, book, **decline)


def test_temporary_tables_and_search_paths_lead_no_door_astray(application, story):
    """A SECURITY DEFINER function that looked into pg_temp first would post into tables of the caller's making."""
    book = story.ledger.id
    for table in ("points_outcomes", "points_balances", "points_transactions", "points_entries", "points_accounts"):
        application.execute(f"CREATE TEMP TABLE {table} (LIKE public.{table} INCLUDING ALL)")
    application.execute("SET search_path = pg_temp, public")
    made = uuid4()
    claim(application, book, "astray", made)
    knock(application, book, **legs(Raw(application, story), -5, 5, cause="astray", made=made))
    application.execute("SELECT * FROM points_release_hold(%s, %s, %s, %s)", [book, NOW, story.open_hold, uuid4()])
    assert application.execute("SELECT count(*) FROM public.points_transactions WHERE id = %s", [made]).fetchone() == (
        1,
    )
    for table in ("points_outcomes", "points_balances", "points_transactions", "points_entries", "points_accounts"):
        assert application.execute(f"SELECT count(*) FROM pg_temp.{table}").fetchone() == (0,)
    with pytest.raises(pg.CheckViolation):
        knock(application, book, **legs(Raw(application, story), -5, 4, cause="astray", made=uuid4()))


def test_operators_of_the_callers_making_are_not_used(application):
    """Only pg_catalog and public are looked into, and nobody but the owner makes anything in public."""
    with pytest.raises(pg.InsufficientPrivilege):
        application.execute("CREATE OPERATOR public.<> (leftarg = int, rightarg = int, function = int4eq)")
