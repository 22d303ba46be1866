"""The projector: folds entries of folded accounts into balances."""

from sqlalchemy import text

from app.infra.unit_of_work import UnitOfWork


def fold_balances(uow: UnitOfWork, book_id: int, *, limit: int = 2000) -> int:
    """Fold up to `limit` transactions of one book; answers how many. 0 when done or another projector is at it."""
    folded = uow.session.scalar(
        text("SELECT points_fold(:book_id, :now, :limit)"), {"book_id": book_id, "now": uow.now, "limit": limit}
    )
    return max(int(folded or 0), 0)
