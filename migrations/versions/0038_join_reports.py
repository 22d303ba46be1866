"""Join reports of one problem: a category and a spot, who was first, who confirmed."""

from migrations import sql_files

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0038_problems.sql")


def downgrade() -> None:
    """Refuse: reports were paid by it."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
