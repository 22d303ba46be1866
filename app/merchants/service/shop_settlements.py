"""What a shop sees of its settlements: at its till, and its owners over all branches and books."""

from dataclasses import dataclass
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.merchants import errors, queries, terms
from app.merchants.models import Dispute, Merchant, Settlement
from app.merchants.queries import disputes as dispute_queries
from app.merchants.queries import merchants as merchant_queries
from app.merchants.rules import redemptions as rules
from app.merchants.service.disputes import doubt_line
from app.merchants.service.naming import NamedDoubt, name_doubts
from app.merchants.service.settlement import Statement, show_settlement
from app.merchants.service.statement_files import WholeStatement, read_statement
from app.points import queries as points_queries
from app.points.queries.books import codes_of


@dataclass(frozen=True, slots=True)
class OwnSettlement:
    """A settlement, and the code of its book."""

    settlement: Settlement
    book: str


def list_branch_settlements(uow: UnitOfWork, *, limit: int, cursor: str | None) -> Page[OwnSettlement]:
    """Settlements of the till's branch, newest first: over all books, of a cashier in the book of the session.

    Refuses ShopNotOnToken.
    """
    branch_id = rules.shop_of(uow.actor)
    book_id = None if uow.actor.book is None else points_queries.get_book(uow.session, uow.actor.book).id
    return _page(uow, [branch_id], book_id, limit, cursor)


def show_branch_settlement(
    uow: UnitOfWork, *, book: str, settlement_id: UUID, limit: int, cursor: str | None
) -> Statement:
    """A settlement of the till's branch with a page of its lines.

    Refuses ShopNotOnToken, BookMissing, SettlementMissing (also of a book that is not the cashier's).
    """
    _check_branch(uow, book, settlement_id)
    return show_settlement(uow, book=book, settlement_id=settlement_id, limit=limit, cursor=cursor)


def list_branch_kept_back(
    uow: UnitOfWork, *, book: str, settlement_id: UUID, limit: int, cursor: str | None
) -> Page[NamedDoubt]:
    """What a settlement of the till's branch keeps back, or pays of earlier ones. Refuses as the settlement itself."""
    _check_branch(uow, book, settlement_id)
    return _kept_back(uow, book, settlement_id, limit, cursor)


def list_merchant_settlements(
    uow: UnitOfWork, merchant: Merchant, *, limit: int, cursor: str | None
) -> Page[OwnSettlement]:
    """Settlements of all branches of a merchant, newest first."""
    branches = list(merchant_queries.list_branch_ids(uow.session, merchant.id, limit=terms.BRANCHES_MAX * 10))
    return _page(uow, branches, None, limit, cursor)


def show_merchant_settlement(
    uow: UnitOfWork, merchant: Merchant, *, book: str, settlement_id: UUID, limit: int, cursor: str | None
) -> Statement:
    """A settlement of a merchant's branch with a page of its lines. Refuses BookMissing, SettlementMissing."""
    _check_own(uow, merchant, book, settlement_id)
    return show_settlement(uow, book=book, settlement_id=settlement_id, limit=limit, cursor=cursor)


def list_merchant_kept_back(
    uow: UnitOfWork, merchant: Merchant, *, book: str, settlement_id: UUID, limit: int, cursor: str | None
) -> Page[NamedDoubt]:
    """What a merchant's settlement keeps back, and pays of earlier ones. Refuses BookMissing, SettlementMissing."""
    _check_own(uow, merchant, book, settlement_id)
    return _kept_back(uow, book, settlement_id, limit, cursor)


def read_merchant_statement(
    uow: UnitOfWork, merchant: Merchant, *, book: str, settlement_id: UUID, lines_max: int
) -> WholeStatement:
    """A merchant's settlement whole, for a file. Refuses BookMissing, SettlementMissing, StatementTooLong."""
    _check_own(uow, merchant, book, settlement_id)
    return read_statement(uow, book=book, settlement_id=settlement_id, lines_max=lines_max)


def dispute_own_line(
    uow: UnitOfWork, merchant: Merchant, *, book: str, settlement_id: UUID, transaction_id: UUID, reason: str
) -> Dispute:
    """Say as an owner that a line of one's own statement is wrong. Refuses SettlementMissing, and as `doubt_line`."""
    settlement = _check_own(uow, merchant, book, settlement_id)
    settlement = queries.lock_settlement(uow.session, settlement.book_id, settlement_id)
    return doubt_line(uow, settlement, transaction_id=transaction_id, reason=reason)


def _check_own(uow: UnitOfWork, merchant: Merchant, book: str, settlement_id: UUID) -> Settlement:
    book_id = points_queries.get_book(uow.session, book).id
    settlement = queries.get_settlement(uow.session, book_id, settlement_id)
    branch = merchant_queries.find_branch(uow.session, settlement.shop_id)
    if branch is None or branch.merchant_id != merchant.id:
        raise errors.SettlementMissing
    return settlement


def _check_branch(uow: UnitOfWork, book: str, settlement_id: UUID) -> None:
    branch_id = rules.shop_of(uow.actor)
    book_id = points_queries.get_book(uow.session, book).id
    settlement = queries.get_settlement(uow.session, book_id, settlement_id)
    if settlement.shop_id != branch_id or uow.actor.book not in {None, book}:
        raise errors.SettlementMissing


def _kept_back(uow: UnitOfWork, book: str, settlement_id: UUID, limit: int, cursor: str | None) -> Page[NamedDoubt]:
    book_id = points_queries.get_book(uow.session, book).id
    rows = dispute_queries.list_kept_back(uow.session, book_id, settlement_id, before=read_id(cursor), limit=limit + 1)
    page = page_by_id(rows, limit, lambda each: each.id)
    return Page(name_doubts(uow, book_id, page.items), page.next_cursor)


def _page(
    uow: UnitOfWork, shop_ids: list[UUID], book_id: int | None, limit: int, cursor: str | None
) -> Page[OwnSettlement]:
    rows = queries.list_settlements_of(uow.session, shop_ids, book_id=book_id, before=read_id(cursor), limit=limit + 1)
    page = page_by_id(rows, limit, lambda settlement: settlement.id)
    codes = codes_of(uow.session, {settlement.book_id for settlement in page.items})
    return Page([OwnSettlement(each, codes[each.book_id]) for each in page.items], page.next_cursor)
