"""Declines of redemptions: kept with what their sentence needs, and given again in the same words."""

from collections.abc import Mapping

from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import Declined
from app.merchants import errors
from app.merchants.errors.counter import PointsTooFew, ResidentRefused
from app.merchants.models import Redemption
from app.merchants.service import judging
from app.merchants.terms import RedemptionState
from app.points import errors as points_errors

COARSE: Mapping[str, type[Declined]] = {
    points_errors.AccountFrozen.code: errors.RedemptionRefused,
    points_errors.PointsInsufficient.code: PointsTooFew,
}
"""What a shop hears instead: how many points somebody has, and that his passbook is frozen, are his own."""
KNOWN: Mapping[str, type[Declined]] = {
    each.code: each
    for each in (
        errors.CodeNotGood,
        errors.OwnShop,
        errors.PersonDayOver,
        errors.RedemptionRefused,
        errors.ShopCodeDayOver,
        errors.ShopDayOver,
        ResidentRefused,
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


def at_till(declined: Declined) -> Declined:
    """The decline in the words for a shop."""
    kind = COARSE.get(declined.code)
    return declined if kind is None else kind()


def code_at_till(code: str | None) -> str | None:
    """The code of a decline as a shop hears of it."""
    return COARSE[code].code if code is not None and code in COARSE else code


def again(redemption: Redemption) -> Declined:
    """The decline of before. One whose words are not known any more (of payments taken over) says nothing of why."""
    kind = KNOWN.get(redemption.decline or "", errors.RedemptionRefused)
    declined = kind(**(redemption.decline_detail or {}))
    try:
        declined.detail("en")
    except KeyError:
        return errors.RedemptionRefused()
    return declined
