"""Linli: points passbooks of a neighbourhood, on a double-entry ledger. Where code lives: docs/decisions and setup.cfg."""
