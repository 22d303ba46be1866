"""The books as an auditor reads them, and the treasurer's corrections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.points import errors, queries
from app.points.models import Account, Book, Entry, LotMove, Transaction
from app.points.queries import AccountLine, StatementLine
from app.points.service import corrections
from app.points.service.cursors import cut_page, read_account, read_number
from app.points.terms import Asset, Code

UNDONE_ELSEWHERE = frozenset({Code.REDEMPTION, Code.PAYOUT, Code.CLEARING_OUT, Code.CLEARING_IN, Code.CLEARING_PAYMENT})
"""What a payment, a settlement or another book stands for: reversed behind its back, it would go on saying captured,
paid or arrived."""


@dataclass(frozen=True, slots=True)
class TrialRow:
    """The accounts of one kind together."""

    kind: str
    asset: str
    balance: int
    accounts: int


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """All kinds in use at `as_of`; `sums` by asset are zero when the books balance."""

    book: Book
    as_of: datetime
    rows: Sequence[TrialRow]
    sums: dict[str, int]

    @property
    def balanced(self) -> bool:
        """Whether each asset sums to zero."""
        return not any(self.sums.values())


@dataclass(frozen=True, slots=True)
class StatementPageLine:
    """An entry of an account, with what the account counts."""

    line: StatementLine
    asset: str


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


def show_trial_balance(uow: UnitOfWork, *, book: str) -> TrialBalance:
    """What all accounts of each kind hold, folded and unfolded, in one snapshot. Refuses BookMissing."""
    found = queries.get_book(uow.session, book)
    rows = [TrialRow(*row) for row in queries.list_trial_balance(uow.session, found.id)]
    sums = {asset.value: sum(row.balance for row in rows if row.asset == asset) for asset in Asset}
    return TrialBalance(found, uow.now, rows, sums)


def list_accounts(uow: UnitOfWork, *, book: str, kind: str | None, limit: int, cursor: str | None) -> Page[AccountLine]:
    """Accounts with their balances, by kind, owner and stripe. Refuses BookMissing, CursorInvalid."""
    found = queries.get_book(uow.session, book)
    rows = queries.list_accounts(uow.session, found.id, kind=kind, after=read_account(cursor), limit=limit + 1)
    return cut_page(rows, limit, lambda line: (line.kind, str(line.owner_id), line.stripe))


def list_account_entries(
    uow: UnitOfWork, *, book: str, account_id: UUID, limit: int, cursor: str | None
) -> Page[StatementPageLine]:
    """The entries of any account, newest first. Refuses BookMissing, AccountMissing, CursorInvalid."""
    found = queries.get_book(uow.session, book)
    account = queries.get_account(uow.session, found.id, account_id)
    page = _folded_page(uow, account, limit, cursor) if account.folded else _strict_page(uow, account, limit, cursor)
    return Page([StatementPageLine(line, account.asset) for line in page.items], page.next_cursor)


def show_transaction(uow: UnitOfWork, *, book: str, transaction_id: UUID) -> TransactionDetail:
    """One transaction in full. Refuses BookMissing, TransactionMissing."""
    return _detail(uow, queries.get_book(uow.session, book), transaction_id)


def correct_transaction(
    uow: UnitOfWork, *, book: str, transaction_id: UUID, reason: str, claw_back: bool
) -> TransactionDetail:
    """Undo a transaction as a whole; with `claw_back`, an award whose points were spent. Answers the correction.

    Refuses BookMissing, UndoneElsewhere for redemptions and payouts, and what `reverse_transaction` refuses. Each
    call is an act of its own: a second correction of one transaction is refused, and one that was declined may be asked
    for again.
    """
    found = queries.get_book(uow.session, book)
    if queries.get_transaction(uow.session, found.id, transaction_id).code in UNDONE_ELSEWHERE:
        raise errors.UndoneElsewhere
    act = corrections.claw_back_award if claw_back else corrections.reverse_transaction
    outcome = act(uow, found, cause=f"reverse:{uow.new_id()}", transaction_id=transaction_id, reason=reason)
    return _detail(uow, found, outcome.subject_id)


def _strict_page(uow: UnitOfWork, account: Account, limit: int, cursor: str | None) -> Page[StatementLine]:
    before = read_number(cursor)
    rows = queries.list_strict_entries(uow.session, account.book_id, account.id, before=before, limit=limit + 1)
    return cut_page(rows, limit, lambda line: (line.version or 0,))


def _folded_page(uow: UnitOfWork, account: Account, limit: int, cursor: str | None) -> Page[StatementLine]:
    before = read_id(cursor)
    rows = queries.list_folded_entries(uow.session, account.book_id, account.id, before=before, limit=limit + 1)
    return page_by_id(rows, limit, lambda line: line.transaction_id)


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
