"""Who may what about anti-fraud, and the days that are asked for."""

from datetime import date, datetime
from typing import TypedDict, cast

from flask import current_app

from app.kernel.actor import Role
from app.kernel.periods import day_bounds
from app.risk.service import DealingsOf, HouseShops

HOUSE_SHOPS = "linli.house_shops"
DEALINGS = "linli.dealings"
READERS = frozenset({Role.TREASURER, Role.AUDITOR})
WORKERS = frozenset({Role.TREASURER})
"""Treasurers already answer for points leaving, are appointed by two people and sit at a desk with a second factor.
Clerks, coordinators and cashiers are those whom rules are about; administrators touch no points.
"""
DISTRICT = frozenset({Role.DISTRICT})
"""Signing in belongs to no book: its rules and cases are the district office's, appointed by two people as well."""


class Period(TypedDict):
    """From an instant to before another; None: no bound."""

    starts_at: datetime | None
    ends_at: datetime | None


def period(first: date | None, last: date | None) -> Period:
    """Give the bounds of some days, both within."""
    return {"starts_at": day_bounds(first)[0] if first else None, "ends_at": day_bounds(last)[1] if last else None}


def house_shops() -> HouseShops:
    """Give what knows whose shops are whose in the current application: it stands above, the factory puts it in."""
    return cast("HouseShops", current_app.extensions[HOUSE_SHOPS])


def dealings() -> DealingsOf:
    """Give what knows what became of payments, gifts and refunds in the current application, likewise."""
    return cast("DealingsOf", current_app.extensions[DEALINGS])
