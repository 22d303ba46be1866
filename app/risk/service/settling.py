"""What became of a fact after it was decided on: windows count what really moved. The decision stays as it was."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from app.infra.unit_of_work import UnitOfWork
from app.risk.service import windows
from app.risk.terms import EventKind

_SETTLE = text(
    "UPDATE risk_facts SET points = least(asked, :points)"
    " WHERE book_id = :book_id AND kind = :kind AND subject_id = :subject_id AND points <> least(asked, :points)"
)
_SETTLE_NONE = text("""
    UPDATE risk_facts f SET points = 0
      FROM unnest(CAST(:books AS integer[]), CAST(:subjects AS uuid[])) AS s (book_id, id)
     WHERE f.book_id = s.book_id AND f.kind = :kind AND f.subject_id = s.id AND f.points <> 0
""")
_FORGET = text(
    "DELETE FROM risk_facts WHERE book_id = :book_id AND kind = :kind AND subject_id = :subject_id"
    " RETURNING decided_at, shop_id, asked"
)


def settle_decision(uow: UnitOfWork, book_id: int, kind: EventKind, subject_id: UUID, *, points: int) -> None:
    """Say later how many points of a fact of a book really moved (captured less given back): windows count those.

    Of a fact that was never decided: nothing happens. The decision itself stays as it was.
    """
    if points < 0:
        raise ValueError("risk: points that moved are not negative")
    uow.session.execute(_SETTLE, {"book_id": book_id, "kind": str(kind), "subject_id": subject_id, "points": points})


def settle_none(uow: UnitOfWork, kind: EventKind, subjects: Sequence[tuple[int, UUID]]) -> None:
    """Say of many facts (book and subject) at once that nothing of them moved."""
    if subjects:
        books, ids = [book_id for book_id, _ in subjects], [subject_id for _, subject_id in subjects]
        uow.session.execute(_SETTLE_NONE, {"kind": str(kind), "books": books, "subjects": ids})


def forget_fact(
    uow: UnitOfWork, book_id: int, kind: EventKind, subject_id: UUID, *, terminal_id: UUID | None = None
) -> None:
    """Let a fact that was decided and then did not happen, as when the ledger declines it, count in no window.

    Other than of what is settled as nothing, nothing came back of it either. The decision itself stays as it was.
    """
    values = {"book_id": book_id, "kind": str(kind), "subject_id": subject_id}
    gone = uow.session.execute(_FORGET, values).one_or_none()
    if gone is not None:
        scopes = {"shop": gone.shop_id, "terminal": terminal_id}
        windows.uncount(uow, book_id, kind, scopes, points=gone.asked, at=gone.decided_at)
