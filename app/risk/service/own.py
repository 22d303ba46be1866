"""Nobody eases, judges or labels what is about himself."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.risk.errors import OwnRisk
from app.risk.models import DecisionRow


def check_not_own(uow: UnitOfWork, *subjects: UUID | None) -> None:
    """Refuse OwnRisk when the actor, his account or his passbook is among the subjects."""
    actor = uow.actor
    if {actor.id, actor.person_id, actor.owner_id} & {subject for subject in subjects if subject is not None}:
        raise OwnRisk


def parties(decision: DecisionRow) -> tuple[UUID | None, ...]:
    """Who gained by a fact or had a hand in it."""
    return decision.resident_id, decision.person_id, decision.cashier_id, decision.coordinator_id
