"""Settings of what lies outside: webhooks to shops, and WeChat Pay. A part of Config, which alone reads them."""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field
from typing import Any

from app.infra import readers


def setting(
    name: str, read: Callable[[str], object], meaning: str, *, default: Any = MISSING, secret: bool = False
) -> Any:
    """Make the field of a setting: its name in the environment, what reads it, and what it means to an operator."""
    metadata = {"name": name, "read": read, "meaning": meaning, "secret": secret}
    if default is MISSING:
        return field(metadata=metadata, repr=not secret)
    return field(default=default, metadata=metadata, repr=not secret)


def _yes_or_no(text: str) -> bool:
    return readers.one_of("YES", "NO")(text) == "YES"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideSettings:
    """The settings of what lies outside."""

    outbound_local: bool = setting(
        "LINLI_OUTBOUND_LOCAL",
        _yes_or_no,
        "`yes`: webhooks may go to this machine's own loopback, by http and at any port; demo and test only.",
        default=False,
    )
