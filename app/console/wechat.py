"""`flask --app wsgi wechat …`: what an operator checks after setting WeChat up, and does when a token has leaked."""

from collections.abc import Callable

import click
from flask import current_app
from flask.cli import AppGroup

from app.infra import wechat
from app.infra.config import EXTENSION, Config
from app.kernel.errors import DomainError
from app.notices.service.templates import templates

group = AppGroup("wechat", help="Check the connection to WeChat.")


@group.command("check")
def check() -> None:
    """Ask WeChat for an access token, read the templates, and say what is set up. Status 1 when something is wrong."""
    config: Config = current_app.extensions[EXTENSION]
    click.echo(f"WeChat at {config.wechat_base_url}, AppID {config.wechat_appid or 'not set'}")
    well = _say("access token", _ask_for_token)
    well &= _say("message push", _look_at_push)
    well &= _say("templates", _count_templates)
    if not well:
        raise SystemExit(1)


@group.command("replace-token")
def replace_token() -> None:
    """End the present access token at once: only when it has leaked, at most twenty times a day."""
    if not _say("access token", _replace):
        raise SystemExit(1)


def _ask_for_token() -> str:
    client = wechat.client()
    client.tokens.get(deadline=client.caller.now() + 5)
    return "WeChat gives us one, so AppID, AppSecret and the list of allowed addresses are right"


def _replace() -> str:
    wechat.client().tokens.replace_leaked()
    return "replaced; the old one is void"


def _look_at_push() -> str:
    wechat.push()
    return "token and AES key are set"


def _count_templates() -> str:
    found = templates()
    stand_in = sum(1 for each in found.values() if each.template_id.startswith("linli-stand-in"))
    hint = f"; {stand_in} still go with the stand-in only (LINLI_WECHAT_TEMPLATES_FILE)" if stand_in else ""
    return f"{len(found)} are known{hint}"


def _say(what: str, act: Callable[[], str]) -> bool:
    try:
        click.echo(f"  {what}: {act()}")
    except DomainError as error:
        click.echo(f"  {what}: NOT WELL: {error.detail('en')}")
        return False
    return True
