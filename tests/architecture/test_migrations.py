"""One history, which ends where the models are."""

import re
from hashlib import sha256

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import upgrade

from app.factory import create_app
from app.infra.db import Base, database_url
from tests.fixtures import servers as places
from tests.fixtures.servers import ROOT

MIGRATIONS = ROOT / "migrations"


@pytest.fixture(scope="module")
def history():
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return ScriptDirectory.from_config(config)


def test_there_is_one_head_and_files_are_numbered_and_named_after_an_act(history):
    assert len(history.get_heads()) == 1
    revisions = [script.revision for script in history.walk_revisions()]
    assert sorted(revisions) == [f"{number:04}" for number in range(1, len(revisions) + 1)]
    for file in (ROOT / "migrations" / "versions").glob("*.py"):
        assert re.fullmatch(r"\d{4}_[a-z]+_[a-z_]+\.py", file.name), file.name


def differences(url):
    """Where models and database differ. The database may be stricter than the models say: constraints and indexes
    that only it has are fine, tables and columns are not."""
    mapped = set(Base.metadata.tables)

    def ours(_object, name, kind, _reflected, compared_to):
        return kind != "table" or name in mapped

    engine = sqlalchemy.create_engine(database_url(url))
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
            found = compare_metadata(context, Base.metadata)
    finally:
        engine.dispose()
    return [entry for entry in found if entry[0] not in {"remove_constraint", "remove_fk", "remove_index"}]


def test_the_models_are_what_the_migrations_built(app, database):
    assert Base.metadata.tables
    assert differences(database.owner_url) == []


def test_a_difference_between_models_and_migrations_is_seen(app, servers, template):
    made = places.clone(servers, template)
    try:
        engine = sqlalchemy.create_engine(database_url(made.owner_url))
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text("ALTER TABLE web_idempotency_keys DROP COLUMN body"))
        engine.dispose()
        assert [kind for kind, *_ in differences(made.owner_url)] == ["add_column"]
    finally:
        places.drop(servers, made)


def test_migrating_again_changes_nothing_and_nobody_migrates_without_the_owner(servers, template):
    made = places.clone(servers, template)
    try:
        with create_app(made.config()).app_context():
            upgrade(directory=str(ROOT / "migrations"))
        with (
            create_app(made.config(database_owner_url=None)).app_context(),
            pytest.raises(SystemExit, match="DATABASE_OWNER_URL"),
        ):
            upgrade(directory=str(ROOT / "migrations"))
        assert differences(made.owner_url) == []
    finally:
        places.drop(servers, made)


def test_the_application_owns_nothing_and_may_not_empty_a_table(app, session):
    owned = session.scalar(sqlalchemy.text("SELECT count(*) FROM pg_class WHERE relowner = 'linli_app'::regrole"))
    assert owned == 0
    emptying = sqlalchemy.text(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND has_table_privilege('linli_app', oid, 'TRUNCATE')"
    )
    assert list(session.scalars(emptying)) == []


def test_a_released_migration_stays_as_it_was():
    """An existing database has run it already: what should be different is the next migration's business.

    `migrations/released.sha256` is made anew with a release: (cd migrations && sha256sum sql/*.sql versions/0*.py).
    """
    lines = (MIGRATIONS / "released.sha256").read_text(encoding="utf-8").splitlines()
    released = {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}
    changed = [
        name for name, digest in released.items() if sha256((MIGRATIONS / name).read_bytes()).hexdigest() != digest
    ]
    assert changed == []
    assert len(released) >= 15
