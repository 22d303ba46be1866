"""What only the stand-in has: a page, codes for named people, acceptances, faults, results pushed when asked for."""

import html
import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, cast

import httpx
from flask import Blueprint, Response, current_app, redirect, request
from flask.typing import ResponseReturnValue

from app.infra.wechat.sealing import Push
from sandbox.wechat.faults import KINDS, Fault, Faults
from sandbox.wechat.world import MediaCheck, No, World

blueprint = Blueprint("desk", __name__)
SYSTEM_OPENID = "oWeChatSystemAccount00000000"


def world() -> World:
    """Give the world of this server."""
    return cast("World", current_app.config["WORLD"])


def faults() -> Faults:
    """Give the faults of this server."""
    return cast("Faults", current_app.config["FAULTS"])


@blueprint.errorhandler(No)
def _refused(no: No) -> ResponseReturnValue:
    return {"errcode": no.errcode, "errmsg": no.errmsg}, HTTPStatus.NOT_FOUND


def _given() -> dict[str, Any]:
    return request.get_json(silent=True) or request.form.to_dict()


@blueprint.post("/sandbox/codes")
def issue_code() -> ResponseReturnValue:
    """A login code (or one of kind "phone") of somebody, by name: what their phone would give."""
    given = _given()
    code = world().issue_code(str(given.get("name")), str(given.get("kind") or "login"))
    return {"code": code, "name": given.get("name")}, HTTPStatus.CREATED


@blueprint.post("/sandbox/people")
def change_person() -> ResponseReturnValue:
    """Add somebody, or change whether they are blocked and how risky they are."""
    given = _given()
    world().add_people([str(given["name"])])
    person = world().person(str(given["name"]))
    person.blocked = bool(given.get("blocked", person.blocked))
    person.risk_rank = int(given.get("risk_rank", person.risk_rank))
    return {"name": person.name, "blocked": person.blocked, "risk_rank": person.risk_rank}


@blueprint.post("/sandbox/subscriptions")
def accept_messages() -> ResponseReturnValue:
    """Somebody accepts messages of a template, so many times."""
    given = _given()
    world().accept(str(given.get("name")), str(given.get("template_id")), int(given.get("times", 1)))
    return redirect("/") if request.form else ({"accepted": True}, HTTPStatus.CREATED)


@blueprint.post("/sandbox/soter")
def sign_soter() -> ResponseReturnValue:
    """Somebody lays a finger on their phone for a challenge."""
    given = _given()
    return world().sign_soter(str(given.get("name")), str(given.get("challenge"))), HTTPStatus.CREATED


@blueprint.post("/sandbox/faults")
def add_fault() -> ResponseReturnValue:
    """Switch a fault on: `call` (or `*`), `kind`, `seconds`, `times`."""
    given = _given()
    if given.get("kind") not in KINDS:
        return {"kinds": KINDS}, HTTPStatus.UNPROCESSABLE_ENTITY
    times = given.get("times")
    fault = Fault(str(given.get("call", "*")), given["kind"], float(given.get("seconds", 10)), times and int(times))
    faults().add(fault)
    return {"on": len(faults().on)}, HTTPStatus.CREATED


@blueprint.delete("/sandbox/faults")
def clear_faults() -> ResponseReturnValue:
    """Take all faults back."""
    faults().clear()
    return "", HTTPStatus.NO_CONTENT


@blueprint.delete("/sandbox/tokens")
def spoil_tokens() -> ResponseReturnValue:
    """End all access tokens without telling anybody."""
    world().spoil_tokens()
    return "", HTTPStatus.NO_CONTENT


@blueprint.get("/sandbox/messages")
def list_messages() -> ResponseReturnValue:
    """What was sent, the latest first."""
    sent = reversed(world().messages)
    return {"items": [{"name": m.name, "template_id": m.template_id, "page": m.page, "data": m.data} for m in sent]}


@blueprint.get("/sandbox/calls")
def count_calls() -> ResponseReturnValue:
    """How often which call came."""
    return world().snapshot()


@blueprint.post("/sandbox/media-results")
def push_media_results() -> ResponseReturnValue:
    """Push the results of the checks that wait; all pass but those whose address holds "bad"."""
    found = world()
    return {"pushed": [push(media_result(found, found.media.pop(trace_id))) for trace_id in list(found.media)]}


def media_result(found: World, check: MediaCheck) -> dict[str, Any]:
    """Give the event that WeChat pushes."""
    risky = "bad" in check.url
    result = {"suggest": "risky" if risky else "pass", "label": 20002 if risky else 100}
    return {
        "ToUserName": "gh_sandbox",
        "FromUserName": SYSTEM_OPENID,
        "CreateTime": int(found.now()),
        "MsgType": "event",
        "Event": "wxa_media_check",
        "appid": found.appid,
        "trace_id": check.trace_id,
        "version": 2,
        "detail": [{"strategy": "content_model", "errcode": 0, **result, "prob": 90}],
        "errcode": 0,
        "errmsg": "ok",
        "result": result,
    }


def push(event: dict[str, Any], *, timestamp: int | None = None) -> int:
    """Push an event to the address that was set, signed and encrypted; answers the status."""
    sealer = cast("Push", current_app.config["PUSH"])
    stamp = str(int(world().now()) if timestamp is None else timestamp)
    nonce, random = "415670741", b"0123456789abcdef"
    sealed = sealer.seal(json.dumps(event, ensure_ascii=False).encode(), timestamp=stamp, nonce=nonce, random=random)
    query = {
        "signature": sealer.sign(stamp, nonce),
        "timestamp": stamp,
        "nonce": nonce,
        "openid": str(event.get("FromUserName")),
        "encrypt_type": "aes",
        "msg_signature": sealed["MsgSignature"],
    }
    document = {"ToUserName": event.get("ToUserName"), "Encrypt": sealed["Encrypt"]}
    address = current_app.config["PUSH_URL"]
    with httpx.Client(trust_env=False, timeout=5) as client:
        return client.post(address, params=query, json=document).status_code


@blueprint.get("/")
def show_page() -> Response:
    """Who is there, whom to become, and what was sent."""
    found = world()
    people = "".join(
        f"<form method=post action=/become><input type=hidden name=name value='{html.escape(p.name)}'>"
        f"<button>{html.escape(p.name)}</button> {p.phone[:3]}****{p.phone[-4:]}{' 🚫' if p.blocked else ''}</form>"
        for p in list(found.people.values())[:60]
    )
    sent = "".join(
        f"<tr><td>{datetime.fromtimestamp(m.sent_at, UTC):%m-%d %H:%M}<td>{html.escape(m.name)}"
        f"<td>{html.escape(m.template_id)}<td>{html.escape('; '.join(m.data.values()))}"
        for m in reversed(found.messages)
    )
    page = (
        "<!doctype html><meta charset=utf-8><title>微信替身 / WeChat stand-in</title>"
        "<style>body{font:15px sans-serif;margin:2em}form{display:inline-block;margin:.2em}td{padding:.2em 1em}</style>"
        "<h1>微信替身 / WeChat stand-in</h1><p>点一个人,得到一个登录码(五分钟内用一次)。"
        "Choose a person to get a login code, good once within five minutes.</p>"
        f"{people}<h2>已发出的订阅消息 / messages sent</h2><table>{sent}</table>"
    )
    return Response(page, content_type="text/html; charset=utf-8")


@blueprint.post("/become")
def become() -> Response:
    """Show a login code of somebody."""
    name = request.form.get("name", "")
    code = world().issue_code(name)
    shown = f"<!doctype html><meta charset=utf-8><p>{html.escape(name)}: <code>{code}</code></p><a href=/>←</a>"
    return Response(shown, content_type="text/html; charset=utf-8")
