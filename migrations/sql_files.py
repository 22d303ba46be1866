"""Runs the SQL bodies of migrations, which stand in migrations/sql as plain files an accountant's DBA can read."""

from pathlib import Path

from alembic import op

FOLDER = Path(__file__).parent / "sql"


def execute(name: str) -> None:
    """Run one file of migrations/sql on the migration's own connection, exactly as it stands (no placeholders)."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    connection = op.get_bind().connection.driver_connection
    connection.execute(text)
