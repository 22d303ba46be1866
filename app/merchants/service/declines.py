"""Declines of redemptions: kept with what their sentence needs, and given again in the same words."""

from collections.abc import Mapping

from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import Declined
from app.merchants import errors
from app.merchants.models import Redemption
from app.merchants.service import judging
from app.merchants.terms import RedemptionState
from app.points import errors as points_errors

KNOWN: Mapping[str, type[Declined]] = {
    each.code: each
    for each in (
        errors.CodeNotGood,
        errors.OwnShop,
        errors.PersonDayOver,
        errors.RedemptionRefused,
        errors.ShopCodeDayOver,
        errors.ShopDayOver,
        points_errors.AccountFrozen,
        points_errors.PointsInsufficient,
    )
}


def keep(uow: UnitOfWork, redemption: Redemption, declined: Declined) -> None:
    """Write down why a redemption was declined, for ever. What anti-fraud had let pass counts as if it never was."""
    if not isinstance(declined, errors.RedemptionRefused):
        judging.forget(uow, redemption)
    redemption.state, redemption.decline = RedemptionState.DECLINED, declined.code
    redemption.decline_detail = dict(declined.params) or None


def again(redemption: Redemption) -> Declined:
    """The decline of before. One whose words are not known any more (of payments taken over) says nothing of why."""
    kind = KNOWN.get(redemption.decline or "", errors.RedemptionRefused)
    declined = kind(**(redemption.decline_detail or {}))
    try:
        declined.detail("en")
    except KeyError:
        return errors.RedemptionRefused()
    return declined
