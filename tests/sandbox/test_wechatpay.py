"""The stand-in of WeChat Pay: its desk sends callbacks that another library takes, and it takes what is signed."""

import json
import threading

import httpx
from flask import Flask, request
from wechatpayv3.utils import rsa_verify
from werkzeug.serving import make_server

from sandbox.wechatpay import server
from sandbox.wechatpay.world import MERCHANT_SERIAL, PLATFORM_SERIAL, Mall


def test_the_desk_sends_what_happens(tmp_path):
    mall, app, came = Mall(), Flask("linli"), threading.Event()
    got = []

    @app.post("/callback")
    def hear():
        got.append((dict(request.headers), request.get_data().decode()))
        came.set()
        return "", 204

    listening = make_server("127.0.0.1", 0, app)
    threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    desk = server.make_app(mall, f"http://127.0.0.1:{listening.server_port}/callback").test_client()
    told = {"openid": "o-1", "shop_number": "S-1", "amount": 100}
    for act in ("activate", "pay", "refund"):
        came.clear()
        answer = desk.post(f"/desk/{act}", json=told | {"transaction_id": "1", "pay_amount": 100, "refund_amount": 5})
        assert answer.status_code == 200
        assert came.wait(5)
    listening.shutdown()
    listening.server_close()
    for headers, body in got:
        stamp = [headers[f"Wechatpay-{name}"] for name in ("Timestamp", "Nonce")]
        assert rsa_verify(*stamp, body, headers["Wechatpay-Signature"], mall.platform_key.public_key())
    events = [json.loads(body)["event_type"] for _, body in got]
    assert events == ["MALL_AUTH.ACTIVATE_CARD", "MALL_TRANSACTION.SUCCESS", "MALL_REFUND.SUCCESS"]
    settings = mall.write_keys(tmp_path / "keys")
    assert settings["LINLI_MALL_KEY_SERIAL"] == MERCHANT_SERIAL
    assert settings["LINLI_MALL_PLATFORM_KEYS"].startswith(f"{PLATFORM_SERIAL}:")


def test_it_takes_nothing_that_is_not_signed():
    mall = Mall()
    with server.running(mall) as url:
        answer = httpx.post(f"{url}/v3/businesscircle/points/notify", json={"earn_points": True}, trust_env=False)
    assert answer.status_code == 401
    assert mall.told == []
