"""URLs of places: a desk for each community under its book, and one for the district office."""

from app.places.routes import areas, calendar, district_areas, district_duty, district_units, duty, qr, units
from app.places.routes.desk import SIGNS
from app.web.endpoint import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = (
    areas.blueprint,
    units.blueprint,
    duty.blueprint,
    calendar.blueprint,
    qr.blueprint,
    district_areas.blueprint,
    district_units.blueprint,
    district_duty.blueprint,
)

__all__ = ["BLUEPRINTS", "SIGNS"]
