"""Allotments: what was handed over, to whom, and what is left."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.points import errors
from app.points.models import Allotment, AllotmentSpender, Balance, OwnerName
from app.points.rules.accounts import account_id, allotment_account
from app.points.terms import SPENDERS_MAX, AllotmentState

# Once a night, over the accounts of all allotments there were, each looked up: the number of awards does not matter.
_CLOSED_WITH_POINTS = text("""
    SELECT o.id
      FROM points_accounts a
     CROSS JOIN LATERAL (SELECT x.posted FROM points_balances x
                          WHERE x.book_id = a.book_id AND x.account_id = a.id AND x.posted > 0 OFFSET 0) s
     CROSS JOIN LATERAL (SELECT x.id FROM points_allotments x
                          WHERE x.book_id = a.book_id AND x.id = a.owner_id AND x.state = 'closed' OFFSET 0) o
     WHERE a.book_id = :book_id AND a.kind = 'allotment'
     LIMIT :limit
""")
_LOCK_ACCOUNTS = text("SELECT points_lock_accounts(:book_id, CAST(:accounts AS uuid[]))")


def get_allotment(session: Session, book_id: int, allotment_id: UUID) -> Allotment:
    """One allotment of this book. Refuses AllotmentMissing."""
    allotment = session.get(Allotment, (book_id, allotment_id), populate_existing=True)
    if allotment is None:
        raise errors.AllotmentMissing
    return allotment


def lock_allotment(session: Session, book_id: int, allotment_id: UUID) -> Allotment:
    """The same, held until the transaction ends, as it stands then. Refuses AllotmentMissing.

    Rows that refer to it can still be written meanwhile: an award that is waiting for the allotment's account would
    otherwise wait for whoever closes it, who waits for the account.
    """
    query = select(Allotment).where(Allotment.book_id == book_id, Allotment.id == allotment_id)
    held = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    allotment = session.scalar(held)
    if allotment is None:
        raise errors.AllotmentMissing
    return allotment


def lock_due_allotments(session: Session, book_id: int, *, today: date, limit: int) -> Sequence[Allotment]:
    """Open allotments whose period is over, the longest over first, held as by `lock_allotment`."""
    query = select(Allotment).where(
        Allotment.book_id == book_id, Allotment.state == AllotmentState.OPEN, Allotment.period_to < today
    )
    query = query.order_by(Allotment.period_to, Allotment.id).limit(limit).with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def lock_closed_with_points(session: Session, book_id: int, *, limit: int) -> Sequence[Allotment]:
    """Closed allotments that hold points again because an award was undone, held as by `lock_allotment`."""
    found = session.scalars(_CLOSED_WITH_POINTS, {"book_id": book_id, "limit": limit}).all()
    query = select(Allotment).where(Allotment.book_id == book_id, Allotment.id.in_(found)).order_by(Allotment.id)
    held = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalars(held).all() if found else ()


def lock_allotment_points(session: Session, book_id: int, allotment_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """What is left of each, exactly and until the transaction ends: locked first, read in a new statement."""
    accounts = [account_id(book_id, allotment_account(allotment)) for allotment in allotment_ids]
    session.execute(_LOCK_ACCOUNTS, {"book_id": book_id, "accounts": accounts})
    return sum_allotment_points(session, book_id, allotment_ids)


def sum_allotment_points(session: Session, book_id: int, allotment_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """What is left of each of these allotments."""
    by_account = {account_id(book_id, allotment_account(allotment)): allotment for allotment in allotment_ids}
    query = select(Balance.account_id, Balance.posted).where(
        Balance.book_id == book_id, Balance.account_id.in_(by_account)
    )
    rows = session.execute(query) if by_account else ()
    return dict.fromkeys(allotment_ids, 0) | {by_account[row.account_id]: row.posted for row in rows}


def list_allotments(
    session: Session, book_id: int, *, holder_id: UUID | None, state: str | None, before: UUID | None, limit: int
) -> Sequence[Allotment]:
    """Allotments, the youngest first, those with an id below `before`; of one holder or one state when asked."""
    query = select(Allotment).where(Allotment.book_id == book_id)
    if holder_id is not None:
        query = query.where(Allotment.holder_id == holder_id)
    if state is not None:
        query = query.where(Allotment.state == state)
    if before is not None:
        query = query.where(Allotment.id < before)
    return session.scalars(query.order_by(Allotment.id.desc()).limit(limit)).all()


def list_allotments_of_spender(
    session: Session, book_id: int, person_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[Allotment]:
    """Allotments a person may award from, the youngest first, those with an id below `before`."""
    mine = AllotmentSpender
    query = (
        select(Allotment)
        .join(mine, (mine.book_id == Allotment.book_id) & (mine.allotment_id == Allotment.id))
        .where(mine.book_id == book_id, mine.person_id == person_id)
    )
    if before is not None:
        query = query.where(mine.allotment_id < before)
    return session.scalars(query.order_by(mine.allotment_id.desc()).limit(limit)).all()


def list_spenders(session: Session, book_id: int, allotment_id: UUID) -> Sequence[UUID]:
    """Who may award from an allotment; never more than SPENDERS_MAX."""
    query = select(AllotmentSpender.person_id).where(
        AllotmentSpender.book_id == book_id, AllotmentSpender.allotment_id == allotment_id
    )
    return session.scalars(query.order_by(AllotmentSpender.person_id).limit(SPENDERS_MAX)).all()


def is_spender(session: Session, book_id: int, allotment_id: UUID, person_id: UUID) -> bool:
    """Whether this person may award from this allotment."""
    return session.get(AllotmentSpender, (book_id, allotment_id, person_id)) is not None


def holder_names_of(session: Session, book_id: int, allotment_ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of the holders of these allotments, by allotment."""
    query = (
        select(Allotment.id, OwnerName.name)
        .join(OwnerName, (OwnerName.book_id == Allotment.book_id) & (OwnerName.owner_id == Allotment.holder_id))
        .where(Allotment.book_id == book_id, Allotment.id.in_(allotment_ids))
    )
    return {row.id: row.name for row in session.execute(query)} if allotment_ids else {}
