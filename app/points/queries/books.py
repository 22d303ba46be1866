"""Books and budgets."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.infra import db
from app.points import errors
from app.points.models import Book, Budget


def get_book(session: Session, code: str) -> Book:
    """The book of this code. Refuses BookMissing."""
    book = session.scalar(select(Book).where(Book.code == code))
    if book is None:
        raise errors.BookMissing
    return book


def get_book_by_id(session: Session, book_id: int) -> Book:
    """The book of this key, which must exist: a row of another feature names it."""
    return session.get_one(Book, book_id)


def find_book_id(session: Session, code: str) -> int | None:
    """The key of the book of this code, if there is one."""
    rows = db.fetch(session, "SELECT id FROM points_books WHERE code = %(code)s", {"code": code})
    return int(rows[0][0]) if rows else None


def known_book_id(session: Session, code: str) -> int | None:
    """The key of the book of this code, if there is one; asked of the database once in a process.

    The database lets no book be deleted or get another key. Not for a transaction that may have made the book.
    """
    kept = db.lasting(session)
    book_id: int | None = kept.get(("book", code))
    if book_id is None:
        book_id = find_book_id(session, code)
        if book_id is not None:
            kept["book", code] = book_id
    return book_id


def codes_of(session: Session, book_ids: Collection[int]) -> dict[int, str]:
    """The codes of these books, by their keys."""
    rows = session.execute(select(Book.id, Book.code).where(Book.id.in_(book_ids))) if book_ids else ()
    return {row.id: row.code for row in rows}


def list_books(session: Session) -> Sequence[Book]:
    """All books. A district has dozens, set up by hand; jobs walk them."""
    return session.scalars(select(Book).order_by(Book.id)).all()


def get_budget(session: Session, book_id: int, budget_id: UUID) -> Budget:
    """One budget of this book. Refuses BudgetMissing."""
    budget = session.get(Budget, (book_id, budget_id))
    if budget is None:
        raise errors.BudgetMissing
    return budget


def list_budgets(session: Session, book_id: int, *, after: UUID | None, limit: int) -> Sequence[Budget]:
    """Budgets by id, those after `after`."""
    query = select(Budget).where(Budget.book_id == book_id).order_by(Budget.id).limit(limit)
    return session.scalars(query if after is None else query.where(Budget.id > after)).all()


def budget_names_of(session: Session, book_id: int, budget_ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of these budgets."""
    query = select(Budget.id, Budget.name).where(Budget.book_id == book_id, Budget.id.in_(budget_ids))
    return {row.id: row.name for row in session.execute(query)} if budget_ids else {}


def highest_point_value(session: Session, book_id: int) -> int:
    """The most that a budget of a book pays for one of its points, in fen; 0 where none has money behind it."""
    highest = select(func.coalesce(func.max(Budget.point_value_fen), 0)).where(Budget.book_id == book_id)
    return session.scalar(highest) or 0


def lock_point_value(session: Session, book_id: int) -> None:
    """Hold what a book pays for a point until the transaction ends: who opens a budget, and who builds on its value."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"points_value:{book_id}"))))


def lock_book_numbers(session: Session) -> None:
    """Let one transaction at a time number a new book, so that two at once do not choose the same number."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("points_books"))))


def highest_book_id(session: Session) -> int:
    """The highest number given to a book so far; 0 when there is none."""
    return session.scalar(select(func.coalesce(func.max(Book.id), 0))) or 0
