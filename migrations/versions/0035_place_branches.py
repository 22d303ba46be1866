"""Place branches: where a shop is, so that residents see the nearest ones first."""

from migrations import sql_files

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0035_branch_positions.sql")


def downgrade() -> None:
    """Refuse: somebody went there to find out."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
