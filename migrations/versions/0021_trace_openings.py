"""Trace openings: of every resident the row of the file, of every file its sheets; near numbers are found by a key."""

from migrations import sql_files

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0021_openings.sql")


def downgrade() -> None:
    """Refuse: a ledger's history is not undone by a command."""
    raise NotImplementedError("the ledger has no way back; restore a backup if that is meant")
