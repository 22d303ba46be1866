"""Let adjustments name the dispute they are for, and know whose shops are whose by telephone: two indexes."""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build both."""
    op.execute(
        "CREATE INDEX ix_points_proposals_dispute ON points_proposals (book_id, (payload ->> 'dispute_id'))"
        " WHERE payload ? 'dispute_id'"
    )
    op.execute(
        "CREATE INDEX ix_merchants_people_phone_index ON merchants_people (phone_index)"
        " WHERE phone_index IS NOT NULL AND ended_at IS NULL"
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_index("ix_merchants_people_phone_index", table_name="merchants_people")
    op.drop_index("ix_points_proposals_dispute", table_name="points_proposals")
