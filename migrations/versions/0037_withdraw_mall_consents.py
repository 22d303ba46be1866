"""Withdraw consents of the mall, and sever payments from accounts that are closed."""

from migrations import sql_files

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0037_mall_consents.sql")


def downgrade() -> None:
    """Refuse: what was severed does not come back."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
