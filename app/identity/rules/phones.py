"""Telephone numbers: one spelling, and what may be shown of one."""

import re

MAINLAND = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")


def normal(phone: str) -> str:
    """Give a number as it is kept: eleven digits for the mainland, +country and digits for others."""
    digits = re.sub(r"[\s()-]", "", phone)
    found = MAINLAND.fullmatch(digits)
    return found[1] if found else digits


def masked(phone: str) -> str:
    """Show the ends of a number: 138****5678."""
    shown = 4 if len(phone) >= 11 else 2
    return f"{phone[:3]}****{phone[-shown:]}" if len(phone) > 3 + shown else "****"
