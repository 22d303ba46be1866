"""Setting up books and budgets."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.points import errors, queries
from app.points.models import Book, Budget


def create_book(
    uow: UnitOfWork,
    *,
    code: str,
    name: str,
    currency_name: str,
    validity_months: int = 24,
    grace_days: int = 30,
    expired_cost_goes_to: str = "sponsor",
    fixed_day: tuple[int, int] | None = None,
) -> Book:
    """Open a new points programme. Points live `validity_months`, then to the month's end, or to the next `fixed_day`.

    `fixed_day`: the month and the day on which points lapse every year. Refuses BookCodeTaken.
    """
    queries.lock_book_numbers(uow.session)
    if queries.find_book_id(uow.session, code) is not None:
        raise errors.BookCodeTaken(book=code)
    book = Book(
        id=queries.highest_book_id(uow.session) + 1,
        code=code,
        name=name,
        currency_name=currency_name,
        validity_months=validity_months,
        grace_days=grace_days,
        expired_cost_goes_to=expired_cost_goes_to,
        expiry_policy="yearly" if fixed_day else "rolling",
        expiry_month=fixed_day[0] if fixed_day else None,
        expiry_day=fixed_day[1] if fixed_day else None,
        created_at=uow.now,
    )
    uow.session.add(book)
    uow.session.flush()  # rows that name the book follow in this transaction
    return book


def create_budget(
    uow: UnitOfWork, book_id: int, *, sponsor_id: UUID, name: str, point_value_fen: int, budget_id: UUID | None = None
) -> Budget:
    """Open a sponsor's campaign; its points cost `point_value_fen` each (0: no money behind them)."""
    budget = Budget(
        book_id=book_id,
        id=budget_id or uow.new_id(),
        sponsor_id=sponsor_id,
        name=name,
        point_value_fen=point_value_fen,
        created_at=uow.now,
    )
    uow.session.add(budget)
    uow.session.flush()  # mint_points reads it back
    return budget
