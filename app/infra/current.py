"""The settings of the application that runs."""

from typing import cast

from flask import current_app

from app.infra.config import EXTENSION, Config


def config() -> Config:
    """Give the settings of the current application."""
    return cast("Config", current_app.extensions[EXTENSION])
