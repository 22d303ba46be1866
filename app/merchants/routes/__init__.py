"""URLs of shops, redemptions and settlements."""

from app.merchants.routes import passbooks, payments, redemptions, settlements, shops

BLUEPRINTS = (shops.blueprint, passbooks.blueprint, payments.blueprint, redemptions.blueprint, settlements.blueprint)
SIGNS = redemptions.SIGNS

__all__ = ["BLUEPRINTS", "SIGNS"]
