"""Judge gifts: what anti-fraud said of one, the proof it asked for, which till gave it, and giving it back."""

from migrations import sql_files

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0044_judged_gifts.sql")


def downgrade() -> None:
    """Refuse: gifts were given back by it."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
