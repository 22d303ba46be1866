"""Gather volunteers: activities at a place and a time, and who stayed how long."""

from migrations import sql_files

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0029_gatherings.sql")


def downgrade() -> None:
    """Refuse: stays were paid for."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
