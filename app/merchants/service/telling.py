"""Telling a shop's own systems what became of a redemption. One place, so that webhooks are joined here alone.

Until there are any, nothing is told: a till asks by its out_trade_no.
"""

from collections.abc import Sequence

from app.infra.unit_of_work import UnitOfWork
from app.merchants.models import Redemption


def tell(uow: UnitOfWork, event: str, redemptions: Sequence[Redemption]) -> None:
    """Publish an event such as redemption.captured to the shops of these redemptions. With no webhooks: to nobody."""
    _ = uow, event, redemptions
