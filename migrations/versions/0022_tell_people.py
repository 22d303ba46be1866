"""Tell people of their points, judge texts, seal the numbers of lists, and let two people give a passbook away."""

from alembic import op
from sqlalchemy import text

from app.enrolment.service.phones import seal_phone
from migrations import sql_files

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BATCH = 5000


def upgrade() -> None:
    """Build it, and seal what stands in plain text. The settings have the keys: those that people's numbers have."""
    sql_files.execute("0022_tell_people.sql")
    _seal("enrolment_residents", key="book_id, id", resident="id")
    _seal("enrolment_lines", key="book_id, import_id, line", resident="resident_id")
    sql_files.execute("0022_seal_phones.sql")


def _seal(table: str, *, key: str, resident: str) -> None:
    """Seal the numbers of a table, some at a time: a list has a hundred thousand rows at most, a book a few lists."""
    connection = op.get_bind()
    names = key.split(", ")
    find = text(
        f"SELECT {key}, {resident} AS resident_id, phone FROM {table}"
        f" WHERE phone IS NOT NULL AND phone_sealed IS NULL LIMIT {BATCH}"
    )
    write = text(
        f"UPDATE {table} SET phone_sealed = :sealed, phone_index = :index"
        f" WHERE {' AND '.join(f'{name} = :{name}' for name in names)}"
    )
    while rows := connection.execute(find).all():
        sealed = [(row, seal_phone(row.resident_id, row.phone)) for row in rows]
        connection.execute(
            write,
            [
                {name: getattr(row, name) for name in names} | {"sealed": made.sealed, "index": made.index}
                for row, made in sealed
            ],
        )


def downgrade() -> None:
    """Refuse: numbers that were sealed are not written out again."""
    raise NotImplementedError("Linli has no way back; restore a backup if that is meant")
