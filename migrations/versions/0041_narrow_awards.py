"""Narrow awards: two people ease a policy. Remember pauses of accounts that were closed."""

from migrations import sql_files

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0041_narrow_awards.sql")
    sql_files.execute("0041_remember_pauses.sql")


def downgrade() -> None:
    """Refuse: policies in force stand on it."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
