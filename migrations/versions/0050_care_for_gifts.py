"""Let shops hear of gifts, and count by an index for whom one helper spends points."""

from migrations import sql_files

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0050_care_for_gifts.sql")


def downgrade() -> None:
    """Refuse, as all others do."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
