"""Say who let a payment in the mall pass, and have refunds that went wrong looked at by a book."""

from migrations import sql_files

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0048_review_mall.sql")


def downgrade() -> None:
    """Refuse: who looked at what does not come back."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
