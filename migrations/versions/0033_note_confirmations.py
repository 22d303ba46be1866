"""Note on a redemption when the resident confirmed it, and whether by fingerprint or face."""

from migrations import sql_files

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0033_confirmations.sql")


def downgrade() -> None:
    """Refuse: what was confirmed stays confirmed."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
