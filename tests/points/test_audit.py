"""The audit on sound books, its snapshot, its bounds, and its command."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.console.points import _Screen, points
from app.infra.db import db
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import SYSTEM
from app.points import errors
from app.points.queries import audit as checks
from app.points.rules import chain
from app.points.service.audit import KEPT_MAX, Progress, audit_books, audit_snapshot, jobs
from app.points.service.audit.snapshot import open_snapshot
from app.points.terms import CHART
from bench.history import fill
from tests.fixtures import servers as places
from tests.fixtures.work import NOW
from tests.points.audited import EVERYTHING, audit, copied, corrupt, engine_of, write_history
from tests.points.ledger import Acts, open_ledger

INSTANTS = st.integers(-(10**15), 10**16).map(lambda n: chain.EPOCH + timedelta(microseconds=n))
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=200)
BIG = st.integers(-(2**63), 2**63 - 1)


@pytest.fixture(scope="module")
def place(servers, template):
    """A database of this module's own."""
    made = places.clone(servers, template)
    yield made
    places.drop(servers, made)


@pytest.fixture(scope="module")
def asked(place):
    """A connection for questions that touch no table."""
    with engine_of(place.app_url) as engine, engine.connect() as connection:
        yield connection


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rich_history_is_clean(place, seed):
    life = write_history(place, seed=seed, days=60)
    verdict = audit(place)
    assert verdict.findings == {}
    assert verdict.entries > 1000
    assert {done for done in life.done if "." not in done} >= EVERYTHING - {"freeze", "reverse", "claw_back"}


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_pieces_give_the_same_verdict_as_the_whole(place, monkeypatch, workers):
    write_history(place, seed=4, days=20)
    whole = audit(place, workers=workers)
    monkeypatch.setattr(jobs, "TRANSACTIONS_PER_RANGE", 7)
    monkeypatch.setattr(jobs, "WORTH_DIVIDING", 0)
    pieces = audit(place, workers=workers)
    assert whole.clean
    assert pieces.clean
    assert whole.entries == pieces.entries > 0


def test_pieces_find_what_the_whole_finds(servers, place, monkeypatch):
    write_history(place, seed=5, days=20)
    with copied(servers, place) as copy:
        with engine_of(copy.superuser_url) as engine, engine.begin() as connection:
            corrupt(connection, "UPDATE points_entries SET amount = amount + 1 WHERE line = 1 RETURNING line")
        whole = audit(copy)
        monkeypatch.setattr(jobs, "TRANSACTIONS_PER_RANGE", 7)
        monkeypatch.setattr(jobs, "WORTH_DIVIDING", 0)
        assert audit(copy).counts == whole.counts
    assert whole.counts["transaction.balance"] > KEPT_MAX
    assert len(whole.findings["transaction.balance"]) == KEPT_MAX


def test_generated_history_is_clean_and_goes_on(servers, template):
    made = places.clone(servers, template)
    try:
        with engine_of(made.owner_url) as engine, engine.begin() as connection:
            history = fill(connection.connection.driver_connection, 2_000, residents=20)
        with engine_of(made.app_url) as engine, Session(engine) as session:
            book = session.scalars(text("SELECT code FROM points_books")).one()
            uow = UnitOfWork(session=session, actor=SYSTEM, now=NOW)
            acts = Acts(uow, open_ledger(uow))
            own = type(acts.ledger)(acts.book.__class__(**_columns(session, book)), history.budget_id)
            Acts(uow, own).award(history.residents[0], 77)
            Acts(uow, own).redeem(history.residents[0], 70)
            session.commit()
        verdict = audit(made)
    finally:
        places.drop(servers, made)
    assert verdict.findings == {}
    assert verdict.entries >= history.entries >= 2_000


def _columns(session, code):
    return dict(session.execute(text("SELECT * FROM points_books WHERE code = :code"), {"code": code}).mappings().one())


def test_workers_see_one_snapshot(place):
    with engine_of(place.app_url) as engine, open_snapshot(engine, connections=2) as connections:
        before = [connection.scalar(text("SELECT count(*) FROM points_entries")) for connection in connections]
        write_history(place, seed=6, days=2)
        after = [connection.scalar(text("SELECT count(*) FROM points_entries")) for connection in connections]
        assert audit_snapshot(connections).entries == before[0]
    assert len({*before, *after}) == 1


def test_snapshot_writes_nothing(place):
    with (
        engine_of(place.superuser_url) as engine,
        open_snapshot(engine, connections=1) as (connection,),
        pytest.raises(Exception, match="read-only transaction"),
    ):
        connection.execute(text("DELETE FROM points_unfolded"))


def test_failing_worker_stops_the_others_and_its_error_is_told(place, monkeypatch):
    endless = checks.Statement("endless", "SELECT 'a', 'b', 'c', pg_sleep(600)::text WHERE :book > 0", 0.0)
    broken = checks.Statement("broken", "SELECT 1 / (:book - :book)", 0.0)
    write_history(place, seed=8, days=1)
    monkeypatch.setattr(checks, "BOOK", (endless, broken))
    with pytest.raises(Exception, match="division by zero"):
        audit(place)


def _first_book(engine):
    with engine.connect() as connection:
        return connection.scalar(text("SELECT code FROM points_books ORDER BY id LIMIT 1"))


def test_interrupted_audit_leaves_no_statement_running(place, monkeypatch):
    endless = checks.Statement("endless", "SELECT 'a', 'b', 'c', pg_sleep(600)::text WHERE :book > 0", 0.0)
    write_history(place, seed=12, days=1)
    monkeypatch.setattr(checks, "BOOK", (endless,))

    def interrupt(_):
        raise KeyboardInterrupt

    with engine_of(place.app_url) as engine, pytest.raises(KeyboardInterrupt):
        audit_books(engine, report=interrupt)


def test_only_the_book_asked_for_is_looked_at(place):
    with engine_of(place.app_url) as engine:
        every = audit_books(engine)
        code = _first_book(engine)
        one = audit_books(engine, book=code)
        with pytest.raises(errors.BookMissing):
            audit_books(engine, book="nowhere")
    assert one.books == 1
    assert every.entries > one.entries > 0


def test_progress_is_reported(place):
    write_history(place, seed=11, days=1)
    told = []
    slow = checks.Statement("slow", "SELECT s, s, s, s FROM pg_sleep(1.2) s WHERE length(s::text) > :book + 9", 0.0)
    with engine_of(place.app_url) as engine, pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks, "BOOK", (*checks.BOOK, slow))
        audit_books(engine, book=_first_book(engine), workers=1, report=told.append)
    assert told
    assert all(0 <= progress.done <= 1 and progress.entries and progress.seconds > 0 for progress in told)


@given(INSTANTS, INSTANTS, TEXTS, TEXTS, st.none() | TEXTS, st.uuids(), st.uuids())
def test_digest_in_sql_is_the_chains(asked, recorded_at, effective_at, code, cause, evidence, id_, actor_id):
    header = chain.Header(id_, actor_id, recorded_at, effective_at, code, cause, evidence)
    values = {name: getattr(header, name) for name in header.__slots__}
    sql = f"""SELECT {checks.DIGEST} FROM (SELECT CAST(:id AS uuid) AS id, CAST(:actor_id AS uuid) AS actor_id,
        CAST(:recorded_at AS timestamptz) AS recorded_at, CAST(:effective_at AS timestamptz) AS effective_at,
        CAST(:code AS text) AS code, CAST(:cause AS text) AS cause, CAST(:evidence AS text) AS evidence) t"""
    assert bytes(asked.scalar(text(sql), values)) == header.digest()


@given(st.none() | st.binary(min_size=32, max_size=32), st.integers(1, 2**31 - 1), st.uuids(), BIG, BIG, BIG)
def test_link_in_sql_is_the_chains(asked, before, book_id, account_id, version, amount, balance_after):
    digest = bytes(range(32))
    sql = f"""SELECT {checks.LINK} FROM (SELECT CAST(:before AS bytea) AS before_chain,
        CAST(:book_id AS integer) AS book_id, CAST(:account_id AS uuid) AS account_id,
        CAST(:version AS bigint) AS version, CAST(:amount AS bigint) AS amount,
        CAST(:balance_after AS bigint) AS balance_after, CAST(:digest AS bytea) AS digest) e"""
    fields = {
        "book_id": book_id,
        "account_id": account_id,
        "version": version,
        "amount": amount,
        "balance_after": balance_after,
    }
    expected = chain.link(before or chain.GENESIS, digest=digest, **fields)
    assert bytes(asked.scalar(text(sql), {"before": before, "digest": digest, **fields})) == expected


def test_ranges_cover_every_id():
    ranges = jobs._between([UUID(int=0), UUID(int=5), UUID(int=2**100)])
    assert [(lo.int, hi.int) for lo, hi in ranges] == [(0, 4), (5, 2**100 - 1), (2**100, 2**128 - 1)]


def test_chart_audited_is_the_programs(place):
    asked = next(job for job in jobs.foundation_jobs() if job.statement.name == "chart")
    assert all(kind in str(asked.parameters["chart"]) for kind in CHART)


# The command


def test_clean_books_exit_0(app, session):
    told = app.test_cli_runner().invoke(points, ["audit"])
    assert told.exit_code == 0
    assert "账目一致 clean: 0 entries" in told.stdout


def test_differences_are_listed_and_exit_1(real_commits):
    made = real_commits.extensions["linli.test_database"]
    write_history(made, seed=9, days=3)
    runner = real_commits.test_cli_runner()
    assert runner.invoke(points, ["audit"]).exit_code == 0
    with engine_of(made.superuser_url) as engine, engine.begin() as connection:
        corrupt(connection, "UPDATE points_entries SET amount = amount + 1 WHERE line = 1 RETURNING line")
    told = runner.invoke(points, ["audit", "--workers", "1"])
    assert told.exit_code == 1
    assert "NOT CLEAN: " in told.stdout
    assert "transaction.balance: [book-" in told.stdout
    assert "expected 0 points, 0 fen, found 1 points, 0 fen" in told.stdout


def test_unknown_book_exits_2(app, session):
    told = app.test_cli_runner().invoke(points, ["audit", "--book", "nowhere"])
    assert told.exit_code == 2
    assert "Error: " in told.stderr


def test_what_cannot_be_looked_at_exits_2(servers, real_commits):
    places.drop(servers, real_commits.extensions["linli.test_database"])
    told = real_commits.test_cli_runner().invoke(points, ["audit"])
    assert told.exit_code == 2
    assert "Error: failed 未完成: OperationalError" in told.stderr


def test_audit_contents_itself_with_the_connections_there_are(servers, template, build_app):
    made = places.clone(servers, template)
    app = build_app(made.config(pool_size=1))
    try:
        told = app.test_cli_runner().invoke(points, ["audit", "--workers", "9"])
        with app.app_context():
            db.engine.dispose()
    finally:
        places.drop(servers, made)
    assert told.exit_code == 0


def test_progress_appears_only_when_it_takes_long(capsys):
    screen = _Screen()
    for seconds in (1.0, 2.0, 4.0, 5.0, 15.0):
        screen.show(Progress(seconds / 20, 1_000_000, seconds))
    assert [line.split(" of ")[0] for line in capsys.readouterr().err.splitlines()] == ["audit:  20%", "audit:  75%"]


def test_time_of_an_audit_is_told(place):
    verdict = audit(place)
    assert verdict.seconds > 0
    assert verdict.rate == pytest.approx(verdict.entries / verdict.seconds)
    assert timedelta(seconds=verdict.seconds) < timedelta(minutes=5)
