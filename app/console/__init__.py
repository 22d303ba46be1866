"""The command line: `flask --app wsgi <command>`. Every command group of the application is listed here."""

from collections.abc import Sequence

import click

from app.console.books import books
from app.console.people import people
from app.console.points import points
from app.console.risk import risk
from app.console.settings import show_settings
from app.console.wechat import group as wechat

COMMANDS: Sequence[click.Command] = (show_settings, books, people, points, risk, wechat)
