"""Find the few redemptions and payments of a state among the many that went well."""

from alembic import op
from sqlalchemy import text

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    over = text("state IN ('declined', 'reversed', 'expired', 'tombstone')")
    columns = ["branch_id", "state", "requested_at", "id"]
    op.create_index("ix_merchants_redemptions_over", "merchants_redemptions", columns, postgresql_where=over)
    open_ = text("state <> 'awarded'")
    op.create_index("ix_mall_earns_open", "mall_earns", ["owner_book_id", "state", "id"], postgresql_where=open_)


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_mall_earns_open", table_name="mall_earns")
    op.drop_index("ix_merchants_redemptions_over", table_name="merchants_redemptions")
