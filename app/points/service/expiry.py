"""The expiry run: points that fell due leave the passbooks, their money goes where the book says."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.kernel.periods import local_date
from app.points import queries
from app.points.models import Account, Book, Budget, ExpiryRun
from app.points.queries import LotPlace
from app.points.rules.accounts import AccountRef
from app.points.rules.expiry import due_since
from app.points.rules.postings import Leg, Posting
from app.points.service.posting import Outcome, post
from app.points.terms import AccountKind, Code, Mode

BREAKAGE = AccountRef(AccountKind.BREAKAGE)
LIABILITY = AccountRef(AccountKind.POINTS_LIABILITY)
RESULT = AccountRef(AccountKind.BREAKAGE_RESULT)


@dataclass(frozen=True, slots=True)
class ExpiryStep:
    """What one step moved; `more`: there is a next one."""

    accounts: int
    points: int
    fen: int
    more: bool


def expire_points(uow: UnitOfWork, book: Book, *, limit: int = 1000) -> ExpiryStep:
    """Move up to `limit` due lots to breakage in one call of the door. Call again until there is no more.

    Each step stands in the run's record with where it ended, in one transaction: a run that was cut off, by whatever
    and for however long, goes on there, whoever calls. A run takes everything that lapsed before its day since the last
    one that was finished, however long ago, and no more than that is looked through again: see `due_since`. Points that
    are held stay until their hold ends, and the run after it takes them.

    The entries are dated when they are booked. On ordinary days that is ten minutes after the points lapsed; after days
    that were skipped it is later, because a month that was closed meanwhile does not change any more.
    """
    run = _lock_run(uow, book.id)
    due = queries.list_due_lots(
        uow.session, book.id, day=run.day, since=run.since, after=_place(run), now=uow.now, limit=limit
    )
    moved = [outcome for outcome in _expire(uow, book, due) if outcome.decline is None]
    points, fen = sum(outcome.points for outcome in moved), sum(outcome.cost_fen for outcome in moved)
    run.accounts += len(moved)
    run.points += points
    run.fen += fen
    if len(due) < limit:
        run.finished_at = uow.now
    else:
        run.after_day, run.after_account, run.after_budget = due[-1]
    uow.session.flush()
    # a run of another day that is finished only now has not looked at what lapsed until today
    return ExpiryStep(len(moved), points, fen, more=run.finished_at is None or run.day != local_date(uow.now))


def list_expiry_runs(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[ExpiryRun]:
    """The runs of a book, the youngest first. Refuses BookMissing, CursorInvalid."""
    found = queries.get_book(uow.session, book)
    rows = queries.list_expiry_runs(uow.session, found.id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda run: run.id)


def _lock_run(uow: UnitOfWork, book_id: int) -> ExpiryRun:
    """The run that is under way, or a new one of today. There is one at a time: others wait here for its step."""
    run = queries.lock_open_run(uow.session, book_id)
    while run is None:
        today = local_date(uow.now)
        fresh = insert(ExpiryRun).values(
            book_id=book_id,
            id=uow.new_id(),
            day=today,
            since=due_since(queries.find_finished_day(uow.session, book_id, until=today)),
            started_by=uow.actor.id,
            started_at=uow.now,
        )
        # whoever opens one at the same moment is waited for; its run may be finished by then, and the next is ours
        uow.session.execute(fresh.on_conflict_do_nothing())
        run = queries.lock_open_run(uow.session, book_id)
    return run


def _place(run: ExpiryRun) -> LotPlace | None:
    if run.after_day is None or run.after_account is None or run.after_budget is None:
        return None
    return run.after_day, run.after_account, run.after_budget


def _expire(uow: UnitOfWork, book: Book, due: Sequence[LotPlace]) -> Sequence[Outcome]:
    """One posting for each passbook and budget, however many of its lots fell due."""
    pairs = list(dict.fromkeys((account, budget) for _, account, budget in due))
    if not pairs:
        return ()
    owners = _owners(uow, book.id, {account for account, _ in pairs})
    sponsors = _sponsors(uow, book.id, {budget for _, budget in pairs})
    today = local_date(uow.now)
    return post(
        uow,
        book.id,
        [
            _posting(today, uow.new_id(), budget, owners[account], _money_target(book, sponsors[budget]))
            for account, budget in pairs
        ],
    )


def _posting(today: date, number: UUID, budget_id: UUID, owner_id: UUID, money_to: AccountRef) -> Posting:
    return Posting(
        cause=f"expiry:{today.isoformat()}:{number}",
        code=Code.EXPIRY,
        legs=(Leg(AccountRef(AccountKind.RESIDENT, owner_id)), Leg(BREAKAGE), Leg(LIABILITY), Leg(money_to)),
        mode=Mode.EXPIRE,
        refers_to=budget_id,
    )


def _money_target(book: Book, sponsor_id: UUID) -> AccountRef:
    return RESULT if book.expired_cost_goes_to == "book" else AccountRef(AccountKind.SPONSOR_FUNDING, sponsor_id)


def _owners(uow: UnitOfWork, book_id: int, accounts: Collection[UUID]) -> dict[UUID, UUID]:
    rows = uow.session.execute(
        select(Account.id, Account.owner_id).where(Account.book_id == book_id, Account.id.in_(accounts))
    )
    return {row.id: row.owner_id for row in rows}


def _sponsors(uow: UnitOfWork, book_id: int, budgets: Collection[UUID]) -> dict[UUID, UUID]:
    rows = uow.session.execute(
        select(Budget.id, Budget.sponsor_id).where(Budget.book_id == book_id, Budget.id.in_(budgets))
    )
    return {row.id: row.sponsor_id for row in rows}
