"""URLs of merchants, tills, offers, gifts, redemptions and settlements."""

from app.merchants.routes import (
    merchants,
    offers,
    owners,
    passbooks,
    payments,
    redemptions,
    settlements,
    shops,
    terminals,
    webhooks,
)

BLUEPRINTS = (
    shops.blueprint,
    merchants.blueprint,
    owners.blueprint,
    terminals.blueprint,
    offers.blueprint,
    passbooks.blueprint,
    payments.blueprint,
    redemptions.blueprint,
    settlements.blueprint,
    webhooks.blueprint,
)
SIGNS = redemptions.SIGNS

__all__ = ["BLUEPRINTS", "SIGNS"]
