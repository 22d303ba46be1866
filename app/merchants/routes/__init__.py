"""URLs of shops, payments and settlements."""

from app.merchants.routes import payments, settlements, shops, webhooks

BLUEPRINTS = (shops.blueprint, payments.blueprint, settlements.blueprint, webhooks.blueprint)

__all__ = ["BLUEPRINTS"]
