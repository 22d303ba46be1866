"""Mend cases: what is closed was read, and what nobody works on is taken over."""

from migrations import sql_files

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0046_cases.sql")
    sql_files.execute("0046_second_looks.sql")
    sql_files.execute("0046_award_checks.sql")


def downgrade() -> None:
    """Refuse: cases were closed by it."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
