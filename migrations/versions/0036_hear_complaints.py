"""Hear residents' complaints; keep lines back for them, for cases and for what nobody saw; pay by working days."""

from migrations import sql_files

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0036_complaints.sql")


def downgrade() -> None:
    """Refuse: who was given what back, and by whom it was decided, is not forgotten by a command."""
    raise NotImplementedError("complaints have no way back; restore a backup if that is meant")
