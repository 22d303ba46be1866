"""Who may what about anti-fraud."""

from app.kernel.actor import Role

READERS = frozenset({Role.TREASURER, Role.AUDITOR})
WORKERS = frozenset({Role.TREASURER})
"""Treasurers already answer for points leaving, are appointed by two people and sit at a desk with a second factor.
Clerks, coordinators and cashiers are those whom rules are about; administrators touch no points.
"""
