"""Judge sign-ins: accounts that wait for a look, networks seen before, filters of decisions, words that are erased."""

from migrations import sql_files

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    sql_files.execute("0032_sign_ins.sql")


def downgrade() -> None:
    """Refuse: words that were erased do not come back."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
