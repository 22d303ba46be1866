"""The settings as a table for people, read off the fields of Config."""

from dataclasses import MISSING, fields
from typing import cast

from app.infra.account_settings import AccountSettings
from app.infra.config import Config


def settings_table() -> list[tuple[str, str, str]]:
    """List (name, default, meaning) of every setting, in order, for docs/operations.md."""
    outside = {spec.name for spec in fields(AccountSettings)}  # a base class's fields come first; here they go last
    return [
        (
            cast("str", spec.metadata["name"]),
            _default_text(spec.default, secret=spec.metadata["secret"]),
            cast("str", spec.metadata["meaning"]),
        )
        for spec in sorted(fields(Config), key=lambda spec: spec.name in outside)
    ]


def _default_text(default: object, *, secret: bool) -> str:
    if default is MISSING:
        return "required"
    if default is None:
        return "none"
    if default is False:
        return "no"
    return "public demo secret (demo and test only)" if secret else str(default)
