"""Requests to addresses that strangers gave us: what the application has for them, once installed."""

from typing import cast

from flask import Flask, current_app

from app.infra.config import Config
from app.infra.outbound.sending import Sender

SENDER = "linli.outbound"


def install(app: Flask, config: Config) -> None:
    """Give the application its sender. Opens no connection."""
    app.extensions[SENDER] = Sender(local=config.outbound_local and config.takes_demo_liberties)


def sender() -> Sender:
    """Give the current application's sender."""
    return cast("Sender", current_app.extensions[SENDER])
