"""Whose rules, decisions and cases."""

from sqlalchemy.orm import Session

from app.points import queries as points
from app.risk.terms import NO_BOOK


def get_book_id(session: Session, book: str | None) -> int:
    """Give the key of a book; None: what belongs to none, signing in. Refuses BookMissing."""
    return NO_BOOK if book is None else points.get_book(session, book).id
