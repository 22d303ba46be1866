"""What keeps lines of statements back, in one query each: complaints, cases, redemptions that nobody accepted."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Select,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.merchants.models import Complaint, Dispute, Redemption, Reservation, Settlement, SettlementLine
from app.merchants.queries.complaints import WAITS
from app.merchants.terms import WAITING, DisputeCause, DisputeState, RedeemMode, ReservationState
from app.risk import queries as risk

OPEN_FEN = case(
    (
        Reservation.id.is_not(None),  # a gift is whole, or given back
        case((Reservation.state == ReservationState.COLLECTED, SettlementLine.fen), else_=0),
    ),
    else_=SettlementLine.fen
    * (func.coalesce(Redemption.captured_points, 0) - Redemption.refunded_points)
    // func.nullif(Redemption.captured_points, 0),
)
"""What of a line was not given back yet, rounded down: what was stands in a line of its own, now or soon."""
TAKEN = (Redemption.book_id == SettlementLine.book_id) & (Redemption.transaction_id == SettlementLine.transaction_id)
GIVEN = (Reservation.book_id == SettlementLine.book_id) & (Reservation.transaction_id == SettlementLine.transaction_id)


def keep_lines(
    session: Session, settlement: Settlement, *, available_fen: int, until: date | None, opened_by: UUID, now: datetime
) -> int:
    """Keep those lines of a new statement back that something speaks against; answers how many fen in all.

    By transaction, and no more than `available_fen` in all. `until`: the day of the statement that may pay what nobody
    of the shop accepted; None: nothing is kept back for that. The first dispute of a line has the line's own id.
    """
    found = _doubted(settlement, until).subquery("doubted")
    before = func.sum(found.c.fen).over(order_by=found.c.transaction_id) - found.c.fen
    kept = func.least(found.c.fen, func.greatest(available_fen - before, 0)).label("kept")
    counted = select(found, kept).subquery("counted")
    rows = select(
        literal(settlement.book_id),
        counted.c.transaction_id,
        bindparam("shop_id", settlement.shop_id, Uuid),
        bindparam("settlement_id", settlement.id, Uuid),
        counted.c.transaction_id,
        counted.c.kept,
        counted.c.cause,
        counted.c.cause,
        counted.c.case_id,
        case((counted.c.unattended, bindparam("until", until, Date)), else_=None),
        literal(str(DisputeState.OPEN)),
        bindparam("opened_by", opened_by, Uuid),
        bindparam("opened_at", now, DateTime(timezone=True)),
    ).where(counted.c.kept > 0)
    columns = ["book_id", "id", "shop_id", "settlement_id", "transaction_id", "fen", "cause", "reason", "case_id"]
    columns += ["until", "state", "opened_by", "opened_at"]
    return sum(session.scalars(insert(Dispute).from_select(columns, rows).returning(Dispute.fen)))


def close_cleared(session: Session, settlement: Settlement) -> None:
    """Close what waits for cases that were closed as no risk, by whoever closed them; nothing is proposed any more."""
    cleared = risk.select_cleared_cases(settlement.book_id).subquery("cleared")
    session.execute(
        update(Dispute)
        .where(*_open_of(settlement, DisputeCause.REVIEW), Dispute.case_id == cleared.c.case_id)
        .values(
            state=DisputeState.FOR_SHOP,
            closed_by=cleared.c.closed_by,
            closed_at=cleared.c.closed_at,
            closed_why=cleared.c.label,
            proposed_outcome=None,
            proposed_by=None,
            proposed_at=None,
        )
        .execution_options(synchronize_session=False)
    )


def close_unattended(session: Session, settlement: Settlement, *, closed_by: UUID, now: datetime) -> None:
    """Close what nobody of the shop accepted, when nobody said anything against it in time."""
    session.execute(
        update(Dispute)
        .where(*_open_of(settlement, DisputeCause.UNATTENDED), Dispute.until <= settlement.through)
        .values(
            state=DisputeState.FOR_SHOP, closed_by=closed_by, closed_at=now, closed_why=str(DisputeCause.UNATTENDED)
        )
        .execution_options(synchronize_session=False)
    )


def lock_free_disputes(session: Session, settlement: Settlement, *, before: datetime) -> list[Dispute]:
    """Closed disputes of a shop that no statement has released yet, closed before an instant, held.

    Of a line that somebody complains of, or whose day has not come, none.
    """
    complained = exists().where(
        Complaint.book_id == Dispute.book_id,
        Complaint.transaction_id == Dispute.transaction_id,
        Complaint.state.in_(WAITING),
    )
    query = (
        select(Dispute)
        .where(Dispute.book_id == settlement.book_id, Dispute.shop_id == settlement.shop_id)
        .where(Dispute.state != DisputeState.OPEN, Dispute.released_into.is_(None))
        .where(or_(Dispute.closed_at < before, Dispute.cause == DisputeCause.UNATTENDED), ~complained)
        .where(or_(Dispute.until.is_(None), Dispute.until <= settlement.through))
        .with_for_update(of=Dispute)
    )
    return list(session.scalars(query, execution_options={"populate_existing": True}).all())


def find_place(session: Session, book_id: int, transaction_id: UUID) -> tuple[UUID, int] | None:
    """The statement in which the money of a line is now, and what of the line is open: not given back.

    None: it is in no statement yet, or kept back already.
    """
    whole = select(SettlementLine.settlement_id, OPEN_FEN.label("fen"))
    whole = whole.outerjoin(Redemption, TAKEN).outerjoin(Reservation, GIVEN)
    line = session.execute(
        whole.where(SettlementLine.book_id == book_id, SettlementLine.transaction_id == transaction_id)
    ).one_or_none()
    if line is None:
        return None
    query = select(Dispute.released_into).where(Dispute.book_id == book_id, Dispute.transaction_id == transaction_id)
    moved = session.execute(query.order_by(Dispute.released_into.desc().nulls_first()).limit(1)).first()
    place = line.settlement_id if moved is None else moved.released_into
    return None if place is None else (place, line.fen)


def list_complained(session: Session, book_id: int, settlement_ids: Sequence[UUID]) -> Sequence[Complaint]:
    """Complaints that wait, about lines whose money is or was to be paid with one of these statements."""
    released = exists().where(
        Dispute.book_id == book_id,
        Dispute.transaction_id == Complaint.transaction_id,
        Dispute.released_into.in_(settlement_ids),
    )
    line = SettlementLine
    query = (
        select(Complaint)
        .join(line, (line.book_id == Complaint.book_id) & (line.transaction_id == Complaint.transaction_id))
        .where(Complaint.book_id == book_id, WAITS, line.settlement_id.in_(settlement_ids) | released)
        .order_by(Complaint.id)
    )
    return session.scalars(query).all() if settlement_ids else ()


def lock_of_complaint(session: Session, book_id: int, transaction_id: UUID) -> Dispute | None:
    """What keeps the line of a complaint back for its sake, held."""
    query = select(Dispute).where(
        Dispute.book_id == book_id,
        Dispute.transaction_id == transaction_id,
        Dispute.cause == DisputeCause.RESIDENT,
        Dispute.state == DisputeState.OPEN,
    )
    return session.scalar(query.with_for_update(), execution_options={"populate_existing": True})


def list_kept(session: Session, book_id: int, settlement_id: UUID, *, limit: int) -> Sequence[Dispute]:
    """What a statement keeps back, line by line."""
    query = select(Dispute).where(Dispute.book_id == book_id, Dispute.settlement_id == settlement_id)
    return session.scalars(query.order_by(Dispute.id).limit(limit)).all()


def list_released(session: Session, book_id: int, settlement_id: UUID, *, limit: int) -> Sequence[Dispute]:
    """What earlier statements kept back and this one pays, line by line."""
    query = select(Dispute).where(Dispute.book_id == book_id, Dispute.released_into == settlement_id)
    return session.scalars(query.order_by(Dispute.id).limit(limit)).all()


def _doubted(settlement: Settlement, until: date | None) -> Select[UUID, int, UUID, str, bool]:
    # of payments and of gifts, each by its own key: what is one of two is found by none
    paid, given = (risk.select_held_decisions(settlement.book_id).subquery(name) for name in ("paid", "given"))
    case_id = func.coalesce(paid.c.case_id, given.c.case_id)
    unattended = and_(Redemption.mode == RedeemMode.SHOP_CODE, Redemption.takes_at_once, literal(until is not None))
    cause = case(
        (case_id.is_not(None), str(DisputeCause.REVIEW)),
        (Complaint.id.is_not(None), str(DisputeCause.RESIDENT)),
        (unattended, str(DisputeCause.UNATTENDED)),
    )
    line = SettlementLine
    return (
        select(
            line.transaction_id,
            OPEN_FEN.label("fen"),
            case_id.label("case_id"),
            cause.label("cause"),
            unattended.label("unattended"),
        )
        .outerjoin(Redemption, TAKEN)
        .outerjoin(Reservation, GIVEN)
        .outerjoin(paid, paid.c.decision_id == Redemption.decision_id)
        .outerjoin(given, given.c.decision_id == Reservation.decision_id)
        .outerjoin(
            Complaint,
            (Complaint.book_id == line.book_id)
            & (Complaint.transaction_id == line.transaction_id)
            & Complaint.state.in_(WAITING),
        )
        .where(line.book_id == settlement.book_id, line.settlement_id == settlement.id, line.fen > 0)
        .where(OPEN_FEN > 0)
        .where(cause.is_not(None))
    )


def _open_of(settlement: Settlement, cause: DisputeCause) -> tuple[ColumnElement[bool], ...]:
    return (
        Dispute.book_id == settlement.book_id,
        Dispute.shop_id == settlement.shop_id,
        Dispute.released_into.is_(None),
        Dispute.cause == cause,
        Dispute.state == DisputeState.OPEN,
    )
