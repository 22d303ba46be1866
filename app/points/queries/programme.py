"""Owners' names, households and proposals."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.points import errors
from app.points.models import Household, HouseholdChange, OwnerName, Proposal
from app.points.terms import ProposalState

# The keys are said outright: an expression of a bound one would not be known to be that of the index.
_ADJUSTED = text("""
    SELECT -coalesce(sum(CAST(payload ->> 'fen' AS bigint)), 0)
      FROM points_proposals
     WHERE book_id = :book_id AND payload ? 'dispute_id' AND payload ->> 'dispute_id' = ANY (:disputes)
       AND payload ->> 'shop_id' = :shop_id AND kind = 'adjustment' AND state = ANY (:states)
""")


def names_of(session: Session, book_id: int, owner_ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of those owners that have one."""
    query = select(OwnerName.owner_id, OwnerName.name).where(
        OwnerName.book_id == book_id, OwnerName.owner_id.in_(owner_ids)
    )
    return {row.owner_id: row.name for row in session.execute(query)} if owner_ids else {}


def households_of(session: Session, book_id: int, resident_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The household of each of these residents that has one."""
    query = select(Household.resident_id, Household.household_id).where(
        Household.book_id == book_id, Household.resident_id.in_(resident_ids)
    )
    return {row.resident_id: row.household_id for row in session.execute(query)} if resident_ids else {}


def members_of(session: Session, book_id: int, household_id: UUID) -> Sequence[UUID]:
    """Who lives in a household, by id."""
    query = select(Household.resident_id).where(Household.book_id == book_id, Household.household_id == household_id)
    return session.scalars(query.order_by(Household.resident_id)).all()


def list_household_changes(
    session: Session, book_id: int, resident_id: UUID, *, limit: int
) -> Sequence[HouseholdChange]:
    """Where somebody was put by hand, the newest first."""
    query = select(HouseholdChange).where(
        HouseholdChange.book_id == book_id, HouseholdChange.resident_id == resident_id
    )
    return session.scalars(query.order_by(HouseholdChange.id.desc()).limit(limit)).all()


def get_proposal(session: Session, book_id: int, proposal_id: UUID) -> Proposal:
    """One proposal of this book. Refuses ProposalMissing."""
    proposal = session.get(Proposal, (book_id, proposal_id))
    if proposal is None:
        raise errors.ProposalMissing
    return proposal


def sum_adjusted(
    session: Session, book_id: int, shop_id: UUID, dispute_ids: Collection[UUID], *, waiting: bool = False
) -> int:
    """How many fen less a shop is owed by approved adjustments that name one of these disputes.

    `waiting`: with those that wait for a second person.
    """
    values = {
        "book_id": book_id,
        "shop_id": str(shop_id),
        "disputes": [str(each) for each in dispute_ids],
        "states": [ProposalState.APPROVED, *([ProposalState.OPEN] if waiting else [])],
    }
    return int(session.scalar(_ADJUSTED, values) or 0)


def lock_proposal(session: Session, book_id: int, proposal_id: UUID) -> Proposal:
    """The same, held until the transaction ends, as it stands then. Refuses ProposalMissing."""
    proposal = session.get(Proposal, (book_id, proposal_id), with_for_update=True, populate_existing=True)
    if proposal is None:
        raise errors.ProposalMissing
    return proposal


def list_proposals(
    session: Session, book_id: int, *, state: str, before: UUID | None, limit: int
) -> Sequence[Proposal]:
    """Proposals of one state, the youngest first, those with an id below `before`."""
    query = select(Proposal).where(Proposal.book_id == book_id, Proposal.state == state)
    if before is not None:
        query = query.where(Proposal.id < before)
    return session.scalars(query.order_by(Proposal.id.desc()).limit(limit)).all()
