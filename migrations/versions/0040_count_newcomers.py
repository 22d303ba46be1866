"""Count newcomers: accounts made lately, by the device and the network they come from."""

from migrations import sql_files

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0040_newcomers.sql")


def downgrade() -> None:
    """Refuse: decisions were made by it."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
