"""A book's journal for auditors' own programs: hledger and beancount, with daily balance assertions.

The signs are the accountant's: what the programme owes is a credit and negative, money in hand is positive, so every
amount is the ledger's turned round (there, + is into the account). Dates are the district's days of `recorded_at`.

| account of the ledger | name | commodity |
|---|---|---|
| issuance | Equity:Points:Issuance | POINTS |
| sponsor_budget | Liabilities:Points:Budget:<budget>:S<stripe> | POINTS |
| allotment | Liabilities:Points:Allotment:<holder> | POINTS |
| resident | Liabilities:Points:Resident:<resident> | POINTS |
| merchant_points | Equity:Points:Redeemed:<shop> | POINTS |
| breakage | Equity:Points:Breakage | POINTS |
| clawback | Assets:Points:Clawback:<owner> | POINTS |
| bank | Assets:Money:Bank | CNY |
| sponsor_funding | Liabilities:Money:SponsorFunding:<sponsor> | CNY |
| budget_reserve | Liabilities:Money:BudgetReserve:<budget> | CNY |
| points_liability | Liabilities:Money:PointsLiability | CNY |
| merchant_payable | Liabilities:Money:MerchantPayable:<shop> | CNY |
| breakage_result | Income:Money:Breakage | CNY |

Ids are written in capitals, because beancount wants no name to begin with a small letter.

Assertions: at the end of each day, for every account that moved, what the ledger itself stored as `balance_after` (for
folded accounts, which store none, the running sum); at the very end, for every account, its stored balance. Memory
grows with the number of accounts (a few hundred bytes each), not with the journal.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection, Engine, text

from app.kernel.periods import local_date
from app.points import errors
from app.points.queries import export as queries
from app.points.queries.export import JournalTransaction, Leg
from app.points.service.audit.snapshot import open_snapshot
from app.points.service.export import beancount, hledger
from app.points.service.export.names import account_name
from app.points.service.export.writing import Dialect

__all__ = ["Format", "export_book", "write_journal"]


class Format(StrEnum):
    """Whose journal is written."""

    HLEDGER = "hledger"
    BEANCOUNT = "beancount"


DIALECTS: dict[Format, Dialect] = {Format.HLEDGER: hledger.DIALECT, Format.BEANCOUNT: beancount.DIALECT}


@dataclass(slots=True)
class _Account:
    name: str
    asset: str
    balance: int = 0
    version: int = 0


def export_book(engine: Engine, *, book: str, form: Format, write: Callable[[str], object]) -> int:
    """Write the journal of one book, as one snapshot shows it. Answers how many transactions. Refuses BookMissing."""
    with open_snapshot(engine, connections=1) as (connection,):
        return write_journal(connection, book=book, form=form, write=write)


def write_journal(connection: Connection, *, book: str, form: Format, write: Callable[[str], object]) -> int:
    """As `export_book`, on a connection whose transaction the caller has opened."""
    found = connection.execute(
        text("SELECT id, code, name, created_at FROM points_books WHERE code = :code"), {"code": book}
    ).one_or_none()
    if found is None:
        raise errors.BookMissing
    writer = _Writer(DIALECTS[form])
    write(writer.dialect.opening(found.code, found.name, local_date(found.created_at)))
    for piece in writer.journal(queries.stream_journal(connection, found.id)):
        write(piece)
    for piece in writer.closing(queries.stream_closing_balances(connection, found.id)):
        write(piece)
    return writer.transactions


class _Writer:
    """Walks the journal day by day, keeping each account's last balance."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.transactions = 0
        self._accounts: dict[UUID, _Account] = {}
        self._moved: dict[UUID, _Account] = {}
        self._day: date | None = None

    def journal(self, transactions: Iterable[JournalTransaction]) -> Iterator[str]:
        for transaction in transactions:
            day = local_date(transaction.recorded_at)
            if day != self._day:
                yield from self._end_day()
                self._day = day
            for leg in transaction.legs:
                if leg.account_id not in self._accounts:
                    account = self._accounts[leg.account_id] = _Account(account_name(leg), leg.asset)
                    yield self.dialect.account(day, account.name, account.asset)
            lines = [(self._move(leg).name, -leg.amount, leg.asset) for leg in transaction.legs]
            yield self.dialect.transaction(day, transaction, lines)
            self.transactions += 1
        yield from self._end_day()

    def closing(self, balances: Iterable[tuple[UUID, int]]) -> Iterator[str]:
        if self._day is None:
            return
        opened = ((self._accounts[id_], balance) for id_, balance in balances if id_ in self._accounts)
        yield from self.dialect.assertions(self._day, ((a.name, -balance, a.asset) for a, balance in opened))

    def _move(self, leg: Leg) -> _Account:
        account = self._moved[leg.account_id] = self._accounts[leg.account_id]
        if leg.version is None or leg.balance_after is None:
            account.balance += leg.amount
        elif leg.version > account.version:  # acts of the same microsecond may stand in another order
            account.version, account.balance = leg.version, leg.balance_after
        return account

    def _end_day(self) -> Iterator[str]:
        if self._day is not None:
            moved = ((account.name, -account.balance, account.asset) for account in self._moved.values())
            yield from self.dialect.assertions(self._day, moved)
        self._moved.clear()
