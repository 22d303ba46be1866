"""Making a proposal. Imported by the acts; knows none of them."""

from typing import Any

from app.infra.unit_of_work import UnitOfWork
from app.points.models import Proposal
from app.points.terms import ProposalKind, ProposalState


def open_proposal(
    uow: UnitOfWork, book_id: int, *, kind: ProposalKind, payload: dict[str, Any], reason: str | None = None
) -> Proposal:
    """Write down what is to be done, for another person to approve. `payload`: plain JSON values, checked before."""
    proposal = Proposal(
        book_id=book_id,
        id=uow.new_id(),
        kind=str(kind),
        payload=payload,
        reason=reason,
        state=str(ProposalState.OPEN),
        proposed_by=uow.actor.id,
        proposed_at=uow.now,
        attempts=0,
        decided_by=None,
        decided_at=None,
        decision_reason=None,
        result_id=None,
    )
    uow.session.add(proposal)
    uow.session.flush()  # whoever approves at once reads it back under lock
    return proposal
