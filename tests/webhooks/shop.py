"""A shop's own program: a server that hears of events."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Flask, Response, request
from werkzeug.serving import make_server


@dataclass
class ShopServer:
    """What a shop runs: it keeps what it was sent, and answers as it is told to."""

    url: str = ""
    status: int = 204
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def serve() -> Iterator[ShopServer]:
    """Listen until the block ends."""
    shop, app = ShopServer(), Flask("shop")

    @app.post("/<path:_where>")
    def hear(_where: str) -> Response:
        shop.got.append(({k.lower(): v for k, v in request.headers}, request.get_data()))
        location = {"Location": "http://169.254.169.254/latest/meta-data"} if 300 <= shop.status < 400 else {}
        return Response(b"seen", status=shop.status, headers=location)

    listening = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    shop.url = f"http://127.0.0.1:{listening.server_port}/linli"
    try:
        yield shop
    finally:
        listening.shutdown()
        thread.join(5)
        listening.server_close()
