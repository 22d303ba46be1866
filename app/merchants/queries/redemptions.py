"""Redemptions and refunds. One of another shop is as missing as one of another book.

A number comes to the database here and nowhere else, so here it is looked at: one in a path has met no schema.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, select, text, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.kernel.periods import day_bounds, local_date
from app.merchants import errors
from app.merchants.models import Redemption, Refund, Shop
from app.merchants.rules.redemptions import DUE, Day, check_number
from app.merchants.terms import RedemptionState

Place = tuple[datetime, UUID]
Span = tuple[datetime | None, datetime | None]
NOBODY = UUID(int=0)
WAITS_MAX = timedelta(hours=1)
"""Longer nothing waits: to be scanned, confirmed and captured takes less than twenty minutes."""

# What counts is what is held now and what was taken and not given back. The caller holds the lock on the person's day,
# so nothing of it moves; what all take at a shop is summed only where its offer has an end, under a lock of its own.
DAY = """
    WITH mine AS (
        SELECT r.branch_id, r.mode, coalesce(r.discount_fen, r.worth_fen) AS discount_fen,
               r.outcome = 'block_and_review' AND NOT r.is_proven AS tapped,
               CASE WHEN r.state = 'captured' THEN r.captured_points - r.refunded_points ELSE r.points END AS points,
               r.points AS asked
          FROM merchants_redemptions r
         WHERE r.book_id = :book_id AND r.resident_id = :resident_id
           AND r.requested_at >= :day AND r.requested_at < :day_after AND r.id <> :id
           AND (r.state = 'captured' OR (r.state = 'held' AND r.expires_at > :now)))
    SELECT coalesce(sum(points) FILTER (WHERE branch_id = :branch_id), 0) AS person_points,
           count(*) FILTER (WHERE branch_id = :branch_id AND points > 0) AS person_count,
           coalesce(sum(discount_fen * points / asked) FILTER (WHERE mode = 'shop_code'), 0) AS shop_code_fen,
           coalesce(sum(discount_fen * points / asked) FILTER (WHERE tapped), 0) AS tapped_fen
      FROM mine
"""
_DAY = text(DAY)
_SHOP_DAY = text("""
    SELECT coalesce(sum(p.points), 0) AS shop_points,
           coalesce(sum(p.points) FILTER (WHERE p.terminal_id = CAST(:terminal_id AS uuid)), 0)
           + (SELECT coalesce(sum(g.points), 0) FROM merchants_reservations g
               WHERE g.terminal_id = CAST(:terminal_id AS uuid) AND g.state = 'collected'
                 AND g.closed_at >= :day AND g.closed_at < :day_after) AS terminal_points
      FROM (SELECT r.terminal_id,
                   CASE WHEN r.state = 'captured' THEN r.captured_points - r.refunded_points ELSE r.points END AS points
              FROM merchants_redemptions r
             WHERE r.branch_id = :branch_id AND (r.book_id = :book_id OR r.terminal_id = CAST(:terminal_id AS uuid))
               AND r.requested_at >= :day AND r.requested_at < :day_after AND r.id <> :id
               AND (r.state = 'captured' OR (r.state = 'held' AND r.expires_at > :now))) p
""")


def find_redemption(session: Session, branch_id: UUID, out_trade_no: str) -> Redemption | None:
    """What a branch's own number was used for. Refuses OutTradeNoMalformed."""
    check_number(out_trade_no)
    return session.scalar(
        select(Redemption).where(Redemption.branch_id == branch_id, Redemption.out_trade_no == out_trade_no)
    )


def get_redemption(session: Session, branch_id: UUID, out_trade_no: str) -> Redemption:
    """The redemption of a branch's own number. Refuses OutTradeNoMalformed, RedemptionMissing."""
    found = find_redemption(session, branch_id, out_trade_no)
    if found is None:
        raise errors.RedemptionMissing(field="out_trade_no")
    return found


def find_redemption_by_id(session: Session, redemption_id: UUID) -> Redemption | None:
    """A redemption by its id, whosever."""
    return session.get(Redemption, redemption_id)


def get_redemption_of_book(session: Session, book_id: int, branch_id: UUID | None, redemption_id: UUID) -> Redemption:
    """A redemption of this book at this branch, or at any (None). Refuses RedemptionMissing."""
    found = session.get(Redemption, redemption_id)
    if found is None or found.book_id != book_id or branch_id not in {None, found.branch_id}:
        raise errors.RedemptionMissing(field="payment_id")
    return found


def lock_redemption(session: Session, branch_id: UUID, out_trade_no: str) -> Redemption | None:
    """The redemption of a branch's own number, locked until the transaction ends; None: it was never used.

    Refuses OutTradeNoMalformed.
    """
    check_number(out_trade_no)
    return _lock(
        session,
        select(Redemption).where(Redemption.branch_id == branch_id, Redemption.out_trade_no == out_trade_no),
    )


def lock_redemption_of_shop(session: Session, book_id: int, branch_id: UUID, redemption_id: UUID) -> Redemption:
    """A redemption of this book at this branch by its id, locked. Refuses RedemptionMissing."""
    query = select(Redemption).where(
        Redemption.id == redemption_id, Redemption.book_id == book_id, Redemption.branch_id == branch_id
    )
    found = _lock(session, query)
    if found is None:
        raise errors.RedemptionMissing(field="payment_id")
    return found


def lock_redemption_by_id(session: Session, redemption_id: UUID) -> Redemption | None:
    """A redemption by its id, locked."""
    return _lock(session, select(Redemption).where(Redemption.id == redemption_id))


def lock_own_redemption(session: Session, book_id: int, resident_id: UUID, redemption_id: UUID) -> Redemption:
    """A resident's own redemption, locked. Refuses RedemptionMissing."""
    query = select(Redemption).where(
        Redemption.id == redemption_id, Redemption.book_id == book_id, Redemption.resident_id == resident_id
    )
    found = _lock(session, query)
    if found is None:
        raise errors.RedemptionMissing(field="redemption_id")
    return found


def get_own_redemption(session: Session, book_id: int, resident_id: UUID, redemption_id: UUID) -> Redemption:
    """A resident's own redemption. Refuses RedemptionMissing."""
    found = session.get(Redemption, redemption_id)
    if found is None or (found.book_id, found.resident_id) != (book_id, resident_id):
        raise errors.RedemptionMissing(field="redemption_id")
    return found


def find_order(session: Session, code_hash: bytes) -> Redemption | None:
    """The order behind a till's order code."""
    return session.scalar(select(Redemption).where(Redemption.code_hash == code_hash))


def sum_day(session: Session, redemption: Redemption, book_id: int, resident_id: UUID, *, now: datetime) -> Day:
    """What a person has taken on the day of a redemption, beside it."""
    row = session.execute(_DAY, day_values(redemption, book_id, now) | {"resident_id": resident_id}).one()
    return day_of_row(row)


def day_of_row(row: Row[Any]) -> Day:
    """What a row of DAY tells."""
    return Day(int(row.person_points), int(row.person_count), int(row.shop_code_fen), tapped_fen=int(row.tapped_fen))


def sum_shop_day(
    session: Session, redemption: Redemption, book_id: int, terminal_id: UUID | None, *, now: datetime
) -> tuple[int, int]:
    """Points that a shop took of this book on the day of a redemption, and those that a till of it took in all."""
    row = session.execute(_SHOP_DAY, day_values(redemption, book_id, now) | {"terminal_id": terminal_id}).one()
    return int(row.shop_points), int(row.terminal_points)


def sum_terminal_day(session: Session, branch_id: UUID, terminal_id: UUID, *, now: datetime) -> int:
    """Points that a till took today, gifts among them. The caller has locked the day of its shop."""
    day, day_after = day_bounds(local_date(now))
    values = {"branch_id": branch_id, "terminal_id": terminal_id, "book_id": None, "id": NOBODY}
    row = session.execute(_SHOP_DAY, values | {"day": day, "day_after": day_after, "now": now}).one()
    return int(row.terminal_points)


def list_of_branch(
    session: Session,
    branch_id: UUID,
    *,
    state: RedemptionState | None,
    span: Span = (None, None),
    now: datetime,
    before: Place | None,
    limit: int,
) -> Sequence[Redemption]:
    """A branch's redemptions over all books, newest first; of one state where given, as far as it is true now.

    `span`: asked for from one instant on, and before another.
    """
    query = select(Redemption).where(Redemption.branch_id == branch_id, *within(Redemption.requested_at, span))
    if state is not None:
        query = _in_state(query, state, now)
    return _page(session, query, before, limit)


def list_of_book(
    session: Session,
    book_id: int,
    branch_id: UUID | None,
    *,
    out_trade_no: str | None,
    before: Place | None,
    limit: int,
) -> Sequence[Redemption]:
    """Redemptions of a book at a branch (None: at all), newest first; of an out_trade_no where given."""
    query = select(Redemption).where(Redemption.book_id == book_id)
    if branch_id is not None:  # those that never came to know a book are the branch's as well
        query = select(Redemption).where(
            Redemption.branch_id == branch_id, (Redemption.book_id == book_id) | Redemption.book_id.is_(None)
        )
    if out_trade_no is not None:
        query = query.where(Redemption.out_trade_no == out_trade_no)
        if branch_id is None:  # a number is a shop's own: it is looked up at each shop of the book
            shops = select(Shop.id).where(Shop.book_id == book_id).scalar_subquery()
            query = query.where(Redemption.branch_id == func.any(func.array(shops)))
    return _page(session, query, before, limit)


def list_of_resident(
    session: Session,
    book_id: int,
    resident_id: UUID,
    *,
    state: RedemptionState | None,
    now: datetime,
    before: Place | None,
    limit: int,
) -> Sequence[Redemption]:
    """A resident's own redemptions, newest first; of one state where given, as far as it is true now."""
    query = select(Redemption).where(Redemption.book_id == book_id, Redemption.resident_id == resident_id)
    if state is not None:
        query = _in_state(query, state, now)
    return _page(session, query, before, limit)


def lock_due(session: Session, *, now: datetime, limit: int) -> Sequence[Redemption]:
    """Redemptions whose time is over, locked; those somebody else has are left to them."""
    query = (
        select(Redemption)
        .where(Redemption.state.in_([str(state) for state in sorted(DUE)]), Redemption.expires_at <= now)
        .order_by(Redemption.expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return session.scalars(query, execution_options={"populate_existing": True}).all()


def get_refund_of(session: Session, branch_id: UUID, out_refund_no: str) -> Refund:
    """The refund of a branch's own number, which must exist."""
    query = select(Refund).where(Refund.branch_id == branch_id, Refund.out_refund_no == out_refund_no)
    return session.scalars(query).one()


def list_refunds_to_care_for(session: Session, book_id: int, *, after: UUID | None, limit: int) -> Sequence[Refund]:
    """Refunds to passbooks whose owners have closed their accounts, by id."""
    query = select(Refund).where(Refund.book_id == book_id, Refund.needs_care)
    if after is not None:
        query = query.where(Refund.id > after)
    return session.scalars(query.order_by(Refund.id).limit(limit)).all()


def _lock(session: Session, query: Select[Redemption]) -> Redemption | None:
    locked = query.with_for_update(key_share=True)
    return session.scalar(locked, execution_options={"populate_existing": True})


def within(column: InstrumentedAttribute[datetime], span: Span) -> list[ColumnElement[bool]]:
    """The conditions of a span, whose ends may be open."""
    first, end = span
    return [*([] if first is None else [column >= first]), *([] if end is None else [column < end])]


def _in_state(query: Select[Redemption], state: RedemptionState, now: datetime) -> Select[Redemption]:
    """Those in a state. What waits for somebody was asked for just now, so no more than that is read."""
    query = query.where(Redemption.state == state)
    if state in DUE:
        query = query.where(Redemption.expires_at > now, Redemption.requested_at > now - WAITS_MAX)
    return query


def _page(session: Session, query: Select[Redemption], before: Place | None, limit: int) -> Sequence[Redemption]:
    if before is not None:
        query = query.where(tuple_(Redemption.requested_at, Redemption.id) < before)
    return session.scalars(query.order_by(Redemption.requested_at.desc(), Redemption.id.desc()).limit(limit)).all()


def day_values(redemption: Redemption, book_id: int, now: datetime) -> dict[str, object]:
    """The parameters of DAY but for the resident."""
    day, day_after = day_bounds(local_date(redemption.requested_at))
    return {
        "book_id": book_id,
        "branch_id": redemption.branch_id,
        "id": redemption.id,
        "day": day,
        "day_after": day_after,
        "now": now,
    }
