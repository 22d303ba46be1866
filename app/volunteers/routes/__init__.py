"""URLs of volunteering: awards, those that wait for a second person, and gatherings with their check-in."""

from app.volunteers.routes import awards, checks, gatherings, policies

BLUEPRINTS = (awards.blueprint, checks.blueprint, policies.blueprint, gatherings.blueprint)

__all__ = ["BLUEPRINTS"]
