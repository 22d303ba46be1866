"""What the ledger does by the clock, book by book, in bounded steps: each is a transaction of its own."""

from app.infra.unit_of_work import UnitOfWork
from app.points import queries
from app.points.service.expiry import expire_points
from app.points.service.folding import fold_balances
from app.points.service.holds import release_expired_holds
from app.points.service.news import PeopleOf
from app.points.service.notices import NoticePlace, give_notices

FOLD_TRANSACTIONS = 2000
RELEASE_ACCOUNTS = 500
EXPIRE_LOTS = 1000
NOTICE_PASSBOOKS = 2000


def list_book_codes(uow: UnitOfWork) -> list[str]:
    """The books to go round."""
    return [book.code for book in queries.list_books(uow.session)]


def fold_step(uow: UnitOfWork, book: str, where: bool | None) -> bool | None:  # noqa: ARG001, FBT001 - the shape of a step
    """Fold one batch of a book. Goes on only after a full one: what trickles in meanwhile waits for the next round."""
    found = queries.get_book(uow.session, book)
    return True if fold_balances(uow, found.id, limit=FOLD_TRANSACTIONS) >= FOLD_TRANSACTIONS else None


def release_step(uow: UnitOfWork, book: str, where: bool | None) -> bool | None:  # noqa: ARG001, FBT001 - the shape of a step
    """Release the expired holds of some accounts of a book."""
    found = queries.get_book(uow.session, book)
    return True if release_expired_holds(uow, found.id, limit=RELEASE_ACCOUNTS) >= RELEASE_ACCOUNTS else None


def expire_step(uow: UnitOfWork, book: str, where: bool | None) -> bool | None:  # noqa: ARG001, FBT001 - the shape of a step
    """Move some lots of a book that fell due to breakage. Where it stands is in the run's record, not here."""
    return True if expire_points(uow, queries.get_book(uow.session, book), limit=EXPIRE_LOTS).more else None


def notice_step(uow: UnitOfWork, book: str, after: NoticePlace | None, *, people_of: PeopleOf) -> NoticePlace | None:
    """Tell some passbooks of a book what lapses soon. Begun anew it gives no notice twice."""
    found = queries.get_book(uow.session, book)
    return give_notices(uow, found, after=after, limit=NOTICE_PASSBOOKS, people_of=people_of)
