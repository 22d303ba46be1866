"""Say who let a payment in the mall pass though its payer is of the kin of the shop."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    op.add_column("mall_earns", sa.Column("cleared_by", sa.Uuid(), nullable=True))
    op.execute("GRANT UPDATE (cleared_by) ON mall_earns TO linli_app")


def downgrade() -> None:
    """Drop it."""
    op.drop_column("mall_earns", "cleared_by")
