"""The server API of WeChat, as the stand-in answers it."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from flask import Blueprint, Response, current_app, request

from sandbox.wechat import picture
from sandbox.wechat.faults import HTML, Fault, Faults
from sandbox.wechat.world import MINUTE_QUOTAS, MediaCheck, No, World

blueprint = Blueprint("api", __name__)
View = Callable[[World, Mapping[str, Any]], "Mapping[str, Any] | bytes"]

BAD_WORDS = {"赌博": 20002, "办证": 20001, "加微信返现": 20006}
SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@._~-]{1,32}")
# what a value of each kind of keyword may be; the kind is the keyword without its number
LIMITS = {
    "thing": r".{1,20}",
    "number": r"-?[0-9]{1,32}(\.[0-9]{1,32})?",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r"[^\w\s]{1,5}",
    "character_string": r"[!-~]{1,32}",
    "time": r"([0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日 ?)?[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?",
    "date": r"[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日( [0-9]{1,2}:[0-9]{2})?",
    "amount": r"[¥$]?[0-9]{1,10}(\.[0-9]{1,2})?元?",
    "phone_number": r"[0-9+-]{1,17}",
    "name": r"[\u4e00-\u9fff]{1,10}|[^\u4e00-\u9fff]{1,20}",
    "phrase": r"[\u4e00-\u9fff]{1,5}",
}


def call(path: str, method: str, *, token: bool = True) -> Callable[[View], View]:
    """Put a call of WeChat's at `path`, with its quota, its token and the faults that are on."""

    def place(view: View) -> View:
        name = "subscribe_send" if path.endswith("subscribe/send") else path.rsplit("/", 1)[1]
        name = "soter_verify_signature" if "soter" in path else name

        def answer() -> Response:
            world = cast("World", current_app.config["WORLD"])
            faults = cast("Faults", current_app.config["FAULTS"])
            with world.lock:
                world.calls[name] += 1
            fault = faults.take(name)
            early = _instead(fault, faults)
            return early or _with_fault(_answer(world, view, name, token=token), fault, faults)

        blueprint.add_url_rule(path, name, answer, methods=[method])
        return view

    return place


def _instead(fault: Fault | None, faults: Faults) -> Response | None:
    """Answer a request without having looked at it."""
    if fault is None:
        return None
    if fault.kind == "stall":
        faults.wait(fault.seconds)
    texts = {
        "html": Response(HTML, content_type="text/html"),
        "gateway": Response(HTML, status=502, content_type="text/html"),
        "garbage": Response(b"\x00\xff{", content_type="application/json"),
        "busy": _document(No(-1, "system error, please try again")),
        "quota": _document(No(45009, "reach max api daily quota limit")),
    }
    return texts.get(fault.kind)


def _with_fault(response: Response, fault: Fault | None, faults: Faults) -> Response:
    if fault is not None and fault.kind == "drip":
        return faults.drip(response.get_data(), response.content_type or "text/plain")
    if fault is not None and fault.kind == "late":
        faults.wait(fault.seconds)
    if fault is not None and fault.kind == "watermark":
        return Response(
            response.get_data().replace(current_app.config["WORLD"].appid.encode(), b"wx0000000000000000"),
            content_type=response.content_type,
        )
    return response


def _answer(world: World, view: View, name: str, *, token: bool) -> Response:
    try:
        if token:
            world.check_token(request.args.get("access_token"))
        if name in MINUTE_QUOTAS:
            world.count(name, MINUTE_QUOTAS[name])
        given = request.args if request.method == "GET" else _body()
        said = view(world, given)
    except No as no:
        return _document(no)
    if isinstance(said, bytes):
        return Response(said, content_type="image/png")
    return _json({"errcode": 0, "errmsg": "ok", **said} if name != "jscode2session" else said)


def _body() -> Mapping[str, Any]:
    try:
        document = json.loads(request.get_data().decode("utf-8"))
    except ValueError:
        raise No(47001, "data format error") from None
    if not isinstance(document, dict):
        raise No(47001, "data format error")
    return document


def _document(no: No) -> Response:
    return _json({"errcode": no.errcode, "errmsg": f"{no.errmsg} rid: 00000000-00000000-00000000"})


def _json(document: Mapping[str, Any]) -> Response:
    # WeChat labels these answers as text
    return Response(json.dumps(document, ensure_ascii=False), content_type="text/plain")


@call("/sns/jscode2session", "GET", token=False)
def exchange_code(world: World, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Whose code it is."""
    _check_credentials(world, given)
    if given.get("grant_type") != "authorization_code":
        raise No(40002, "invalid grant_type")
    person = world.use_code(given.get("js_code"), "login")
    if person.blocked:
        raise No(40226, "code blocked")
    return {"openid": person.openid, "session_key": "c2FuZGJveC1zZXNzaW9uLWtleQ=="}


@call("/cgi-bin/stable_token", "POST", token=False)
def give_token(world: World, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """An access token."""
    _check_credentials(world, given)
    token = world.give_token(force=given.get("force_refresh") is True)
    return {"access_token": token.text, "expires_in": int(token.ends_at - world.now())}


def _check_credentials(world: World, given: Mapping[str, Any]) -> None:
    if given.get("appid") != world.appid:
        raise No(40013, "invalid appid")
    if given.get("secret") != world.secret:
        raise No(40125, "invalid appsecret")


@call("/wxa/getwxacodeunlimit", "POST")
def draw_code(_world: World, given: Mapping[str, Any]) -> bytes:
    """A picture of a code."""
    scene, page = str(given.get("scene", "")), str(given.get("page", ""))
    if not SCENE.fullmatch(scene) or "&" in scene:
        raise No(40129, "invalid scene")
    if "?" in page or page.startswith("/") or (given.get("check_path", True) and not page.startswith("pages/")):
        raise No(41030, "invalid page")
    return picture.draw(scene)


@call("/cgi-bin/message/subscribe/send", "POST")
def send_message(world: World, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A subscribe message."""
    data: dict[str, str] = {}
    for keyword, each in (given.get("data") or {}).items():
        kind = re.sub(r"[0-9]+$", "", keyword)
        value = str(each.get("value", "")) if isinstance(each, dict) else ""
        if kind not in LIMITS or not re.fullmatch(LIMITS[kind], value):
            raise No(47003, f"argument invalid! data.{keyword}.value invalid")
        data[keyword] = value
    wanted = world.templates.get(str(given.get("template_id")), {})
    if set(wanted) - set(data):
        raise No(47003, "argument invalid! data is missing")
    return {"msgid": world.send(given.get("touser"), given.get("template_id"), str(given.get("page", "")), data)}


@call("/wxa/msg_sec_check", "POST")
def check_text(world: World, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a text is worth."""
    text = str(given.get("content", ""))
    if given.get("version") != 2 or given.get("scene") not in {1, 2, 3, 4}:
        raise No(40129, "invalid scene")
    if not 0 < len(text) <= 2500:
        raise No(47001, "data format error")
    world.visitor(given.get("openid"))
    label = next((label for word, label in BAD_WORDS.items() if word in text), 100)
    suggest = "pass" if label == 100 else "risky"
    return {"trace_id": world.new_trace(), "result": {"suggest": suggest, "label": label}, "detail": []}


@call("/wxa/media_check_async", "POST")
def check_media(world: World, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A picture is taken in; its result is pushed later."""
    url = str(given.get("media_url", ""))
    if given.get("version") != 2 or given.get("media_type") not in {1, 2} or not url.startswith("http"):
        raise No(47001, "data format error")
    person = world.visitor(given.get("openid"))
    trace_id = world.new_trace()
    world.media[trace_id] = MediaCheck(trace_id, person.openid, url)
    return {"trace_id": trace_id}


@call("/wxa/business/getuserphonenumber", "POST")
def find_phone(world: World, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A telephone number, watermarked."""
    person = world.use_code(given.get("code"), "phone")
    watermark = {"timestamp": int(world.now()), "appid": world.appid}
    info = {"phoneNumber": person.phone, "purePhoneNumber": person.phone, "countryCode": "86", "watermark": watermark}
    return {"phone_info": info}


@call("/wxa/getuserriskrank", "POST")
def rank_risk(world: World, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """How risky somebody is."""
    if given.get("scene") not in {0, 1, 2} or not given.get("client_ip"):
        raise No(40129, "invalid scene")
    return {"risk_rank": world.visitor(given.get("openid")).risk_rank, "unoin_id": 1}


@call("/cgi-bin/soter/verify_signature", "POST")
def verify_soter(world: World, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Whether a finger was shown."""
    return {"is_ok": world.check_soter(given.get("openid"), given.get("json_string"), given.get("json_signature"))}
