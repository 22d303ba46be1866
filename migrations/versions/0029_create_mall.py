"""Create the mall: its shops, who wants points for payments there, the payments and what came back."""

from migrations import sql_files

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0029_mall.sql")


def downgrade() -> None:
    """Refuse: others may have built on it."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
