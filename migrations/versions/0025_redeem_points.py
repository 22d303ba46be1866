"""Redeem points at the till: one table of redemptions in the place of codes and payments, which it takes over."""

from migrations import sql_files

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0025_redemptions.sql")


def downgrade() -> None:
    """Refuse: what was asked for under which number is a shop's proof."""
    raise NotImplementedError("redemptions have no way back; restore a backup if that is meant")
