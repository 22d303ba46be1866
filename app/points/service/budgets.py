"""The treasurer's desk: money received, budgets filled, paper passbooks taken over, the expiry run on demand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import DomainError
from app.kernel.paging import Page, page_by_id, read_id
from app.kernel.papers import paper_number
from app.points import errors, queries
from app.points.models import Book, Budget
from app.points.queries.books import lock_point_value
from app.points.queries.openings import list_decided_causes
from app.points.service import awards, books, expiry, funding
from app.points.service.attempts import open_causes
from app.points.service.posting import Outcome

EXPIRY_LOTS = 5000

FitsValue = Callable[[Session, int, int], None]
"""Refuses a value of a point, in fen, that does not fit a book."""


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """A budget and the points it may still award."""

    budget: Budget
    points_left: int


@dataclass(frozen=True, slots=True)
class PaperPassbook:
    """A row of the paper ledger: what the passbook of this number held, good to `expires_on`."""

    passbook_no: str
    resident_id: UUID
    points: int
    expires_on: date


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What became of one paper passbook. `refusal` says why nothing was taken over, when it was not."""

    row: PaperPassbook
    outcome: Outcome
    refusal: DomainError | None


@dataclass(frozen=True, slots=True)
class TakeOver:
    """What became of a list of paper passbooks, in the order asked."""

    rows: Sequence[TakenOver]

    @property
    def taken_over(self) -> int:
        """Rows that succeeded, now or before."""
        return sum(1 for row in self.rows if row.refusal is None)

    @property
    def refused(self) -> int:
        """Rows that did not."""
        return len(self.rows) - self.taken_over


def show_book(uow: UnitOfWork, *, book: str) -> Book:
    """The book of this code. Refuses BookMissing."""
    return queries.get_book(uow.session, book)


def receive_funding(uow: UnitOfWork, *, book: str, sponsor_id: UUID, amount_fen: int, bank_reference: str) -> Outcome:
    """Book money a sponsor paid in, once per bank reference. Refuses BookMissing, CauseReused."""
    found = queries.get_book(uow.session, book)
    return funding.fund_sponsor(
        uow,
        found.id,
        cause=f"fund:{bank_reference}",
        sponsor_id=sponsor_id,
        amount_fen=amount_fen,
        bank_reference=bank_reference,
    )


def open_budget(
    uow: UnitOfWork, *, book: str, sponsor_id: UUID, name: str, point_value_fen: int, fits: FitsValue | None = None
) -> BudgetLine:
    """Open a sponsor's campaign whose points cost `point_value_fen` each (0 to 100,000).

    `fits` refuses a value that does not fit what others built on the book's: they hold it still with the same lock.
    Refuses BookMissing.
    """
    found = queries.get_book(uow.session, book)
    lock_point_value(uow.session, found.id)
    if fits is not None:
        fits(uow.session, found.id, point_value_fen)
    made = books.create_budget(uow, found.id, sponsor_id=sponsor_id, name=name, point_value_fen=point_value_fen)
    return BudgetLine(made, 0)


def list_budgets(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[BudgetLine]:
    """Budgets in the order they were opened, with what is left of each. Refuses BookMissing, CursorInvalid."""
    found = queries.get_book(uow.session, book)
    rows = queries.list_budgets(uow.session, found.id, after=read_id(cursor), limit=limit + 1)
    page = page_by_id(rows, limit, lambda budget: budget.id)
    left = queries.sum_budget_points(uow.session, found.id, [budget.id for budget in page.items])
    return Page([BudgetLine(budget, left.get(budget.id, 0)) for budget in page.items], page.next_cursor)


def take_over_passbooks(uow: UnitOfWork, *, book: str, budget_id: UUID, rows: Sequence[PaperPassbook]) -> TakeOver:
    """Take paper passbooks over, each number once however it is typed; a repeat answers what was done the first time.

    Each row is decided on its own. Refuses BookMissing, BudgetMissing, ExpiryDatePast, PassbookTakenOver (by a file)
    for the whole list.
    """
    found = queries.get_book(uow.session, book)
    rows = _spelt(uow, found.id, rows)
    numbers = [row.passbook_no for row in rows]
    for number in queries.numbers_from_files(uow.session, found.id, numbers):
        raise errors.PassbookTakenOver(passbook_no=number)
    causes = open_causes(uow, found.id, numbers, lambda number, attempt: f"opening:{attempt}:{number}")
    balances = [
        awards.OpeningBalance(causes[row.passbook_no], row.resident_id, row.points, row.expires_on, row.passbook_no)
        for row in rows
    ]
    outcomes = awards.take_over_balances(uow, found, budget_id=budget_id, balances=balances)
    return TakeOver([TakenOver(row, outcome, _refusal(outcome)) for row, outcome in zip(rows, outcomes, strict=True)])


def _spelt(uow: UnitOfWork, book_id: int, rows: Sequence[PaperPassbook]) -> list[PaperPassbook]:
    """Give the rows with their numbers as numbers are kept, but for one that was taken over before they were."""
    causes = {f"opening:1:{row.passbook_no}" for row in rows if row.passbook_no != paper_number(row.passbook_no)}
    before = list_decided_causes(uow.session, book_id, causes)
    return [
        row if f"opening:1:{row.passbook_no}" in before else replace(row, passbook_no=paper_number(row.passbook_no))
        for row in rows
    ]


def run_expiry(uow: UnitOfWork, *, book: str) -> expiry.ExpiryStep:
    """Move up to EXPIRY_LOTS lots that fell due out of the passbooks. Refuses BookMissing.

    One call of the posting door: two in one transaction would take their locks out of the global order.
    """
    found = queries.get_book(uow.session, book)
    return expiry.expire_points(uow, found, limit=EXPIRY_LOTS)


def _refusal(outcome: Outcome) -> DomainError | None:
    if outcome.decline is None:
        return None
    return errors.refusal(outcome.decline, outcome.detail, cause=outcome.cause)
