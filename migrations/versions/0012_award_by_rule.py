"""Let rules pay volunteers and reporters; what was paid before goes into the register."""

from migrations import sql_files

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0012_award_by_rule.sql")


def downgrade() -> None:
    """Refuse: a ledger's history is not undone by a command."""
    raise NotImplementedError("the ledger has no way back; restore a backup if that is meant")
