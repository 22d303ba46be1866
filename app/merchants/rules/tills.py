"""What a till is, and may be used for."""

from dataclasses import dataclass
from uuid import UUID

from app.kernel.geo import Position
from app.merchants import errors, terms
from app.merchants.terms import BranchState, MerchantState


@dataclass(frozen=True, slots=True)
class Till:
    """Where points are taken: a branch, by one of its terminals or (None) by a cashier who signed in.

    `heard`: the events that somebody hears of at this branch; None: nobody was asked. `position`: where the branch is,
    if that was asked and somebody has said so.
    """

    branch_id: UUID
    merchant_id: UUID
    terminal_id: UUID | None
    low_tier: bool
    branch_state: BranchState
    merchant_state: MerchantState
    name: str
    heard: frozenset[str] | None = None
    position: Position | None = None


def check_trading(till: Till) -> None:
    """Refuse BranchClosed for a till that may take no new points. What was held before may be captured and refunded."""
    if till.branch_state is not BranchState.OPEN or till.merchant_state not in terms.TRADING:
        raise errors.BranchClosed(name=till.name)


def check_tier(till: Till, *, points: int, day_points: int) -> None:
    """Refuse LowTierOver for points through a till with a shared secret; `day_points` went through it today before."""
    over = points > terms.LOW_TIER_POINTS_MAX or points + day_points > terms.LOW_TIER_DAY_POINTS_MAX
    if till.low_tier and over:
        raise errors.LowTierOver(points_max=terms.LOW_TIER_POINTS_MAX, day_points_max=terms.LOW_TIER_DAY_POINTS_MAX)
