"""Tell people of their points, judge texts, seal the numbers of lists, and let two people give a passbook away."""

from migrations import sql_files

revision = "0023"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0023_tell_people.sql")


def downgrade() -> None:
    """Refuse: numbers that were sealed are not written out again."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
