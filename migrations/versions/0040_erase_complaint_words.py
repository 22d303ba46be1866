"""Erase the words of a complaint when the account is closed."""

from migrations import sql_files

revision = "0040"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0040_complaint_words.sql")


def downgrade() -> None:
    """Refuse: what was erased does not come back."""
    raise NotImplementedError("erased words have no way back; restore a backup if that is meant")
