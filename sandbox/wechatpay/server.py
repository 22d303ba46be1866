"""The stand-in as a server: POST /v3/businesscircle/points/notify as WeChat Pay takes it, and a desk to make things happen."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from flask import Flask, Response, request
from werkzeug.serving import BaseWSGIServer, make_server

from sandbox.wechatpay.world import Mall, numbers


def make_app(mall: Mall, callback_url: str | None = None) -> Flask:
    """Build it. With `callback_url` the desk sends callbacks there."""
    app = Flask("wechatpay")
    payments, refunds = numbers("4200"), numbers("5030")

    @app.post("/v3/businesscircle/points/notify")
    def notify() -> Response:
        status = mall.hear("POST", request.path, request.headers.get("Authorization", ""), request.get_data())
        body = "" if status in {200, 204} else '{"code":"FAIL","message":"no"}'
        return Response(body, status=status, content_type="application/json")

    def send(document: dict[str, object]) -> dict[str, object]:
        def post(headers: object, body: bytes) -> int:
            try:
                return httpx.post(
                    str(callback_url), headers=headers, content=body, timeout=5, trust_env=False
                ).status_code  # type: ignore[arg-type]  # a mapping
            except httpx.HTTPError:
                return 0

        threading.Thread(target=mall.tell, args=(document, post), daemon=True).start()
        return {"sent": document["id"]}

    @app.post("/desk/activate")
    def activate() -> dict[str, object]:
        return send(mall.activate(request.json["openid"]))

    @app.post("/desk/pay")
    def pay() -> dict[str, object]:
        told, number = request.json, next(payments)
        return send(mall.pay(told["openid"], told["shop_number"], told["amount"], number)) | {"transaction_id": number}

    @app.post("/desk/refund")
    def refund() -> dict[str, object]:
        told = request.json
        amounts = told["pay_amount"], told["refund_amount"]
        return send(mall.refund(told["openid"], told["transaction_id"], next(refunds), *amounts))

    @app.get("/desk/told")
    def told() -> dict[str, object]:
        return {"items": mall.told}

    return app


def listen(mall: Mall, *, port: int = 0, callback_url: str | None = None) -> BaseWSGIServer:
    """Open its port on the loopback."""
    return make_server("127.0.0.1", port, make_app(mall, callback_url), threaded=True)


@contextmanager
def running(mall: Mall) -> Iterator[str]:
    """Serve for the length of the block; gives the address."""
    server = listen(mall)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
