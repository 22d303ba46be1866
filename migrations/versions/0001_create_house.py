"""Create the queue of jobs, the idempotency keys, and the application role's first grants."""

from alembic import op

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
    """Drop it all: nothing of value is in these tables once the system is stopped."""
    op.execute("DROP TABLE web_idempotency_keys, jobs_completions")
    op.execute("DROP TABLE procrastinate_events, procrastinate_periodic_defers")
    op.execute("DROP TABLE procrastinate_jobs, procrastinate_workers CASCADE")
    op.execute(
        "DO $$ DECLARE f regprocedure; BEGIN FOR f IN "
        "SELECT oid::regprocedure FROM pg_proc WHERE proname LIKE 'procrastinate%' "
        "LOOP EXECUTE 'DROP FUNCTION ' || f; END LOOP; END $$"
    )
    op.execute("DROP TYPE procrastinate_job_status, procrastinate_job_event_type, procrastinate_job_to_defer_v1")
