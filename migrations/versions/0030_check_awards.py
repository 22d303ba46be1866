"""Check awards: those that wait for a second person, and the sample that is looked at afterwards."""

from migrations import sql_files

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0030_check_awards.sql")


def downgrade() -> None:
    """Refuse: awards wait in it."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
