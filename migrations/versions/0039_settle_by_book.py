"""Drop an index of anti-fraud's facts: whoever settles one knows its book by now, and asks by the key."""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop it."""
    op.drop_index("ix_risk_facts_subject", table_name="risk_facts")


def downgrade() -> None:
    """Build it again."""
    op.create_index("ix_risk_facts_subject", "risk_facts", ["subject_id", "kind"])
