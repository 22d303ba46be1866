"""The books as an auditor reads them, and the treasurer's corrections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.kernel.periods import day_bounds
from app.points import errors, queries
from app.points.models import Account, Book, Entry, LotMove, Transaction
from app.points.queries import AccountLine, StatementLine
from app.points.service import corrections
from app.points.service.cursors import KEY_MAX, cut_page, read_account, read_number
from app.points.terms import Code

Span = tuple[datetime | None, datetime | None]
UNDONE_ELSEWHERE = frozenset(
    {
        *(Code.REDEMPTION, Code.PAYOUT, Code.ADJUSTMENT, Code.ALLOT, Code.ALLOT_RETURN),
        *(Code.CLEARING_OUT, Code.CLEARING_IN, Code.CLEARING_PAYMENT),
    }
)
"""What a payment, a settlement, an allotment or another book stands for: reversed behind its back, it would go on
saying captured, paid, handed over or arrived."""


@dataclass(frozen=True, slots=True)
class StatementPageLine:
    """An entry of an account, with what the account counts."""

    line: StatementLine
    asset: str


@dataclass(frozen=True, slots=True)
class StatementPage(Page[StatementPageLine]):
    """Some entries of an account. The balances are those before and after the whole span that was asked for.

    Both are None for folded accounts.
    """

    opening_balance: int | None = None
    closing_balance: int | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """An entry with its account."""

    entry: Entry
    account: Account


@dataclass(frozen=True, slots=True)
class TransactionDetail:
    """A transaction with its legs and lot moves, and what became of it since."""

    transaction: Transaction
    entries: Sequence[Leg]
    lot_moves: Sequence[LotMove]
    reversed_by_id: UUID | None
    partly_refunded: bool


def list_accounts(uow: UnitOfWork, *, book: str, kind: str | None, limit: int, cursor: str | None) -> Page[AccountLine]:
    """Accounts with their balances, by kind, owner and stripe. Refuses BookMissing, CursorInvalid."""
    found = queries.get_book(uow.session, book)
    rows = queries.list_accounts(uow.session, found.id, kind=kind, after=read_account(cursor), limit=limit + 1)
    return cut_page(rows, limit, lambda line: (line.kind, str(line.owner_id), line.stripe))


def list_account_entries(
    uow: UnitOfWork,
    *,
    book: str,
    account_id: UUID,
    first: date | None = None,
    last: date | None = None,
    limit: int,
    cursor: str | None,
) -> StatementPage:
    """The entries of any account, newest first, recorded on the district days from `first` to `last` (None: no bound).

    Refuses BookMissing, AccountMissing, DaysReversed, CursorInvalid.
    """
    found = queries.get_book(uow.session, book)
    account = queries.get_account(uow.session, found.id, account_id)
    if first and last and last < first:
        raise errors.DaysReversed(first=first.isoformat())
    span = (day_bounds(first)[0] if first else None, day_bounds(last)[1] if last else None)
    if account.folded:
        page, opening, closing = _folded_page(uow, account, span, limit, cursor), None, None
    else:
        page, opening, closing = _strict_page(uow, account, span, limit, cursor)
    items = [StatementPageLine(line, account.asset) for line in page.items]
    return StatementPage(items, page.next_cursor, opening, closing)


def show_transaction(uow: UnitOfWork, *, book: str, transaction_id: UUID) -> TransactionDetail:
    """One transaction in full. Refuses BookMissing, TransactionMissing."""
    return _detail(uow, queries.get_book(uow.session, book), transaction_id)


def correct_transaction(
    uow: UnitOfWork, *, book: str, transaction_id: UUID, reason: str, claw_back: bool
) -> TransactionDetail:
    """Undo a transaction as a whole; with `claw_back`, an award whose points were spent. Answers the correction.

    Refuses BookMissing, UndoneElsewhere for redemptions, payouts and allotments, AwardTakesTwo for awards by rule (one
    person alone would get past the two who undo them), and what `reverse_transaction` refuses. Each call is an act of
    its own: a second correction of one transaction is refused, and one that was declined may be asked for again.
    """
    found = queries.get_book(uow.session, book)
    if queries.get_transaction(uow.session, found.id, transaction_id).code in UNDONE_ELSEWHERE:
        raise errors.UndoneElsewhere
    if (award_id := queries.find_award_of(uow.session, found.id, transaction_id)) is not None:
        raise errors.AwardTakesTwo(award_id=award_id)
    act = corrections.claw_back_award if claw_back else corrections.reverse_transaction
    outcome = act(uow, found, cause=f"reverse:{uow.new_id()}", transaction_id=transaction_id, reason=reason)
    return _detail(uow, found, outcome.subject_id)


def _strict_page(
    uow: UnitOfWork, account: Account, span: Span, limit: int, cursor: str | None
) -> tuple[Page[StatementLine], int, int]:
    before = read_number(cursor)
    (after, opening), (through, closing) = (
        (0, 0) if span[0] is None else queries.find_version_before(*_key(uow, account), until=span[0]),
        queries.find_version_before(*_key(uow, account), until=span[1]),
    )
    before = min(before or KEY_MAX, through + 1)
    rows = queries.list_strict_entries(*_key(uow, account), before=before, after=after, limit=limit + 1)
    return cut_page(rows, limit, lambda line: (line.version or 0,)), opening, closing


def _folded_page(uow: UnitOfWork, account: Account, span: Span, limit: int, cursor: str | None) -> Page[StatementLine]:
    before = read_id(cursor)
    if span == (None, None):
        rows = queries.list_folded_entries(*_key(uow, account), before=before, limit=limit + 1)
    else:
        rows = queries.list_folded_entries_between(*_key(uow, account), span=span, before=before, limit=limit + 1)
    return page_by_id(rows, limit, lambda line: line.transaction_id)


def _key(uow: UnitOfWork, account: Account) -> tuple[Session, int, UUID]:
    return uow.session, account.book_id, account.id


def _detail(uow: UnitOfWork, book: Book, transaction_id: UUID) -> TransactionDetail:
    transaction = queries.get_transaction(uow.session, book.id, transaction_id)
    reversal = queries.find_reversal(uow.session, book.id, transaction_id)
    return TransactionDetail(
        transaction,
        [Leg(*pair) for pair in queries.list_entries_of(uow.session, book.id, transaction_id)],
        queries.list_lot_moves_of(uow.session, book.id, transaction_id),
        reversal.id if reversal else None,
        queries.has_refunds(uow.session, book.id, transaction_id),
    )
