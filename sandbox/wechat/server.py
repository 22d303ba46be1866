"""The stand-in as a server: made, started on a port, stopped."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from app.infra.wechat.sealing import Push
from sandbox.wechat import api, desk
from sandbox.wechat.faults import Faults
from sandbox.wechat.world import PUSH_AES_KEY, PUSH_TOKEN, World


class _Quiet(WSGIRequestHandler):
    """Logs nothing: addresses hold secrets here as there."""

    protocol_version = "HTTP/1.1"

    def log(self, *_: object, **__: object) -> None:
        """Say nothing."""


@dataclass
class StandIn:
    """A running stand-in."""

    url: str
    world: World
    faults: Faults
    server: BaseWSGIServer
    app: Flask

    def stop(self) -> None:
        """Let go whoever waits, and end."""
        self.faults.clear()
        self.server.shutdown()
        self.server.server_close()


def make_app(world: World, faults: Faults, *, push_url: str = "") -> Flask:
    """Make the application. Results are pushed to `push_url`."""
    app = Flask("sandbox.wechat", static_folder=None)
    push = Push.of(appid=world.appid, token=PUSH_TOKEN, aes_key=PUSH_AES_KEY)
    app.config.update(WORLD=world, FAULTS=faults, PUSH=push, PUSH_URL=push_url)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(desk.blueprint)
    return app


def make(world: World, *, host: str = "127.0.0.1", port: int = 0, push_url: str = "") -> StandIn:
    """Listen, without serving yet. Port 0 is any that is free."""
    faults = Faults()
    app = make_app(world, faults, push_url=push_url)
    server = make_server(host, port, app, threaded=True, request_handler=_Quiet)
    server.daemon_threads = True  # type: ignore[attr-defined]  # the threaded server has it
    return StandIn(f"http://{host}:{server.server_port}", world, faults, server, app)


@contextmanager
def running(world: World, *, push_url: str = "") -> Iterator[StandIn]:
    """Serve in a thread for the length of the block."""
    stand_in = make(world, push_url=push_url)
    thread = threading.Thread(target=stand_in.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        stand_in.stop()
        thread.join(5)
