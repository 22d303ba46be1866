"""Linli: points passbooks of a neighbourhood, on a double-entry ledger. Who may import whom: setup.cfg."""
