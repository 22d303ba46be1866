"""A resident's own side: what waits for his confirmation, and what was done."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Actor, Role
from app.kernel.errors import Declined
from app.kernel.paging import Page
from app.merchants import errors, queries
from app.merchants.errors.counter import ResidentRefused
from app.merchants.queries import tills as till_queries
from app.merchants.service import claims, declines, telling
from app.merchants.service.quotes import holder_of
from app.merchants.service.receipts import Receipt, page_of, read_place, receipt_of, state_of
from app.merchants.service.taking import Consent, take
from app.merchants.terms import RedemptionState
from app.points import queries as points_queries

AGREED = frozenset({RedemptionState.HELD, RedemptionState.CAPTURED})


def confirm_redemption(uow: UnitOfWork, *, book: str, redemption_id: UUID, consent: Consent) -> Receipt:
    """Confirm what a till asked for. Again it is answered as it stands.

    Refuses RedemptionMissing, ConfirmLapsed, RedemptionClosed, StepUpFailed, StepUpNeeded, and what `taking.take`
    refuses.
    """
    holder = holder_of(uow, book)
    redemption = queries.lock_own_redemption(uow.session, holder.book_id, holder.resident_id, redemption_id)
    state = state_of(redemption, uow.now)
    if state in AGREED:
        return receipt_of(redemption, uow.now)
    if redemption.state == RedemptionState.PENDING_CONFIRM and state is RedemptionState.EXPIRED:
        raise errors.ConfirmLapsed
    if state is not RedemptionState.PENDING_CONFIRM:
        raise errors.RedemptionClosed(state=state)

    roles = frozenset({Role.TERMINAL}) if redemption.terminal_id else frozenset()
    asked_by = Actor(id=redemption.terminal_id or uow.actor.id, roles=roles, shop_id=redemption.branch_id)
    till = till_queries.get_till(uow.session, asked_by)
    claims.lock_day(uow, holder.book_id, holder.resident_id)
    try:
        take(uow, till, redemption, holder, consent=consent)
    except Declined as declined:
        declines.keep(uow, redemption, declined)
        raise

    return receipt_of(redemption, uow.now)


def refuse_redemption(uow: UnitOfWork, *, book: str, redemption_id: UUID) -> Receipt:
    """Say no to what a till asked for: it is declined for ever, and the till sees by whom.

    Refuses RedemptionMissing, RedemptionClosed.
    """
    book_id = points_queries.get_book(uow.session, book).id
    redemption = queries.lock_own_redemption(uow.session, book_id, uow.actor.id, redemption_id)
    state = state_of(redemption, uow.now)
    if state in {RedemptionState.REVERSED, RedemptionState.EXPIRED} or redemption.decline == ResidentRefused.code:
        return receipt_of(redemption, uow.now)
    if state is not RedemptionState.PENDING_CONFIRM:
        raise errors.RedemptionClosed(state=state)
    declines.keep(uow, redemption, ResidentRefused())
    redemption.closed_at = uow.now
    telling.tell(uow, "redemption.refused", [redemption])
    return receipt_of(redemption, uow.now)


def show_own_redemption(uow: UnitOfWork, *, book: str, redemption_id: UUID) -> Receipt:
    """One of the actor's own redemptions. Refuses RedemptionMissing."""
    book_id = points_queries.get_book(uow.session, book).id
    return receipt_of(queries.get_own_redemption(uow.session, book_id, uow.actor.id, redemption_id), uow.now)


def list_own_redemptions(
    uow: UnitOfWork, *, book: str, state: RedemptionState | None, limit: int, cursor: str | None
) -> Page[Receipt]:
    """The actor's own redemptions in a book, newest first: those `pending_confirm` wait for him."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = queries.list_of_resident(
        uow.session, book_id, uow.actor.id, state=state, now=uow.now, before=read_place(cursor), limit=limit + 1
    )
    return page_of(rows, limit, uow.now)
