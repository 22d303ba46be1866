"""Let a part of an award be taken back, and what is owed of it from a later one."""

from migrations import sql_files

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0051_take_back_parts.sql")


def downgrade() -> None:
    """Refuse: what was taken back in parts does not come back."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
