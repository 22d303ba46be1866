"""Erase the words of a complaint with the account; ask WeChat Pay for consents that did not come."""

from migrations import sql_files

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0042_till_again.sql")


def downgrade() -> None:
    """Refuse: what was erased does not come back."""
    raise NotImplementedError("erased words have no way back; restore a backup if that is meant")
