"""Who may grant what, and when a grant is in force."""

from datetime import datetime
from uuid import UUID

from app.identity import terms
from app.identity.errors import (
    GrantBySame,
    GrantEnded,
    GrantNotWaiting,
    GrantToSelf,
    PeriodBackwards,
    RoleBeyond,
    ShopNeeded,
)
from app.kernel.actor import Role


def check_grant(
    role: Role,
    *,
    granter_roles: frozenset[Role],
    to_self: bool,
    shop_id: UUID | None,
    valid_from: datetime,
    valid_to: datetime | None,
    now: datetime,
) -> None:
    """Refuse a grant that makes no sense or is beyond the granter."""
    if to_self:
        raise GrantToSelf
    if role is Role.DISTRICT and not granter_roles & {Role.DISTRICT, Role.SYSTEM}:
        raise RoleBeyond(role=role)
    if (role is Role.CASHIER) != (shop_id is not None):
        raise ShopNeeded
    if valid_to is not None and valid_to <= max(valid_from, now):
        raise PeriodBackwards


def check_approval(*, takes_two: bool, approved: bool, ended: bool, approver: UUID, others: frozenset[UUID]) -> None:
    """Refuse an approval that is not waited for, or by one of the two who may not give it."""
    if ended:
        raise GrantEnded
    if not takes_two or approved:
        raise GrantNotWaiting
    if approver in others:
        raise GrantBySame


def takes_two(role: Role) -> bool:
    """Say whether a role is granted by two people."""
    return role in terms.POWERFUL
