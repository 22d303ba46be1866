"""Keep photos that people hand in."""

from migrations import sql_files

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0031_photos.sql")


def downgrade() -> None:
    """Refuse: photos are evidence of what was paid."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
