"""Complaints about redemptions and gifts."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, exists, func, select, text
from sqlalchemy.orm import Session

from app.merchants import errors
from app.merchants.models import Complaint, Redemption, Refund
from app.merchants.terms import ERASED, ComplaintState

WAITS = text("merchants_complaints.state IN ('open', 'unanswered', 'contested')")
"""As the partial indexes have it: a list of bound values would not be known to mean the same."""


def find_complaint_of(session: Session, redemption_id: UUID) -> Complaint | None:
    """The complaint about a redemption, if there ever was one."""
    return session.scalar(select(Complaint).where(Complaint.redemption_id == redemption_id))


def find_complaint_of_gift(session: Session, book_id: int, reservation_id: UUID) -> Complaint | None:
    """The complaint about a gift, if there ever was one."""
    query = select(Complaint).where(Complaint.book_id == book_id, Complaint.reservation_id == reservation_id)
    return session.scalar(query)


def count_waiting(session: Session, book_id: int, resident_id: UUID) -> int:
    """How many complaints of a resident wait in a book."""
    mine = select(func.count()).where(Complaint.book_id == book_id, Complaint.resident_id == resident_id, WAITS)
    return int(session.scalar(mine) or 0)


def get_complaint(session: Session, book_id: int, complaint_id: UUID) -> Complaint:
    """One complaint. Refuses ComplaintMissing."""
    found = session.get(Complaint, (book_id, complaint_id))
    if found is None:
        raise errors.ComplaintMissing
    return found


def lock_complaint(session: Session, complaint: Complaint) -> Complaint:
    """A complaint as it stands now, held until the transaction ends."""
    key = (complaint.book_id, complaint.id)
    return session.get_one(Complaint, key, with_for_update=True, populate_existing=True)


def find_due(session: Session, *, now: datetime) -> Complaint | None:
    """The complaint whose time was over first."""
    due = select(Complaint).where(WAITS, Complaint.due_at <= now).order_by(Complaint.due_at).limit(1)
    return session.scalar(due)


def list_complaints(
    session: Session, book_id: int, *, state: ComplaintState, before: UUID | None, limit: int
) -> Sequence[Complaint]:
    """Complaints of one state, newest first."""
    query = select(Complaint).where(Complaint.book_id == book_id, Complaint.state == state)
    if before is not None:
        query = query.where(Complaint.id < before)
    return session.scalars(query.order_by(Complaint.id.desc()).limit(limit)).all()


def list_of_resident(
    session: Session, book_id: int, resident_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[Complaint]:
    """A resident's own, newest first."""
    query = select(Complaint).where(Complaint.book_id == book_id, Complaint.resident_id == resident_id)
    if before is not None:
        query = query.where(Complaint.id < before)
    return session.scalars(query.order_by(Complaint.id.desc()).limit(limit)).all()


def list_of_shops(
    session: Session, shop_ids: Collection[UUID], *, before: UUID | None, limit: int
) -> Sequence[Row[Complaint, str | None]]:
    """(Complaint, out_trade_no or None of a gift) of some shops over all books, newest first."""
    query = select(Complaint, Redemption.out_trade_no).outerjoin(Redemption, Redemption.id == Complaint.redemption_id)
    query = query.where(Complaint.shop_id.in_(shop_ids))
    if before is not None:
        query = query.where(Complaint.id < before)
    return session.execute(query.order_by(Complaint.id.desc()).limit(limit)).all()


_OWNERS = text("""
    SELECT DISTINCT coalesce(s.person_id, p.id)
      FROM merchants_branches b
      JOIN merchants_people s ON s.merchant_id = b.merchant_id AND s.kind = 'owner' AND s.ended_at IS NULL
      LEFT JOIN identity_people p ON p.phone_index = s.phone_index
     WHERE b.id = :shop_id AND coalesce(s.person_id, p.id) IS NOT NULL
     ORDER BY 1 LIMIT 20
""")


_HOUSE = text("""
    SELECT coalesce(s.person_id, p.id)
      FROM merchants_branches b
      JOIN merchants_people s ON s.merchant_id = b.merchant_id AND s.ended_at IS NULL
      LEFT JOIN identity_people p ON p.phone_index = s.phone_index
     WHERE b.id = :shop_id AND coalesce(s.person_id, p.id) IS NOT NULL
     UNION
    SELECT g.person_id FROM identity_grants g
     WHERE g.shop_id = :shop_id AND g.ended_at IS NULL AND g.role = 'cashier'
""")


def list_house(session: Session, shop_id: UUID) -> Collection[UUID]:
    """Everybody of a shop: owners, staff and cashiers, by their accounts."""
    return set(session.scalars(_HOUSE, {"shop_id": shop_id}))


def was_refund_stopped(session: Session, redemption_id: UUID) -> bool:
    """Whether anti-fraud stopped a refund of a redemption."""
    stopped = exists().where(
        Refund.redemption_id == redemption_id,
        Refund.decline.in_([errors.RefundStopped.code, errors.RefundRefused.code]),
    )
    return bool(session.scalar(select(stopped)))


_ERASE = text("""
    UPDATE merchants_complaints c SET text = :erased
      FROM identity_residencies r
      JOIN points_books b ON b.code = r.book
     WHERE r.person_id = :person_id AND c.book_id = b.id AND c.resident_id = r.resident_id
       AND c.opened_at >= r.decided_at AND (r.ended_at IS NULL OR c.opened_at <= r.ended_at)
       AND c.text <> :erased
""")


def erase_words(session: Session, person_id: UUID) -> None:
    """Erase the words of somebody's complaints, in the homes he had then; that he complained, and the answers, stay."""
    session.execute(_ERASE, {"person_id": person_id, "erased": ERASED})


def list_owners(session: Session, shop_id: UUID) -> Sequence[UUID]:
    """The accounts of a shop's registered owners, twenty at most."""
    return session.scalars(_OWNERS, {"shop_id": shop_id}).all()
