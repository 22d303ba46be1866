"""Gifts and what of them is set aside."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.merchants import errors, terms
from app.merchants.models import Branch, Gift, Merchant, Reservation
from app.merchants.terms import TRADING, BranchState, ReservationState

OPEN = text("merchants_reservations.state IN ('reserved', 'pending_confirm')")
"""As the partial index has it: a list of bound values would not be known to mean the same."""


def get_gift(session: Session, book_id: int, gift_id: UUID, *, lock: bool = False) -> Gift:
    """One gift of this book; with `lock` held until the transaction ends. Refuses GiftMissing."""
    gift = session.get(
        Gift, (book_id, gift_id), with_for_update={"key_share": True} if lock else None, populate_existing=lock
    )
    if gift is None:
        raise errors.GiftMissing
    return gift


def list_gifts(
    session: Session, book_id: int, *, shop_id: UUID | None, after: UUID | None, limit: int
) -> Sequence[Gift]:
    """The catalogue: gifts of a book (of one shop where given) that are offered where points are taken now."""
    query = (
        select(Gift)
        .join(Branch, Branch.id == Gift.shop_id)
        .join(Merchant, Merchant.id == Branch.merchant_id)
        .where(Gift.book_id == book_id, Gift.ended_at.is_(None))
        .where(Branch.state == BranchState.OPEN, Merchant.state.in_(TRADING))
    )
    if shop_id is not None:
        query = query.where(Gift.shop_id == shop_id)
    if after is not None:
        query = query.where(Gift.id > after)
    return session.scalars(query.order_by(Gift.id).limit(limit)).all()


def count_open_reservations(session: Session, book_id: int, resident_id: UUID) -> int:
    """How many gifts a resident has set aside, or still has to confirm."""
    query = select(func.count()).where(Reservation.book_id == book_id, Reservation.resident_id == resident_id, OPEN)
    return session.scalar(query) or 0


def count_had(session: Session, gift: Gift, resident_id: UUID, *, now: datetime) -> int:
    """How many pieces of a gift a resident had lately, or kept others from having; the caller has locked his day."""
    spared = Reservation.closed_at <= Reservation.reserved_at + terms.GIFT_SECOND_THOUGHT
    query = select(func.count()).where(
        Reservation.book_id == gift.book_id,
        Reservation.gift_id == gift.id,
        Reservation.resident_id == resident_id,
        Reservation.reserved_at > now - terms.GIFTS_COUNTED,
        Reservation.hold_id.is_not(None) | (Reservation.state == ReservationState.PENDING_CONFIRM),
        Reservation.state != ReservationState.RETURNED,
        ~((Reservation.state == ReservationState.CANCELLED) & spared),
    )
    return session.scalar(query) or 0


def get_reservation(
    session: Session, book_id: int, resident_id: UUID, reservation_id: UUID, *, lock: bool = False
) -> Reservation:
    """A reservation of this resident; with `lock` held until the transaction ends. Refuses ReservationMissing."""
    found = session.get(Reservation, (book_id, reservation_id), with_for_update=lock or None, populate_existing=lock)
    if found is None or found.resident_id != resident_id:
        raise errors.ReservationMissing
    return found


def find_reservation(session: Session, book_id: int, reservation_id: UUID) -> Reservation | None:
    """A reservation, whosever it is."""
    return session.get(Reservation, (book_id, reservation_id))


def list_returns_to_care_for(
    session: Session, book_id: int, *, after: UUID | None, limit: int
) -> Sequence[Reservation]:
    """Gifts whose points came back to somebody who has closed the account, by the transaction that gave them back."""
    query = select(Reservation).where(Reservation.book_id == book_id, Reservation.needs_care)
    if after is not None:
        query = query.where(Reservation.return_id > after)
    return session.scalars(query.order_by(Reservation.return_id).limit(limit)).all()


def lock_shown(session: Session, shop_id: UUID, reservation_id: UUID) -> Reservation:
    """What a code shown at this shop stands for, held until the transaction ends. Refuses GiftCodeNotGood."""
    found = session.scalar(
        select(Reservation)
        .where(Reservation.shop_id == shop_id, Reservation.id == reservation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise errors.GiftCodeNotGood
    return found


def lock_at_shop(session: Session, shop_id: UUID, reservation_id: UUID) -> Reservation:
    """A reservation of this shop by its id, held until the transaction ends. Refuses ReservationMissing."""
    found = session.scalar(
        select(Reservation)
        .where(Reservation.shop_id == shop_id, Reservation.id == reservation_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise errors.ReservationMissing
    return found


def list_reservations(
    session: Session, book_id: int, resident_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[Reservation]:
    """What a resident set aside, newest first, whatever became of it."""
    query = select(Reservation).where(Reservation.book_id == book_id, Reservation.resident_id == resident_id)
    if before is not None:
        query = query.where(Reservation.id < before)
    return session.scalars(query.order_by(Reservation.id.desc()).limit(limit)).all()


def lock_due(session: Session, *, now: datetime, limit: int) -> Sequence[Reservation]:
    """Reservations whose time is over, held until the transaction ends; those somebody else holds are left out."""
    query = (
        select(Reservation)
        .where(OPEN, Reservation.expires_at <= now)
        .order_by(Reservation.expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(query).all()


def titles_of(session: Session, book_id: int, gift_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The titles of these gifts."""
    query = select(Gift.id, Gift.title).where(Gift.book_id == book_id, Gift.id.in_(gift_ids))
    return {row.id: row.title for row in session.execute(query)} if gift_ids else {}
