"""Claim numbers of tills in one call, which also tells of the till and of who listens."""

from migrations import sql_files

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0034_claim_number.sql")


def downgrade() -> None:
    """Refuse: the application claims by it."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
