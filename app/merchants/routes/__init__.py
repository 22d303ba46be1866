"""URLs of merchants, tills, offers, gifts, payments and settlements."""

from app.merchants.routes import merchants, offers, owners, payments, settlements, shops, terminals

BLUEPRINTS = (
    shops.blueprint,
    merchants.blueprint,
    owners.blueprint,
    terminals.blueprint,
    offers.blueprint,
    payments.blueprint,
    settlements.blueprint,
)

__all__ = ["BLUEPRINTS"]
