"""Create anti-fraud: rule sets, decisions, what windows count, cases, appeals, lists, findings."""

from migrations import sql_files

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0026_risk.sql")
    sql_files.execute("0026_risk_look.sql")


def downgrade() -> None:
    """Refuse: why something was declined is asked years later."""
    raise NotImplementedError("decisions of anti-fraud have no way back; restore a backup if that is meant")
