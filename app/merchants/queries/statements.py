"""What statements are made of: lines taken from the ledger, their digest, and what earlier ones kept back."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Uuid,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from app.kernel.periods import day_bounds
from app.merchants.models import Redemption, Refund, Settlement, SettlementLine
from app.points.queries.movements import earliest_beside, select_shop_movements

LINE_ID = SettlementLine.transaction_id
MICROSECONDS = 1_000_000


def select_unsettled(
    settlement: Settlement, *, from_id: UUID | None, limit: int
) -> Select[UUID, int, UUID, str, int, int, int, datetime]:
    """Rows for lines: what moved at the shop through the day and stands in no settlement, with what it took off.

    `from_id`: see `find_first_open`.
    """
    until = day_bounds(settlement.through)[1]
    moved = select_shop_movements(settlement.book_id, settlement.shop_id, before=until, from_id=from_id).subquery(
        "moved"
    )
    unsettled = (
        select(moved)
        .where(
            ~exists().where(
                SettlementLine.book_id == settlement.book_id, SettlementLine.transaction_id == moved.c.transaction_id
            )
        )
        .order_by(moved.c.transaction_id)
        .limit(limit)
        .subquery("unsettled")
    )
    taken, refund, refunded, reversed_ = aliased(Redemption), aliased(Refund), aliased(Redemption), aliased(Redemption)
    book_id, transaction_id = settlement.book_id, unsettled.c.transaction_id
    return (
        select(
            bindparam("settlement_id", settlement.id, Uuid),
            bindparam("book_id", book_id),
            transaction_id,
            unsettled.c.code,
            unsettled.c.points,
            unsettled.c.fen,
            case(
                (taken.id.is_not(None), _share(taken, taken.captured_points)),
                (refund.id.is_not(None), -_share(refunded, refund.points)),
                (reversed_.id.is_not(None), -_share(reversed_, -unsettled.c.points)),
            ),
            unsettled.c.recorded_at,
        )
        .outerjoin(taken, (taken.book_id == book_id) & (taken.transaction_id == transaction_id))
        .outerjoin(refund, (refund.book_id == book_id) & (refund.transaction_id == transaction_id))
        .outerjoin(refunded, refunded.id == refund.redemption_id)
        .outerjoin(reversed_, (reversed_.book_id == book_id) & (reversed_.reversal_id == transaction_id))
    )


def find_first_open(session: Session, book_id: int, shop_id: UUID) -> UUID | None:
    """The least id that a transaction of the shop can have which stands in no statement yet; None: any.

    A statement takes all there is through its day. So what it left is no older than what was on its way to commit
    beside the newest line of the shop's last statement.
    """
    last = (
        select(Settlement.id)
        .where(Settlement.book_id == book_id, Settlement.shop_id == shop_id)
        .where(text("merchants_settlements.line_count > 0"))
        .order_by(Settlement.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    newest = select(SettlementLine.transaction_id).where(
        SettlementLine.book_id == book_id, SettlementLine.settlement_id == last
    )
    found = session.scalar(newest.order_by(SettlementLine.transaction_id.desc()).limit(1))
    return None if found is None else earliest_beside(found)


def find_digest(session: Session, settlement: Settlement) -> bytes:
    """The digest of a settlement's lines as they stand in it."""
    lines = (
        select(SettlementLine)
        .where(SettlementLine.book_id == settlement.book_id, SettlementLine.settlement_id == settlement.id)
        .subquery()
    )
    return bytes(session.scalar(select(_digest(lines))) or b"")


def rebuild(session: Session, settlement: Settlement) -> tuple[int, int, int, bytes]:
    """(lines, points, fen, digest) of a settlement's transactions as the ledger has them now."""
    lines = select(SettlementLine.transaction_id).where(
        SettlementLine.book_id == settlement.book_id, SettlementLine.settlement_id == settlement.id
    )
    ends = [lines.order_by(order).limit(1) for order in (LINE_ID, LINE_ID.desc())]
    first, last = (session.scalar(end) for end in ends)
    moved = select_shop_movements(
        settlement.book_id, settlement.shop_id, before=day_bounds(settlement.through)[1], from_id=first, to_id=last
    ).subquery("moved")
    held = exists().where(
        SettlementLine.book_id == settlement.book_id,
        SettlementLine.transaction_id == moved.c.transaction_id,
        SettlementLine.settlement_id == settlement.id,
    )
    again = select(moved).where(held).subquery()
    sums = [func.coalesce(func.sum(column), 0) for column in (again.c.points, again.c.fen)]
    lines, points, fen, digest = session.execute(select(func.count(), *sums, _digest(again))).one()
    return int(lines), int(points), int(fen), bytes(digest)


def lock_free_reserves(session: Session, book_id: int, shop_id: UUID, *, through: date) -> list[Settlement]:
    """Settlements of a shop whose reserve no statement has released yet, and whose time is over on a day."""
    query = (
        select(Settlement)
        .where(Settlement.book_id == book_id, Settlement.shop_id == shop_id, Settlement.reserve_fen > 0)
        .where(Settlement.reserve_into.is_(None), Settlement.reserve_until <= through)
        .with_for_update(key_share=True)
    )
    return list(session.scalars(query, execution_options={"populate_existing": True}).all())


def _share(redemption: type[Redemption], points: Any) -> ColumnElement[int | None]:
    """What `points` of a redemption took off the bill, of what all of them were to take: rounded down."""
    share: ColumnElement[int | None] = func.div(redemption.discount_fen * points, redemption.points)
    return share


def _digest(lines: FromClause) -> ColumnElement[bytes]:
    """SHA-256 over transaction|code|points|fen|microseconds since 1970, a line each, by transaction."""
    instant = cast(func.extract("epoch", lines.c.recorded_at) * MICROSECONDS, BigInteger)
    row = func.concat_ws("|", lines.c.transaction_id, lines.c.code, lines.c.points, lines.c.fen, instant)
    joined = func.string_agg(row, aggregate_order_by(literal("\n"), lines.c.transaction_id))
    digest: ColumnElement[bytes] = func.sha256(func.convert_to(func.coalesce(joined, ""), "UTF8"))
    return digest
