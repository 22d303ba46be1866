"""Create the first features on the ledger: volunteers' awards, residents' reports, shops, payments and settlements."""

from alembic import op

from migrations import sql_files

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PARTS = ("volunteers", "reports", "merchants", "settlements")


def upgrade() -> None:
    """Build it."""
    for part in PARTS:
        sql_files.execute(f"0003_{part}.sql")


def downgrade() -> None:
    """Drop it all. What was paid stays written in the ledger; why it was paid is lost."""
    op.execute("DROP TABLE merchants_settlement_lines, merchants_settlements")
    op.execute("DROP TABLE merchants_refunds, merchants_payments, merchants_codes, merchants_shops")
    op.execute("DROP TABLE reports_reports, volunteers_awards")
