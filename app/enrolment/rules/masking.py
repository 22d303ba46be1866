"""Telephone numbers as they may be shown."""

SHOWN_FIRST, SHOWN_LAST = 3, 4


def mask_phone(phone: str | None) -> str | None:
    """138****1234: the first three digits and the last four; enough to recognise, not enough to call."""
    return None if phone is None else f"{phone[:SHOWN_FIRST]}****{phone[-SHOWN_LAST:]}"
