"""Keep with what a night finds of a shop that its terms bring it more than it gives off."""

from migrations import sql_files

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0049_find_overpaid.sql")


def downgrade() -> None:
    """Refuse: what was found does not come back."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
