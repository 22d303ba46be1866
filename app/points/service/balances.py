"""Balances at an instant: of all kinds together (the trial balance) and of one account."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.points import errors, queries
from app.points.models import Account, Book, MonthClosing
from app.points.rules.figures import Moved
from app.points.terms import Asset

INSTANT = timedelta(microseconds=1)
"""The finest difference that is recorded: up to and with an instant is until before the next."""


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
class AccountBalance:
    """What an account held at `as_of`; `version` of its last entry until then is None for folded accounts."""

    account: Account
    as_of: datetime
    balance: int
    version: int | None


def show_trial_balance(uow: UnitOfWork, *, book: str, as_of: datetime | None = None) -> TrialBalance:
    """What all accounts of each kind hold now, or held at an instant: all that was recorded until then.

    Now is one snapshot, folded and unfolded. A past instant is counted from the last closing before it, so it costs
    what was recorded since that, not what lies before. Refuses BookMissing, InstantAhead.
    """
    found = queries.get_book(uow.session, book)
    if as_of is None:
        rows: Sequence[TrialRow] = [TrialRow(*row) for row in queries.list_trial_balance(uow.session, found.id)]
    else:
        rows = _rows_before(uow, found, _instant(uow, as_of) + INSTANT)
    sums = {asset.value: sum(row.balance for row in rows if row.asset == asset) for asset in Asset}
    return TrialBalance(found, as_of or uow.now, rows, sums)


def show_account_balance(uow: UnitOfWork, *, book: str, account_id: UUID, as_of: datetime | None) -> AccountBalance:
    """What one account holds, or held at an instant. Refuses BookMissing, AccountMissing, InstantAhead.

    A strict account's entry of that time is found by halving; of a folded one, what came since is taken off.
    """
    found = queries.get_book(uow.session, book)
    account = queries.get_account(uow.session, found.id, account_id)
    until = _instant(uow, as_of) + INSTANT if as_of else None
    if account.folded:
        balance = queries.folded_balance_before(uow.session, found.id, account_id, until=until)
        return AccountBalance(account, as_of or uow.now, balance, None)
    version, balance = queries.find_version_before(uow.session, found.id, account_id, until=until)
    return AccountBalance(account, as_of or uow.now, balance, version)


def balances_after(closing: MonthClosing | None, moves: Iterable[Moved]) -> dict[str, int]:
    """The balances by kind of a closing (None: of an empty book), and what moved since."""
    balances = _stored(closing)
    for move in moves:
        balances[move.kind] += move.into - move.out
    return dict(balances)


def trial_rows(balances: Mapping[str, int], accounts: Mapping[tuple[str, str], int]) -> list[TrialRow]:
    """The rows of a trial balance: every kind of which there are accounts, points before money."""
    rows = [TrialRow(kind, asset, balances.get(kind, 0), count) for (kind, asset), count in accounts.items()]
    return sorted(rows, key=lambda row: (row.asset != Asset.POINTS, row.kind))


def _rows_before(uow: UnitOfWork, book: Book, until: datetime) -> list[TrialRow]:
    closing = queries.find_last_closing(uow.session, book.id, until=until)
    balances = _stored(closing)
    since = closing.ends_at if closing else None
    balances.update(queries.sums_by_kind(uow.session, book.id, since=since, until=until))
    return trial_rows(balances, queries.count_accounts(uow.session, book.id, until=until))


def _stored(closing: MonthClosing | None) -> Counter[str]:
    return Counter({row["kind"]: row["balance"] for row in closing.balances} if closing else {})


def _instant(uow: UnitOfWork, as_of: datetime) -> datetime:
    if as_of > uow.now:
        raise errors.InstantAhead(now=uow.now.isoformat())
    return as_of
