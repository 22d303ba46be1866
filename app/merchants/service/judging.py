"""What the check against fraud says of a redemption. One place, so that an engine is joined here alone.

Until there is one, every redemption that the hard rules let through is approved: nothing is looked at twice, and no
confirmation is asked for but by the size of the discount.
"""

from dataclasses import dataclass
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.merchants.models import Redemption
from app.merchants.terms import Verdict


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was decided, and under which record."""

    verdict: Verdict
    decision_id: UUID | None


def judge(uow: UnitOfWork, redemption: Redemption, *, points: int, discount_fen: int | None) -> Judgement:
    """Decide whether points may go. With no engine joined: approve."""
    _ = uow, redemption, points, discount_fen
    return Judgement(Verdict.APPROVE, None)


def settle(uow: UnitOfWork, redemption: Redemption, *, points: int) -> None:
    """Say how many points really moved in the end: captured, less what was given back. With no engine: nobody asks."""
    _ = uow, redemption, points
