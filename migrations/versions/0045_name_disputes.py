"""Let adjustments name the dispute they are for: what was taken off for one is found by an index."""

from alembic import op

revision = "0045"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    op.execute(
        "CREATE INDEX ix_points_proposals_dispute ON points_proposals (book_id, (payload ->> 'dispute_id'))"
        " WHERE payload ? 'dispute_id'"
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_points_proposals_dispute", table_name="points_proposals")
