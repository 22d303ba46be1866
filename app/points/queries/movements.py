"""What moved at a shop: the material of settlements."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, exists, func, literal, select
from sqlalchemy.orm import Session, aliased

from app.points.models import Entry, FoldedBalance, Transaction, Unfolded
from app.points.rules.accounts import AccountRef, account_id
from app.points.terms import AccountKind, Code

CHANCE_BITS = 80
DAY_MILLISECONDS = 24 * 60 * 60 * 1000
Movements = CompoundSelect[UUID, str, int, int, datetime]


def select_shop_movements(
    book_id: int, shop_id: UUID, *, before: datetime, from_id: UUID | None = None, to_id: UUID | None = None
) -> Movements:
    """A query for the caller to compose: (transaction_id, code, points, fen, recorded_at) of a shop, before an instant.

    `from_id`, `to_id`: of transactions with these ids and between only, which an index finds; see `earliest_beside`.

    Everything that moved points at the shop: redemptions (+), refunds and reversals (-); and what else changed its
    claim: adjustments. Payouts are none of it. `fen` is what changed in the claim: 0 for points with no money behind
    them. In no order, and never to be cut by "ids above the last one seen": a transaction with a smaller id may still
    be on its way to commit.
    """
    # said of both, for the planner does not carry a bound from one side of a join to the other
    ids = (Entry.transaction_id, Transaction.id)
    between = [] if from_id is None else [each >= from_id for each in ids]
    between += [] if to_id is None else [each <= to_id for each in ids]
    points, money = _of_points(book_id, shop_id, before), _of_money(book_id, shop_id, before)
    return points.where(*between).union_all(money.where(*between))


def earliest_beside(transaction_id: UUID) -> UUID:
    """Give an id that none has which was still on its way to commit when this one had: that of a day before.

    The time an id was made stands in its first 48 bits, in milliseconds; no transaction lasts longer than minutes.
    """
    return UUID(int=max((transaction_id.int >> CHANCE_BITS) - DAY_MILLISECONDS, 0) << CHANCE_BITS)


def payable_account(book_id: int, shop_id: UUID) -> UUID:
    """The account of what a shop is owed."""
    return account_id(book_id, AccountRef(AccountKind.MERCHANT_PAYABLE, shop_id))


def _of_points(book_id: int, shop_id: UUID, before: datetime) -> Select[UUID, str, int, int, datetime]:
    money = aliased(Entry)
    return (
        select(
            Entry.transaction_id,
            Transaction.code,
            Entry.amount.label("points"),
            func.coalesce(money.amount, 0).label("fen"),
            Transaction.recorded_at,
        )
        .join(Transaction, and_(Transaction.book_id == Entry.book_id, Transaction.id == Entry.transaction_id))
        .outerjoin(
            money,
            and_(
                money.book_id == Entry.book_id,
                money.transaction_id == Entry.transaction_id,
                money.account_id == payable_account(book_id, shop_id),
            ),
        )
        # the condition on NULL is what lets PostgreSQL use the partial index ix_points_entries_folded
        .where(Entry.book_id == book_id, Entry.account_id == _points_account(book_id, shop_id), Entry.version.is_(None))
        .where(Transaction.recorded_at < before)
    )


def _of_money(book_id: int, shop_id: UUID, before: datetime) -> Select[UUID, str, int, int, datetime]:
    """What moved the claim and no points, and was no payout."""
    points = aliased(Entry)
    return (
        select(
            Entry.transaction_id,
            Transaction.code,
            literal(0).label("points"),
            Entry.amount.label("fen"),
            Transaction.recorded_at,
        )
        .join(Transaction, and_(Transaction.book_id == Entry.book_id, Transaction.id == Entry.transaction_id))
        .where(Entry.book_id == book_id, Entry.account_id == payable_account(book_id, shop_id))
        .where(Entry.version.is_(None), Transaction.recorded_at < before, Transaction.code != Code.PAYOUT)
        .where(
            ~exists().where(
                points.book_id == Entry.book_id,
                points.transaction_id == Entry.transaction_id,
                points.account_id == _points_account(book_id, shop_id),
            )
        )
    )


def _points_account(book_id: int, shop_id: UUID) -> UUID:
    return account_id(book_id, AccountRef(AccountKind.MERCHANT_POINTS, shop_id))


def sum_given_back(session: Session, book_id: int, shop_id: UUID, transaction_id: UUID) -> int:
    """How many fen less a shop is owed because this transaction was refunded or reversed, but for what was undone."""
    undo = aliased(Transaction)
    back = (Transaction.refunds_id == transaction_id) | (Transaction.reverses_id == transaction_id)
    ids = select(Transaction.id).where(Transaction.book_id == book_id, back)
    undone = select(undo.id).where(undo.book_id == book_id, undo.reverses_id.in_(ids))
    query = select(-func.coalesce(func.sum(Entry.amount), 0)).where(
        Entry.book_id == book_id,
        Entry.transaction_id.in_(ids.union_all(undone)),
        Entry.account_id == payable_account(book_id, shop_id),
        Entry.version.is_(None),
    )
    return int(session.scalar(query) or 0)


def was_reversed(session: Session, book_id: int, transaction_id: UUID) -> bool:
    """Whether somebody undid this transaction as a whole."""
    undone = exists().where(Transaction.book_id == book_id, Transaction.reverses_id == transaction_id)
    return bool(session.scalar(select(undone)))


def select_claims(book_id: int, shop_id: UUID, *, from_id: UUID | None) -> Select[UUID, str, int]:
    """A query for the caller to compose: (transaction_id, code, fen) of what changed what a shop is owed.

    `from_id`: of transactions with this id and later ones only.
    """
    query = (
        select(Entry.transaction_id, Transaction.code, Entry.amount.label("fen"))
        .join(Transaction, and_(Transaction.book_id == Entry.book_id, Transaction.id == Entry.transaction_id))
        .where(Entry.book_id == book_id, Entry.account_id == payable_account(book_id, shop_id))
        .where(Entry.version.is_(None))
    )
    return query if from_id is None else query.where(Entry.transaction_id >= from_id, Transaction.id >= from_id)


def select_claimed(book_id: int, shop_id: UUID) -> ColumnElement[int]:
    """An expression for the caller to compose: what a shop is owed, as its balance says, unfolded tail included."""
    account = payable_account(book_id, shop_id)
    folded = select(FoldedBalance.posted).where(FoldedBalance.book_id == book_id, FoldedBalance.account_id == account)
    tail = (
        select(func.sum(Entry.amount))
        .join(Unfolded, and_(Unfolded.book_id == Entry.book_id, Unfolded.transaction_id == Entry.transaction_id))
        .where(Unfolded.book_id == book_id, Entry.account_id == account, Entry.version.is_(None))
    )
    parts = (func.coalesce(part.scalar_subquery(), 0) for part in (folded, tail))
    return next(parts) + next(parts)
