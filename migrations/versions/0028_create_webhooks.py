"""Create webhooks: addresses that hear of events, what is to be told to each, and every attempt to."""

from migrations import sql_files

revision = "0028"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0028_webhooks.sql")


def downgrade() -> None:
    """Refuse: others may have built on it."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
