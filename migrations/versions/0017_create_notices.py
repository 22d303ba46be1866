"""Create notices over WeChat: what waits to be sent, what people accept, what WeChat pushes."""

from migrations import sql_files

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0017_notices.sql")


def downgrade() -> None:
    """Refuse: others may have built on it."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
