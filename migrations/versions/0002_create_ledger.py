"""Create the ledger: its tables, what PostgreSQL itself refuses, and the posting engine."""

from migrations import sql_files

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PARTS = ("tables", "guards", "accounts", "holds", "posting", "grants")


def upgrade() -> None:
    """Build it."""
    for part in PARTS:
        sql_files.execute(f"0002_ledger_{part}.sql")


def downgrade() -> None:
    """Refuse: a ledger is not dropped by a command that was meant for something else."""
    raise NotImplementedError("the ledger cannot be downgraded away; drop the database by hand if that is meant")
