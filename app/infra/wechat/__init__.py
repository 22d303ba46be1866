"""WeChat's server API and message push for one mini-program: what the application has of it, once installed."""

from typing import cast

from flask import Flask, current_app

from app.infra import redis
from app.infra.config import Config
from app.infra.wechat.bulkhead import Breaker, Bulkhead
from app.infra.wechat.caller import Caller
from app.infra.wechat.calls import WeChatClient
from app.infra.wechat.errors import WeChatNotSetUp
from app.infra.wechat.sealing import Push
from app.infra.wechat.tokens import Tokens
from app.infra.wechat.transport import Transport

CLIENT = "linli.wechat"
PUSH = "linli.wechat_push"
TEMPLATES_FILE = "linli.wechat_templates"


def install(app: Flask, config: Config) -> None:
    """Give the application its client and its way to open pushes, as far as they are set up. Opens no connection."""
    app.extensions[CLIENT] = None
    app.extensions[PUSH] = None
    app.extensions[TEMPLATES_FILE] = config.wechat_templates_file
    if config.wechat_appid and config.wechat_secret:
        app.extensions[CLIENT] = _client(app, config, config.wechat_appid, config.wechat_secret)
    if config.wechat_appid and config.wechat_push_token and config.wechat_push_aes_key:
        app.extensions[PUSH] = Push.of(
            appid=config.wechat_appid, token=config.wechat_push_token, aes_key=config.wechat_push_aes_key
        )


def _client(app: Flask, config: Config, appid: str, secret: str) -> WeChatClient:
    # half of the threads always stay free for everything that has nothing to do with WeChat
    size = min(config.wechat_calls_max, max(1, config.web_threads // 2))
    caller = Caller(Transport(config.wechat_base_url), Bulkhead(size), Breaker())
    tokens = Tokens(caller, redis.client_of(app), appid, secret)
    return WeChatClient(caller, tokens, appid, secret, version=config.wechat_version.lower())


def client() -> WeChatClient:
    """Give the current application's client. Refuses WeChatNotSetUp."""
    found = cast("WeChatClient | None", current_app.extensions[CLIENT])
    if found is None:
        raise WeChatNotSetUp
    return found


def push() -> Push:
    """Give the current application's way to open pushes. Refuses WeChatNotSetUp."""
    found = cast("Push | None", current_app.extensions[PUSH])
    if found is None:
        raise WeChatNotSetUp
    return found


def templates_file() -> str | None:
    """Say where the operator's templates of subscribe messages stand; None: those that come with Linli."""
    return cast("str | None", current_app.extensions[TEMPLATES_FILE])
