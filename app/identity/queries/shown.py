"""What strangers are shown of people. No whole name leaves this module."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session as Orm

from app.identity.rules.names import masked

_NAMES = text("""
    SELECT w.book_id, r.resident_id, r.name
      FROM unnest(CAST(:books AS integer[]), CAST(:residents AS uuid[])) AS w (book_id, resident_id)
      JOIN points_books k ON k.id = w.book_id
      JOIN identity_residencies r ON r.book = k.code AND r.resident_id = w.resident_id AND r.state = 'confirmed'
""")


def list_masked_names(session: Orm, passbooks: Collection[tuple[int, UUID]]) -> Mapping[tuple[int, UUID], str]:
    """Give the masked names of whose these passbooks (book, resident) are; nobody's where none was confirmed."""
    if not passbooks:
        return {}
    books, residents = zip(*sorted(set(passbooks)), strict=True)
    rows = session.execute(_NAMES, {"books": list(books), "residents": list(residents)})
    shown = {(row.book_id, row.resident_id): masked(row.name) for row in rows}
    return {passbook: name for passbook, name in shown.items() if name is not None}
