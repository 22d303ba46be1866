"""Open thousands of passbooks by one call, and look up what new accounts name once per statement."""

from migrations import sql_files

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0014_open_by_the_list.sql")


def downgrade() -> None:
    """Refuse: a ledger's history is not undone by a command."""
    raise NotImplementedError("the ledger has no way back; restore a backup if that is meant")
