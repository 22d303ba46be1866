"""Remember who acted for a resident at the till, and what points without a bill are worth."""

from migrations import sql_files

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0043_remember_helpers.sql")


def downgrade() -> None:
    """Refuse: payments stand on it."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
