"""URLs of volunteering: awards, and gatherings with their check-in."""

from app.volunteers.routes import awards, gatherings

BLUEPRINTS = (awards.blueprint, gatherings.blueprint)

__all__ = ["BLUEPRINTS"]
