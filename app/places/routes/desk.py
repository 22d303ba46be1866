"""Who sits where: the roles of the routes of places."""

from app.kernel.actor import Role
from app.web.endpoint import ANYONE

DISTRICT = frozenset({Role.DISTRICT})
ADMIN = frozenset({Role.ADMIN})
STAFF = frozenset({Role.ADMIN, Role.GRID_WORKER, Role.CLERK, Role.COORDINATOR})
"""Those of a community's office who look things up."""
POSTERS = frozenset({Role.ADMIN, Role.GRID_WORKER})
"""Those who go about and post codes."""
SCANNERS = (ANYONE - {Role.AUDITOR}) | {Role.PERSON}
"""Whoever has signed in (outside all books that is all one is), not who is an auditor only: a scan is counted."""
SIGNS = "linli.qr_signs"  # where an application keeps the keys of posted codes
