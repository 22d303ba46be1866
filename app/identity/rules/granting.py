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
    _check_reach(role, granter_roles)
    if (role is Role.CASHIER) != (shop_id is not None):
        raise ShopNeeded
    if valid_to is not None and valid_to <= max(valid_from, now):
        raise PeriodBackwards


def check_approval(
    role: Role,
    *,
    approver_roles: frozenset[Role],
    takes_two: bool,
    approved: bool,
    ended: bool,
    approver: UUID,
    others: frozenset[UUID],
) -> None:
    """Refuse an approval that is not waited for, by one of the two who may not give it, or beyond the approver."""
    if ended:
        raise GrantEnded
    if not takes_two or approved:
        raise GrantNotWaiting
    if approver in others:
        raise GrantBySame
    _check_reach(role, approver_roles)


def _check_reach(role: Role, by: frozenset[Role]) -> None:
    """Refuse RoleBeyond: neither of the two who make a district office may be less than one."""
    if role is Role.DISTRICT and not by & {Role.DISTRICT, Role.SYSTEM}:
        raise RoleBeyond(role=role)


def takes_two(role: Role) -> bool:
    """Say whether a role is granted by two people."""
    return role in terms.POWERFUL
