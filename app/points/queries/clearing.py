"""Clearing agreements, transfers and nettings of one book. Nothing here reads the rows of another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import Session

from app.points import errors
from app.points.models import ClearingAgreement, ClearingNetting, ClearingTransfer
from app.points.terms import ClearingState, Direction


@dataclass(frozen=True, slots=True)
class ClearedMonth:
    """What a month's transfers that arrived moved out of and into this book; `under_way`: those not decided yet."""

    out_points: int
    out_fen: int
    in_points: int
    in_fen: int
    under_way: int


def lock_clearing(session: Session, book_id: int) -> None:
    """Let one transaction at a time add an agreement to this book, so that no two overlap."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("points_clearing_agreements"), book_id)))


def find_agreement(session: Session, book_id: int, agreement_id: UUID) -> ClearingAgreement | None:
    """This book's side of an agreement, if it was approved here."""
    return session.get(ClearingAgreement, (book_id, agreement_id))


def get_agreement(session: Session, book_id: int, agreement_id: UUID) -> ClearingAgreement:
    """The same. Refuses ClearingAgreementMissing."""
    agreement = find_agreement(session, book_id, agreement_id)
    if agreement is None:
        raise errors.ClearingAgreementMissing
    return agreement


def lock_agreement(session: Session, book_id: int, agreement_id: UUID) -> ClearingAgreement | None:
    """The same, held until the transaction ends, as it stands then; None when it was not approved here."""
    return session.get(ClearingAgreement, (book_id, agreement_id), with_for_update=True, populate_existing=True)


def find_agreement_with(
    session: Session, book_id: int, partner: str, *, first: date, last: date
) -> ClearingAgreement | None:
    """An agreement with this partner that holds on some of these days and was stopped by neither side."""
    query = select(ClearingAgreement).where(
        ClearingAgreement.book_id == book_id,
        ClearingAgreement.partner == partner,
        ClearingAgreement.valid_to >= first,
        ClearingAgreement.valid_from <= last,
        ClearingAgreement.stopped_at.is_(None),
        ClearingAgreement.partner_stopped_at.is_(None),
    )
    return session.scalar(query.order_by(ClearingAgreement.valid_to).limit(1))


def list_agreements(session: Session, book_id: int, *, after: UUID | None, limit: int) -> Sequence[ClearingAgreement]:
    """Agreements of a book by id, those after `after`."""
    query = select(ClearingAgreement).where(ClearingAgreement.book_id == book_id)
    if after is not None:
        query = query.where(ClearingAgreement.id > after)
    return session.scalars(query.order_by(ClearingAgreement.id).limit(limit)).all()


def lock_transfer_id(session: Session, book_id: int, transfer_id: UUID) -> None:
    """Let one transaction at a time take this transfer into the book, also before there is a row of it."""
    key = func.hashtext(f"points_clearing:{transfer_id}")
    session.execute(select(func.pg_advisory_xact_lock(key, book_id)))


def find_transfer(session: Session, book_id: int, transfer_id: UUID) -> ClearingTransfer | None:
    """This book's side of a transfer, if there is one."""
    return session.get(ClearingTransfer, (book_id, transfer_id), populate_existing=True)


def get_own_transfer(session: Session, book_id: int, transfer_id: UUID, *, resident_id: UUID) -> ClearingTransfer:
    """One transfer of this resident. Refuses ClearingTransferMissing, also for those of others."""
    transfer = find_transfer(session, book_id, transfer_id)
    if transfer is None or transfer.resident_id != resident_id:
        raise errors.ClearingTransferMissing
    return transfer


def get_transfer_of(session: Session, book_id: int, transaction_id: UUID) -> ClearingTransfer:
    """The transfer that was booked by this transaction, which must exist."""
    query = select(ClearingTransfer).where(
        ClearingTransfer.book_id == book_id, ClearingTransfer.transaction_id == transaction_id
    )
    return session.scalars(query).one()


def lock_transfer(session: Session, book_id: int, transfer_id: UUID) -> ClearingTransfer:
    """One transfer, held until the transaction ends, as it stands then. Refuses ClearingTransferMissing."""
    transfer = session.get(ClearingTransfer, (book_id, transfer_id), with_for_update=True, populate_existing=True)
    if transfer is None:
        raise errors.ClearingTransferMissing
    return transfer


def list_transfers_of_person(
    session: Session, book_id: int, resident_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[ClearingTransfer]:
    """A resident's transfers in and out, the youngest first, those with an id below `before`."""
    return _page(session, book_id, ClearingTransfer.resident_id == resident_id, before=before, limit=limit)


def list_transfers_of_agreement(
    session: Session, book_id: int, agreement_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[ClearingTransfer]:
    """What an agreement moved in and out, the youngest first, those with an id below `before`."""
    return _page(session, book_id, ClearingTransfer.agreement_id == agreement_id, before=before, limit=limit)


def list_sent_transfers(
    session: Session, book_id: int, *, pushed_before: datetime, after: UUID | None, limit: int
) -> Sequence[ClearingTransfer]:
    """Transfers without an answer that were last handed on before an instant, by id, those after `after`."""
    query = select(ClearingTransfer).where(
        ClearingTransfer.book_id == book_id,
        ClearingTransfer.state == ClearingState.SENT,
        ClearingTransfer.pushed_at < pushed_before,
    )
    if after is not None:
        query = query.where(ClearingTransfer.id > after)
    locked = query.order_by(ClearingTransfer.id).limit(limit).with_for_update(skip_locked=True)
    return session.scalars(locked, execution_options={"populate_existing": True}).all()


def sum_sent_by(session: Session, book_id: int, resident_id: UUID, *, since: datetime, until: datetime) -> int:
    """Points this resident sent to other books from `since` to before `until` that were not given back."""
    query = select(func.coalesce(func.sum(ClearingTransfer.points), 0)).where(
        ClearingTransfer.book_id == book_id,
        ClearingTransfer.resident_id == resident_id,
        ClearingTransfer.direction == Direction.OUT,
        ClearingTransfer.sent_at >= since,
        ClearingTransfer.sent_at < until,
        ClearingTransfer.state != ClearingState.RETURNED,
    )
    return int(session.scalar(query) or 0)


def sum_cleared(
    session: Session, book_id: int, agreement_id: UUID, *, since: datetime, until: datetime
) -> ClearedMonth:
    """What the transfers moved that left their book from `since` to before `until`."""

    def total(column: ColumnElement[int], direction: Direction) -> ColumnElement[int]:
        arrived = (ClearingTransfer.state == ClearingState.ARRIVED) & (ClearingTransfer.direction == direction)
        return func.coalesce(func.sum(column).filter(arrived), 0)

    points, fen = ClearingTransfer.points.expression, ClearingTransfer.fen.expression
    query = select(
        total(points, Direction.OUT),
        total(fen, Direction.OUT),
        total(points, Direction.IN),
        total(fen, Direction.IN),
        func.count().filter(ClearingTransfer.state == ClearingState.SENT),
    ).where(
        ClearingTransfer.book_id == book_id,
        ClearingTransfer.agreement_id == agreement_id,
        ClearingTransfer.sent_at >= since,
        ClearingTransfer.sent_at < until,
    )
    return ClearedMonth(*(int(figure) for figure in session.execute(query).one()))


_TO_NET = text("""
    SELECT a.id AS agreement_id, m.start::date AS month
      FROM points_clearing_agreements a
     CROSS JOIN LATERAL (SELECT min(sent_at) AS sent_at FROM points_clearing_transfers
                          WHERE book_id = a.book_id AND agreement_id = a.id) first
     CROSS JOIN generate_series(date_trunc('month', first.sent_at AT TIME ZONE 'Asia/Shanghai'),
                                CAST(:last AS timestamp), '1 month') m (start)
      LEFT JOIN points_clearing_nettings n
             ON n.book_id = a.book_id AND n.agreement_id = a.id AND n.month = m.start::date
     CROSS JOIN LATERAL (SELECT bool_or(state = 'arrived') AND NOT bool_or(state = 'sent') AS ready
                           FROM points_clearing_transfers
                          WHERE book_id = a.book_id AND agreement_id = a.id
                            AND sent_at >= m.start AT TIME ZONE 'Asia/Shanghai'
                            AND sent_at < (m.start + interval '1 month') AT TIME ZONE 'Asia/Shanghai') moved
     WHERE a.book_id = :book_id AND (a.id, m.start::date) > (:agreement_id, :month) AND moved.ready
       AND NOT coalesce((n.out_fen, n.in_fen) = (n.partner_in_fen, n.partner_out_fen), false)
     ORDER BY a.id, m.start LIMIT 1
""")


def find_month_to_net(
    session: Session, book_id: int, *, after: tuple[UUID, date] | None, last: date
) -> tuple[UUID, date] | None:
    """The next agreement and month, up to the month `last`, that moved points and on which the books do not agree yet.

    A month with a transfer under way is passed over until that is decided.
    """
    agreement_id, month = after or (UUID(int=0), date.min)
    place = {"book_id": book_id, "agreement_id": agreement_id, "month": month, "last": last}
    found = session.execute(_TO_NET, place).first()
    return found and (found.agreement_id, found.month)


def find_netting(session: Session, book_id: int, agreement_id: UUID, month: date) -> ClearingNetting | None:
    """The netting of one month, held until the transaction ends, if it was stated."""
    query = select(ClearingNetting).where(
        ClearingNetting.book_id == book_id,
        ClearingNetting.agreement_id == agreement_id,
        ClearingNetting.month == month,
    )
    return session.scalar(query.with_for_update(), execution_options={"populate_existing": True})


def lock_netting(session: Session, book_id: int, netting_id: UUID) -> ClearingNetting:
    """One netting, held until the transaction ends, as it stands then. Refuses ClearingNettingMissing."""
    netting = session.get(ClearingNetting, (book_id, netting_id), with_for_update=True, populate_existing=True)
    if netting is None:
        raise errors.ClearingNettingMissing
    return netting


def get_netting(session: Session, book_id: int, netting_id: UUID) -> ClearingNetting:
    """One netting. Refuses ClearingNettingMissing."""
    netting = session.get(ClearingNetting, (book_id, netting_id))
    if netting is None:
        raise errors.ClearingNettingMissing
    return netting


def list_nettings(session: Session, book_id: int, *, before: UUID | None, limit: int) -> Sequence[ClearingNetting]:
    """Nettings of a book, the youngest first, those with an id below `before`."""
    query = select(ClearingNetting).where(ClearingNetting.book_id == book_id)
    if before is not None:
        query = query.where(ClearingNetting.id < before)
    return session.scalars(query.order_by(ClearingNetting.id.desc()).limit(limit)).all()


def is_reference_used(session: Session, book_id: int, bank_reference: str) -> bool:
    """Whether this bank reference paid a netting of this book."""
    query = select(ClearingNetting.id).where(
        ClearingNetting.book_id == book_id, ClearingNetting.bank_reference == bank_reference
    )
    return session.scalar(query) is not None


def _page(
    session: Session, book_id: int, whose: ColumnElement[bool], *, before: UUID | None, limit: int
) -> Sequence[ClearingTransfer]:
    query = select(ClearingTransfer).where(ClearingTransfer.book_id == book_id, whose)
    if before is not None:
        query = query.where(ClearingTransfer.id < before)
    return session.scalars(query.order_by(ClearingTransfer.id.desc()).limit(limit)).all()
