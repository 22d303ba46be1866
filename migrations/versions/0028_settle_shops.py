"""Settle with shops in money: two people, payouts through the bank, disputes, reserves, adjustments, a check."""

from migrations import sql_files

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0028_settlements.sql")


def downgrade() -> None:
    """Refuse: who was paid what, and by whom it was approved, is not forgotten by a command."""
    raise NotImplementedError("settlements have no way back; restore a backup if that is meant")
