"""The expiry run: points that fell due leave the passbooks, their money goes where the book says."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from app.infra.unit_of_work import UnitOfWork
from app.kernel.periods import local_date
from app.points import queries
from app.points.models import Account, Book, Budget
from app.points.rules.accounts import AccountRef
from app.points.rules.postings import Leg, Posting
from app.points.service.posting import post
from app.points.terms import AccountKind, Code, Mode

LOOKBACK_DAYS = 400
BREAKAGE = AccountRef(AccountKind.BREAKAGE)
LIABILITY = AccountRef(AccountKind.POINTS_LIABILITY)
RESULT = AccountRef(AccountKind.BREAKAGE_RESULT)

Due = tuple[date, UUID, UUID]


@dataclass(frozen=True, slots=True)
class ExpiryRun:
    """One step of a run: what it moved, and where the next step goes on (None: done)."""

    accounts: int
    points: int
    fen: int
    goes_on_after: Due | None


def expire_points(uow: UnitOfWork, book: Book, *, after: Due | None = None, limit: int = 1000) -> ExpiryRun:
    """Move up to `limit` due lots to breakage in one call of the door. Call again with `goes_on_after` until None.

    Safe to repeat and to resume: a lot that was emptied is not found again, and every posting has its own cause. Looks
    back LOOKBACK_DAYS days, so skipped runs are made up for. Points that are held stay until their hold ends.
    """
    today = local_date(uow.now)
    due = queries.list_due_lots(
        uow.session, book.id, today=today, since=today - timedelta(days=LOOKBACK_DAYS), after=after, limit=limit
    )
    pairs = list(dict.fromkeys((account, budget) for _, account, budget in due))
    if not pairs:
        return ExpiryRun(0, 0, 0, None)
    owners = _owners(uow, book.id, [account for account, _ in pairs])
    sponsors = _sponsors(uow, book.id, [budget for _, budget in pairs])
    outcomes = post(
        uow,
        book.id,
        [
            Posting(
                cause=f"expiry:{today.isoformat()}:{uow.new_id()}",
                code=Code.EXPIRY,
                legs=(
                    Leg(AccountRef(AccountKind.RESIDENT, owners[account])),
                    Leg(BREAKAGE),
                    Leg(LIABILITY),
                    Leg(_money_target(book, sponsors[budget])),
                ),
                mode=Mode.EXPIRE,
                refers_to=budget,
            )
            for account, budget in pairs
        ],
    )
    moved = [outcome for outcome in outcomes if outcome.decline is None]
    done = len(due) < limit
    return ExpiryRun(
        len(moved), sum(o.points for o in moved), sum(o.cost_fen for o in moved), None if done else due[-1]
    )


def _money_target(book: Book, sponsor_id: UUID) -> AccountRef:
    return RESULT if book.expired_cost_goes_to == "book" else AccountRef(AccountKind.SPONSOR_FUNDING, sponsor_id)


def _owners(uow: UnitOfWork, book_id: int, accounts: list[UUID]) -> dict[UUID, UUID]:
    rows = uow.session.execute(
        select(Account.id, Account.owner_id).where(Account.book_id == book_id, Account.id.in_(set(accounts)))
    )
    return {row.id: row.owner_id for row in rows}


def _sponsors(uow: UnitOfWork, book_id: int, budgets: list[UUID]) -> dict[UUID, UUID]:
    rows = uow.session.execute(
        select(Budget.id, Budget.sponsor_id).where(Budget.book_id == book_id, Budget.id.in_(set(budgets)))
    )
    return {row.id: row.sponsor_id for row in rows}
