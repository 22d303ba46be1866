"""Each check of the audit on a copy of a sound ledger in which a superuser has changed one thing."""

import re

import pytest

from app.points.queries import audit as checks
from app.points.service.audit import audit_snapshot
from app.points.service.audit.snapshot import SESSION, settle
from tests.fixtures import servers as places
from tests.points.audited import audit, copied, corrupt, engine_of, write_history
from tests.points.corruptions import CORRUPTIONS, NEEDS_NO_INDEX


@pytest.fixture(scope="module")
def sound(servers, template):
    """A database with a history, which nobody is connected to."""
    made = places.clone(servers, template)
    try:
        write_history(made, seed=7)
        yield made
    finally:
        places.drop(servers, made)


@pytest.fixture(scope="module")
def superuser(servers, sound):
    """A copy of it, as the superuser the guards do not stop."""
    with copied(servers, sound) as copy, engine_of(copy.superuser_url) as engine:
        yield engine


@pytest.mark.parametrize(("check", "statement"), CORRUPTIONS, ids=[f"{n}-{c}" for n, (c, _) in enumerate(CORRUPTIONS)])
def test_audit_names_the_check_and_the_row(superuser, check, statement):
    with superuser.connect() as connection:  # the corruption is rolled back at the end
        if check in NEEDS_NO_INDEX:
            connection.exec_driver_sql(f"DROP INDEX {NEEDS_NO_INDEX[check]}")
        touched = corrupt(connection, statement)
        settle(connection, SESSION)
        verdict = audit_snapshot([connection])
    subjects = [finding.subject for finding in verdict.findings.get(check, [])]
    assert any(touched in subject for subject in subjects), (touched, verdict.findings)


def test_every_check_is_proven():
    statements = "\n".join(statement.sql for statement in (*checks.FOUNDATIONS, *checks.BOOK))
    named = set(re.findall(r"'([a-z]+\.[a-z]+)'", statements))
    assert named == {check for check, _ in CORRUPTIONS}


def test_what_was_corrupted_and_committed_is_seen_as_the_application_role(servers, sound):
    with copied(servers, sound) as copy:
        with engine_of(copy.superuser_url) as engine, engine.begin() as connection:
            corrupt(connection, next(statement for check, statement in CORRUPTIONS if check == "passbook.chain"))
        assert audit(sound).clean
        assert set(audit(copy).counts) >= {"passbook.chain"}
