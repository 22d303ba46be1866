"""Let a shop read its refunds day by day."""

from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index them."""
    columns = ["branch_id", "requested_at", "id"]
    op.create_index("ix_merchants_refunds_branch_id_requested_at_id", "merchants_refunds", columns)


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_merchants_refunds_branch_id_requested_at_id", table_name="merchants_refunds")
