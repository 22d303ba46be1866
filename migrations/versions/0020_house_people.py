"""House people: dwellings with those who live there, who is related to whom, and whose passbook is whose."""

from migrations import sql_files

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0020_homes.sql")


def downgrade() -> None:
    """Refuse: who lived where decides what was paid to whom."""
    raise NotImplementedError("homes have no way back; restore a backup if that is meant")
