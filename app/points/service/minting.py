"""Points for a budget are made by two people: one proposes, another approves."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.points import queries
from app.points.models import Book, Proposal
from app.points.rules.postings import cost_of
from app.points.service.funding import mint_points
from app.points.service.proposing import open_proposal
from app.points.terms import ProposalKind


def propose_mint(uow: UnitOfWork, *, book: str, budget_id: UUID, points: int, reason: str | None) -> Proposal:
    """Propose to make 1 to 10^9 points for a budget. Nothing is made before another person approves.

    Refuses BookMissing, BudgetMissing, PointsTooCostly.
    """
    found = queries.get_book(uow.session, book)
    budget = queries.get_budget(uow.session, found.id, budget_id)
    cost = cost_of(points, budget.point_value_fen)
    payload = {"budget_id": str(budget_id), "points": points, "cost_fen": cost}
    return open_proposal(uow, found.id, kind=ProposalKind.MINT, payload=payload, reason=reason)


def carry_out(uow: UnitOfWork, book: Book, proposal: Proposal, cause: str) -> UUID:
    """Make the points. Refuses FundingInsufficient when the sponsor's money does not cover them (any more)."""
    budget_id, points = UUID(proposal.payload["budget_id"]), int(proposal.payload["points"])
    return mint_points(uow, book.id, cause=cause, budget_id=budget_id, points=points).subject_id
