"""URLs of merchants, tills, offers, gifts, redemptions and settlements."""

from app.merchants.routes import (
    complaints,
    gifts,
    merchants,
    offers,
    owned,
    owners,
    passbooks,
    payments,
    payouts,
    redemptions,
    settlements,
    shop_settlements,
    shops,
    terminals,
    webhooks,
)

BLUEPRINTS = (
    shops.blueprint,
    merchants.blueprint,
    owners.blueprint,
    owned.blueprint,
    terminals.blueprint,
    offers.blueprint,
    gifts.blueprint,
    passbooks.blueprint,
    payments.blueprint,
    redemptions.blueprint,
    settlements.blueprint,
    payouts.blueprint,
    shop_settlements.blueprint,
    complaints.blueprint,
    webhooks.blueprint,
)
SIGNS = redemptions.SIGNS

__all__ = ["BLUEPRINTS", "SIGNS"]
