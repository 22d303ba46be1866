"""Create places: the tree of areas, units and duty, the work calendar, posted codes."""

from migrations import sql_files

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0015_places.sql")


def downgrade() -> None:
    """Refuse: a ledger's history is not undone by a command."""
    raise NotImplementedError("the ledger has no way back; restore a backup if that is meant")
