"""The application with one more route, which only signs somebody in: outside of any transaction, as a login must be."""

from flask import request

from app.factory import create_app
from app.infra import wechat
from app.infra.config import Config

application = create_app(Config.from_process())


@application.post("/toy/login")
def login():
    return {"known": bool(wechat.client().exchange_code(request.json["code"]).openid)}
