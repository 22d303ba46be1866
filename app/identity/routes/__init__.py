"""Routes of identity."""

from app.identity.routes import access, demo, homes, people, staff

BLUEPRINTS = (demo.blueprint, access.blueprint, people.blueprint, homes.blueprint, staff.blueprint)
DEMO_BLUEPRINTS = (demo.dev_blueprint,)

__all__ = ["BLUEPRINTS", "DEMO_BLUEPRINTS"]
