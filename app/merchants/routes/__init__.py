"""URLs of shops, payments and settlements."""

from app.merchants.routes import payments, settlements, shops

BLUEPRINTS = (shops.blueprint, payments.blueprint, settlements.blueprint)

__all__ = ["BLUEPRINTS"]
