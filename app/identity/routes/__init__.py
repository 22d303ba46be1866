"""Routes of identity."""

from app.identity.routes import access, accounts, demo, guardianships, homes, people, staff

BLUEPRINTS = (
    demo.blueprint,
    access.blueprint,
    people.blueprint,
    homes.blueprint,
    staff.blueprint,
    accounts.blueprint,
    guardianships.blueprint,
)
DEMO_BLUEPRINTS = (demo.dev_blueprint,)

__all__ = ["BLUEPRINTS", "DEMO_BLUEPRINTS"]
