"""Who lives together: shown, set, corrected and ended by hand."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.points.schemas.households import HouseholdOut, JoinHouseholdIn, LeaveHouseholdIn
from app.points.service import households
from app.web.endpoint import Blueprint, endpoint

KEEPERS = frozenset({Role.CLERK, Role.TREASURER})
READERS = frozenset({Role.CLERK, Role.TREASURER, Role.AUDITOR})

blueprint = Blueprint("households", __name__, description="同住一户 / households")


@blueprint.route("/v1/books/<book>/passbooks/<uuid:owner_id>/household")
@endpoint(roles=READERS, reply=HouseholdOut)
def show_household(uow: UnitOfWork, *, book: str, owner_id: UUID) -> object:
    """居民与谁同住一户,以及人工更正的记录 / with whom a resident lives, and what was entered by hand."""
    return households.show_household(uow, book=book, owner_id=owner_id)


@blueprint.route("/v1/books/<book>/passbooks/<uuid:owner_id>/household", methods=["POST"])
@endpoint(roles=KEEPERS, body=JoinHouseholdIn, reply=HouseholdOut, idempotent=True)
def join_household(uow: UnitOfWork, *, book: str, owner_id: UUID, lives_with: UUID, reason: str) -> object:
    """登记同住一户,须写明原因 / enter with whom a resident lives, and why."""
    return households.join_household(uow, book=book, owner_id=owner_id, lives_with=lives_with, reason=reason)


@blueprint.route("/v1/books/<book>/passbooks/<uuid:owner_id>/household/leave", methods=["POST"])
@endpoint(roles=KEEPERS, body=LeaveHouseholdIn, reply=HouseholdOut, idempotent=True)
def end_household(uow: UnitOfWork, *, book: str, owner_id: UUID, reason: str) -> object:
    """不再同住,须写明原因 / a resident lives there no more, and why."""
    return households.end_household(uow, book=book, owner_id=owner_id, reason=reason)
