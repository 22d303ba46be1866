"""Create the queue of jobs, the idempotency keys, and the application role's first grants."""

from migrations import sql_files

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0001_procrastinate.sql")
    sql_files.execute("0001_house.sql")


def downgrade() -> None:
    """Refuse: what stands on the house is a ledger."""
    message = "the first migration is not undone; drop the database by hand if that is meant"
    raise NotImplementedError(message)
