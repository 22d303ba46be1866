"""Names: what of one may be shown to a stranger."""

HIDDEN = "*"


def masked(name: str) -> str | None:
    """Show the first character of a name and not how long the rest is: 张*. None: there is no name."""
    first = name.strip()[:1]
    return f"{first}{HIDDEN}" if first else None
