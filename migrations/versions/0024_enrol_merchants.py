"""Enrol merchants: who they are, their branches, tills with keys of their own, offers, gifts, and who is of the house."""

from migrations import sql_files

revision = "0024"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it; every shop of before becomes a branch of a merchant known by name."""
    sql_files.execute("0024_merchants.sql")


def downgrade() -> None:
    """Refuse: whose key signed a redemption, and under which offer, decides what a shop is owed."""
    raise NotImplementedError("merchants have no way back; restore a backup if that is meant")
