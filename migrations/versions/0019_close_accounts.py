"""Close accounts after some days; keep consents, guardianships and what was done for somebody else."""

from migrations import sql_files

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0019_accounts.sql")


def downgrade() -> None:
    """Refuse: who consented to what, and who acted for whom, is not forgotten by a command."""
    raise NotImplementedError("consents and guardianships have no way back; restore a backup if that is meant")
