"""The stand-in as a server: the calls of /v3/businesscircle as WeChat Pay takes them, and a desk."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx
from flask import Flask, Response, request
from werkzeug.serving import BaseWSGIServer, make_server

from sandbox.wechatpay.world import ERRORS, Mall, Send, numbers


def make_app(mall: Mall, callback_url: str | None = None) -> Flask:
    """Build it. With `callback_url` there is a desk, which sends callbacks there."""
    app = Flask("wechatpay")

    @app.post("/v3/businesscircle/points/notify")
    def notify() -> Response:
        status = mall.hear("POST", request.path, request.headers.get("Authorization", ""), request.get_data())
        body = "" if status in {200, 204} else f'{{"code":"{ERRORS.get(status, "FAIL")}","message":"no"}}'
        return Response(body, status=status, content_type="application/json")

    @app.get("/v3/businesscircle/user-authorizations/<openid>")
    def authorization(openid: str) -> Response:
        target = f"{request.path}?{request.query_string.decode()}"
        signed = request.headers.get("Authorization", "")
        status, said = mall.authorization(target, signed, openid, request.args.get("appid", ""))
        body = said if status == 200 else {"code": ERRORS.get(status, "FAIL"), "message": "no"}
        return Response(json.dumps(body), status=status, content_type="application/json")

    if callback_url is not None:
        _add_desk(app, mall, callback_url)
    return app


def _add_desk(app: Flask, mall: Mall, callback_url: str) -> None:
    payments, refunds = numbers("4200"), numbers("5030")

    def send(document: dict[str, object]) -> dict[str, object]:
        threading.Thread(target=mall.tell, args=(document, post_to(callback_url)), daemon=True).start()
        return {"sent": document["id"]}

    @app.post("/desk/activate")
    def activate() -> dict[str, object]:
        return send(mall.activate(request.json["openid"]))

    @app.post("/desk/deactivate")
    def deactivate() -> dict[str, object]:
        return send(mall.deactivate(request.json["openid"]))

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


def post_to(url: str) -> Send:
    """Make what posts a callback to an address; 0 when nobody answers in five seconds."""

    def post(headers: Mapping[str, str], body: bytes) -> int:
        try:
            return httpx.post(url, headers=dict(headers), content=body, timeout=5, trust_env=False).status_code
        except httpx.HTTPError:
            return 0

    return post


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
