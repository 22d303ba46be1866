"""Mend the desk of anti-fraud: a value stands on a list once, and who answered an appeal takes not its case."""

from migrations import sql_files

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0052_desk.sql")


def downgrade() -> None:
    """Refuse: lists and cases were worked on by it."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
