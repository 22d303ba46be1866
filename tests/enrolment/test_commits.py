"""Imports that really commit: cut off in the middle, side by side with others, read by the audit and by an outsider."""

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import create_engine, text

from app.enrolment import service as enrolment
from app.enrolment.schemas.imports import ImportOut
from app.enrolment.service import committing
from app.enrolment.terms import CSV, KEPT_DAYS, ImportState
from app.infra import redis
from app.infra.db import database_url
from app.infra.unit_of_work import run_in_transaction
from app.kernel.actor import SYSTEM
from app.points import service as points
from app.points.service.audit import audit_books
from tests.enrolment.desk import HEADER, as_csv
from tests.fixtures.work import NOW
from tests.points import committed, invariants
from tests.points.committed import commit, commit_ledger
from tests.points.ledger import named
from tests.races.contest import together


@pytest.fixture(scope="module")
def place(servers, template):
    with committed.open_place(servers, template, pool_size=12) as place:
        yield place


@pytest.fixture
def ledger(place):
    made = commit_ledger()
    yield made
    with psycopg.connect(place.database.superuser_url) as connection:
        assert invariants.list_wrongs(invariants.fetch_on(connection), made.id) == []


def act(work):
    return run_in_transaction(work, actor=SYSTEM, now=NOW)


def checked(ledger, rows, *, seed):
    """An import that waits for its commit: the arguments of its jobs."""
    lines = [[f"居民{n}", "", "3", "1", n, f"{seed}{n}", 3, "2027-12-31"] for n in range(rows)]
    content = as_csv(HEADER, *lines)
    upload = {"book": ledger.book.code, "budget_id": ledger.budget_id, "content": content, "media_type": CSV}
    made = act(lambda uow: enrolment.upload_file(uow, **upload))
    names = {"book_id": ledger.id, "import_id": str(made.id)}
    act(lambda uow: enrolment.read_file(uow, **names))
    while state(ledger, names) == ImportState.CHECKING:
        act(lambda uow: enrolment.check_rows(uow, **names))
    act(lambda uow: enrolment.start_commit(uow, book=ledger.book.code, import_id=made.id))
    return names | {"book": ledger.book.code}


def state(ledger, names):
    wanted = {"book": ledger.book.code, "import_id": UUID(names["import_id"])}
    return act(lambda uow: enrolment.show_import(uow, **wanted)).state


def residents(ledger):
    counting = text("SELECT count(*) FROM points_accounts WHERE book_id = :b AND kind = 'resident'")
    enrolled = text("SELECT count(*) FROM enrolment_residents WHERE book_id = :b")
    return act(lambda uow: tuple(uow.session.scalar(query, {"b": ledger.id}) for query in (counting, enrolled)))


def audit(place, ledger):
    engine = create_engine(database_url(place.database.app_url))
    try:
        return audit_books(engine, book=ledger.book.code)
    finally:
        engine.dispose()


def test_an_import_that_is_cut_off_leaves_nothing_and_the_next_try_makes_it_whole(place, ledger, monkeypatch):
    names = checked(ledger, 2500, seed="A")
    real = points.open_passbooks

    def cut(uow, book, *, first_page, **more):
        if first_page == 2:
            raise RuntimeError("power cut")
        return real(uow, book, first_page=first_page, **more)

    monkeypatch.setattr(committing, "PART_ROWS", 1000)
    with monkeypatch.context() as patched:
        patched.setattr(points, "open_passbooks", cut)
        with pytest.raises(RuntimeError, match="power cut"):
            act(lambda uow: enrolment.commit_import(uow, **names))
    assert residents(ledger) == (0, 0)
    act(lambda uow: enrolment.commit_import(uow, **names))
    assert residents(ledger) == (2500, 2500)
    assert audit(place, ledger).findings == {}

    wanted = {"book": ledger.book.code, "import_id": UUID(names["import_id"])}
    act(lambda uow: enrolment.start_undo(uow, reason="wrong list", **wanted))
    act(lambda uow: enrolment.undo_import(uow, **names))
    assert state(ledger, names) == "undone"
    assert residents(ledger) == (2500, 0)  # accounts stay, as everything of the ledger does
    assert audit(place, ledger).findings == {}


def test_how_far_a_commit_is_is_seen_from_outside_while_it_lasts(place, ledger, monkeypatch):
    names = checked(ledger, 2500, seed="P")
    seen = []
    real = points.open_passbooks

    def watched(uow, book, **more):
        wanted = {"book": ledger.book.code, "import_id": UUID(names["import_id"])}
        seen.append(ImportOut().dump(act(lambda other: enrolment.show_import(other, **wanted)))["rows_committed"])
        assert residents(ledger) == (0, 0)
        return real(uow, book, **more)

    monkeypatch.setattr(committing, "PART_ROWS", 1000)
    monkeypatch.setattr(points, "open_passbooks", watched)
    act(lambda uow: enrolment.commit_import(uow, **names))
    assert seen == [1250, 1666, 2083]
    shown = act(lambda uow: enrolment.show_import(uow, book=ledger.book.code, import_id=UUID(names["import_id"])))
    assert ImportOut().dump(shown)["rows_committed"] == 2500


def test_a_commit_does_without_redis(place, ledger, monkeypatch):
    names = checked(ledger, 20, seed="Q")
    gone = Redis(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0))
    monkeypatch.setitem(place.app.extensions, redis.CLIENT, gone)
    wanted = {"book": ledger.book.code, "import_id": UUID(names["import_id"])}
    assert ImportOut().dump(act(lambda uow: enrolment.show_import(uow, **wanted)))["rows_committed"] is None
    act(lambda uow: enrolment.commit_import(uow, **names))
    assert residents(ledger) == (20, 20)


def test_imports_awards_and_purchases_side_by_side_all_end(place, ledger):
    jobs = [checked(ledger, 300, seed=seed) for seed in "BC"]
    people = [named(f"awarded {n}") for n in range(6)]

    def taking_in(names):
        return lambda acts: enrolment.commit_import(acts.uow, **names)

    def earning(person):
        def work(acts):
            acts.award(person, 5)
            return acts.redeem(person, 2)

        return work

    together(place, ledger, [*map(taking_in, jobs), *map(earning, people)])
    assert [state(ledger, names) for names in jobs] == ["committed", "committed"]
    assert residents(ledger) == (606, 600)
    assert commit(ledger, lambda acts: acts.trial())["resident"] == 1818


def test_two_workers_with_one_commit_do_it_once(place, ledger):
    names = checked(ledger, 50, seed="D")
    together(place, ledger, [lambda acts: enrolment.commit_import(acts.uow, **names)] * 3)
    assert residents(ledger) == (50, 50)


def discard():
    later = NOW + KEPT_DAYS + timedelta(days=1)
    while run_in_transaction(enrolment.discard_imports, actor=SYSTEM, now=later):
        pass


def test_an_import_that_is_worked_on_at_this_moment_is_not_discarded(place, ledger):
    names = checked(ledger, 3, seed="E")
    with psycopg.connect(place.database.superuser_url) as worker:
        worker.execute("SELECT FROM enrolment_imports WHERE id = %s FOR UPDATE", [names["import_id"]])
        discard()
    assert state(ledger, names) == "committing"
    discard()
    assert state(ledger, names) == "discarded"
    act(lambda uow: enrolment.commit_import(uow, **names))
    assert residents(ledger) == (0, 0)
