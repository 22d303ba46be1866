"""Pay a fact by one version of its rule; let a rule demand an allotment; look awards up by their proof."""

from migrations import sql_files

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0018_mend_awards.sql")


def downgrade() -> None:
    """Refuse: a ledger's history is not undone by a command."""
    raise NotImplementedError("the ledger has no way back; restore a backup if that is meant")
