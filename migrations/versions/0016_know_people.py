"""Know people: their WeChat accounts, devices, sessions, staff credentials, roles and freezes."""

from migrations import sql_files

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0016_identity.sql")


def downgrade() -> None:
    """Refuse: an account that was closed cannot be opened by a command."""
    raise NotImplementedError("people have no way back; restore a backup if that is meant")
