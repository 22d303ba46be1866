"""Gifts for points: a catalogue with stock; set aside by a resident, collected at the shop by a code, or given back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import text

from app.infra.unit_of_work import UnitOfWork
from app.infra.vault import vault
from app.kernel.paging import Page, page_by_id, read_id
from app.merchants import errors, queries, terms
from app.merchants.models import Gift, Reservation
from app.merchants.queries import gifts as gift_queries
from app.merchants.queries.tills import get_till, get_till_of, is_staff_of
from app.merchants.rules.tills import check_trading
from app.merchants.terms import ReservationState
from app.points import queries as points_queries
from app.points import service as points_service

_TAKE = text("""
    UPDATE merchants_gifts SET stock = stock - 1
     WHERE book_id = :book_id AND id = :gift_id AND stock > 0 AND ended_at IS NULL
""")
_GIVE_BACK = text("UPDATE merchants_gifts SET stock = stock + 1 WHERE book_id = :book_id AND id = :gift_id")


@dataclass(frozen=True, slots=True)
class Reserved:
    """A reservation with what it is of; `code` is for its owner alone, and only while it is good."""

    reservation: Reservation
    title: str
    code: str | None = field(default=None, repr=False)


def offer_gift(
    uow: UnitOfWork, *, book: str, shop_id: UUID, title: str, description: str, points: int, stock: int
) -> Gift:
    """Put a gift into the catalogue of a shop. Refuses ShopMissing."""
    book_id = points_queries.get_book(uow.session, book).id
    queries.get_shop(uow.session, book_id, shop_id)
    gift = Gift(
        book_id=book_id,
        id=uow.new_id(),
        shop_id=shop_id,
        title=title,
        description=description,
        points=points,
        stock=stock,
        made_by=uow.actor.id,
        made_at=uow.now,
    )
    uow.session.add(gift)
    return gift


def change_stock(uow: UnitOfWork, *, book: str, gift_id: UUID, pieces: int) -> Gift:
    """Add pieces of a gift, or take some away (negative). Refuses GiftMissing, GiftEnded, StockWrong."""
    gift = gift_queries.get_gift(uow.session, points_queries.get_book(uow.session, book).id, gift_id, lock=True)
    if gift.ended_at is not None:
        raise errors.GiftEnded(title=gift.title)
    if not 0 <= gift.stock + pieces <= terms.GIFT_STOCK_MAX:
        raise errors.StockWrong(stock=gift.stock, stock_max=terms.GIFT_STOCK_MAX)
    gift.stock += pieces
    return gift


def end_gift(uow: UnitOfWork, *, book: str, gift_id: UUID) -> Gift:
    """Take a gift out of the catalogue; what is set aside can still be collected. Refuses GiftMissing, GiftEnded."""
    gift = gift_queries.get_gift(uow.session, points_queries.get_book(uow.session, book).id, gift_id, lock=True)
    if gift.ended_at is not None:
        raise errors.GiftEnded(title=gift.title)
    gift.ended_by, gift.ended_at = uow.actor.id, uow.now
    return gift


def list_gifts(uow: UnitOfWork, *, book: str, shop_id: UUID | None, limit: int, cursor: str | None) -> Page[Gift]:
    """The catalogue of a book, of one shop where given."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = gift_queries.list_gifts(uow.session, book_id, shop_id=shop_id, after=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda gift: gift.id)


def reserve_gift(uow: UnitOfWork, *, book: str, gift_id: UUID) -> Reserved:
    """Set one piece aside for the caller and hold its points for three days.

    Refuses GiftMissing, GiftEnded, GiftGone, BranchClosed, OwnShop, ReservationsTooMany; PointsInsufficient,
    AccountFrozen.
    """
    ledger = points_queries.get_book(uow.session, book)
    gift = gift_queries.get_gift(uow.session, ledger.id, gift_id)
    _check_reservable(uow, book, gift)

    made_id = uow.new_id()
    expires_at = uow.now + terms.RESERVATION_LIFE
    # The hold comes first: its decline stays written, and nothing else may be written by then.
    hold = points_service.hold_points(
        uow,
        ledger.id,
        cause=f"gift:{made_id}",
        resident_id=uow.actor.id,
        points=gift.points,
        expires_at=expires_at,
        evidence=f"gift:{gift.id}",
    )
    taken = uow.session.execute(_TAKE, {"book_id": ledger.id, "gift_id": gift.id})
    if not taken.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result has it
        raise errors.GiftGone(title=gift.title)
    code = uow.new_digits(terms.GIFT_CODE_DIGITS)
    reservation = Reservation(
        book_id=ledger.id,
        id=made_id,
        gift_id=gift.id,
        shop_id=gift.shop_id,
        resident_id=uow.actor.id,
        points=gift.points,
        state=ReservationState.RESERVED,
        code_index=_index(code),
        code_sealed=vault().seal(code, context=_context(made_id)),
        hold_id=hold.hold_id,
        reserved_at=uow.now,
        expires_at=expires_at,
    )
    uow.session.add(reservation)
    uow.session.flush()
    return Reserved(reservation, gift.title)


def cancel_reservation(uow: UnitOfWork, *, book: str, reservation_id: UUID) -> Reserved:
    """Give a gift back that one set aside. Refuses ReservationMissing, ReservationClosed (collected or expired)."""
    book_id = points_queries.get_book(uow.session, book).id
    found = gift_queries.get_reservation(uow.session, book_id, uow.actor.id, reservation_id, lock=True)
    if found.state not in {ReservationState.RESERVED, ReservationState.CANCELLED}:
        raise errors.ReservationClosed(state=found.state)
    if found.state == ReservationState.RESERVED:
        _give_back(uow, found, ReservationState.CANCELLED)
    return _with_titles(uow, book_id, [found])[0]


def show_reservation(uow: UnitOfWork, *, book: str, reservation_id: UUID) -> Reserved:
    """A reservation of the caller's with its code, while it can be collected. Refuses ReservationMissing."""
    book_id = points_queries.get_book(uow.session, book).id
    found = gift_queries.get_reservation(uow.session, book_id, uow.actor.id, reservation_id)
    shown = _with_titles(uow, book_id, [found])[0]
    if found.state != ReservationState.RESERVED or found.expires_at <= uow.now:
        return shown
    return Reserved(found, shown.title, vault().open(found.code_sealed, context=_context(found.id)))


def list_reservations(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[Reserved]:
    """What the caller set aside, newest first, without the codes."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = gift_queries.list_reservations(uow.session, book_id, uow.actor.id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(_with_titles(uow, book_id, rows), limit, lambda each: each.reservation.id)


def collect_gift(uow: UnitOfWork, *, code: str) -> Reserved:
    """Hand a gift out at the caller's shop, once, to whoever shows its code; the points become the shop's.

    Refuses GiftCodeNotGood (also used, another shop's, or its time is over), and what the ledger says to the capture.
    """
    till = get_till(uow.session, uow.actor)
    found = gift_queries.lock_by_code(uow.session, till.branch_id, _index(code))
    if found.state != ReservationState.RESERVED or found.expires_at <= uow.now:
        raise errors.GiftCodeNotGood
    outcome = points_service.capture_hold(
        uow,
        found.book_id,
        cause=f"gift-collected:{found.id}",
        hold_id=found.hold_id,
        resident_id=found.resident_id,
        shop_id=found.shop_id,
    )
    found.state, found.transaction_id = ReservationState.COLLECTED, outcome.subject_id
    found.closed_by, found.closed_at = uow.actor.id, uow.now
    return _with_titles(uow, found.book_id, [found])[0]


def expire_reservations(uow: UnitOfWork) -> int:
    """Give back one batch of gifts nobody collected in time; answers how many. Called until it returns 0."""
    due = gift_queries.lock_due(uow.session, now=uow.now, limit=terms.RESERVATIONS_BATCH)
    for each in due:  # a handful a day; each gives its points and its piece back
        _give_back(uow, each, ReservationState.EXPIRED)
    return len(due)


def _check_reservable(uow: UnitOfWork, book: str, gift: Gift) -> None:
    if gift.ended_at is not None:
        raise errors.GiftEnded(title=gift.title)
    till = get_till_of(uow.session, gift.shop_id)
    check_trading(till)
    actor = uow.actor
    if is_staff_of(uow.session, till, book=book, resident_id=actor.id, now=uow.now, acted_by=actor.acted_by):
        raise errors.OwnShop
    if gift_queries.count_open_reservations(uow.session, gift.book_id, uow.actor.id) >= terms.RESERVATIONS_OPEN_MAX:
        raise errors.ReservationsTooMany(open_max=terms.RESERVATIONS_OPEN_MAX)


def _give_back(uow: UnitOfWork, found: Reservation, state: ReservationState) -> None:
    points_service.release_hold(uow, found.book_id, hold_id=found.hold_id)
    uow.session.execute(_GIVE_BACK, {"book_id": found.book_id, "gift_id": found.gift_id})
    found.state, found.closed_by, found.closed_at = state, uow.actor.id, uow.now


def _with_titles(uow: UnitOfWork, book_id: int, rows: Sequence[Reservation]) -> list[Reserved]:
    titles = gift_queries.titles_of(uow.session, book_id, [each.gift_id for each in rows])
    return [Reserved(each, titles[each.gift_id]) for each in rows]


def _index(code: str) -> bytes:
    return vault().index(code, kind="gift-code")


def _context(reservation_id: UUID) -> str:
    return f"merchants.reservations.code:{reservation_id}"
