"""Let owners agree to what their shops bear and let staff go, and remember who was left out of a bank file."""

from migrations import sql_files

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0053_owners.sql")


def downgrade() -> None:
    """Refuse: what owners agreed to does not come back."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
