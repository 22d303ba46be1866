"""The calls Linli makes to WeChat, each a method with typed values in and out. No network elsewhere in this package.

None belongs into a unit of work: call before it, or in a job of the kind Errands (app/jobs/terms.py).
"""

import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from app.infra.wechat import terms
from app.infra.wechat.caller import BUSY, DAY_QUOTA, MINUTE_QUOTA, Answer, Caller, Kind
from app.infra.wechat.errors import (
    CodeInvalid,
    CodeUsed,
    PersonBlocked,
    TooManyLogins,
    WatermarkWrong,
    WeChatQuotaSpent,
    WeChatRefused,
    WeChatUnavailable,
)
from app.infra.wechat.tokens import Tokens
from app.infra.wechat.transport import Request
from app.kernel.errors import DomainError

log = structlog.get_logger(__name__)

# A code is good once: where it may have arrived, it is not sent again.
# The minute quota of a login is that of one person, and a moment later still spent.
LOGIN = Kind("jscode2session", deadline_seconds=2.0, attempts_max=2, repeatable=False, passing=frozenset({BUSY}))
PHONE = Kind("getuserphonenumber", deadline_seconds=2.5, attempts_max=2, repeatable=False)
# Sent twice it would use up two subscriptions and ring twice.
MESSAGE = Kind("subscribe_send", repeatable=False)
QR_CODE = Kind("getwxacodeunlimit", deadline_seconds=8.0)
TEXT_CHECK = Kind("msg_sec_check", deadline_seconds=2.5, attempts_max=2)
MEDIA_CHECK = Kind("media_check_async")  # a second trace id whose result nobody waits for does no harm
RISK_RANK = Kind("getuserriskrank", deadline_seconds=2.5, attempts_max=2)
SOTER = Kind("soter_verify_signature", deadline_seconds=2.5, attempts_max=2)

TOKEN_WRONG = frozenset({40001, 40014, 42001})
CODE_UNKNOWN, CODE_USED, PERSON_BLOCKED = 40029, 40163, 40226
OPENID_WRONG, OPENID_STALE = 40003, 61010
NO_SUBSCRIPTION = 43101
MESSAGE_WRONG = frozenset({OPENID_WRONG, 40037, 41030, 43107, 47001, 47003})

TEXT_LENGTH_MAX = 2500
SCENE = re.compile(r"[0-9A-Za-z._-]{1,32}")  # WeChat allows more, of which some are known to fail
PAGE = re.compile(r"[0-9A-Za-z_-]+(?:/[0-9A-Za-z_-]+)*")
IMAGE_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
MINIPROGRAM_STATE = {"release": "formal", "trial": "trial", "develop": "developer"}


@dataclass(slots=True)
class WeChatClient:
    """WeChat's server API for one mini-program. Every method also refuses WeChatUnavailable, WeChatBusy, WeChatRefused
    and WeChatQuotaSpent.
    """

    caller: Caller
    tokens: Tokens
    appid: str
    secret: str = field(repr=False)
    version: str = "release"

    def exchange_code(self, code: str) -> terms.Login:
        """Say whose login code this is. Refuses CodeInvalid, CodeUsed, PersonBlocked, TooManyLogins."""
        query = {"appid": self.appid, "secret": self.secret, "js_code": code, "grant_type": "authorization_code"}
        request = Request("GET", "/sns/jscode2session", query)
        answer = self.caller.call(LOGIN, request, deadline=self.caller.deadline(LOGIN))
        if answer.errcode == MINUTE_QUOTA:
            raise TooManyLogins
        _check_code(answer)
        openid, unionid = answer.document.get("openid"), answer.document.get("unionid")
        if not isinstance(openid, str) or not 0 < len(openid) <= 128:
            raise WeChatUnavailable
        return terms.Login(openid, unionid if isinstance(unionid, str) and unionid else None)

    def find_phone(self, code: str) -> terms.Phone:
        """Give the telephone number behind a code of getPhoneNumber. Refuses CodeInvalid, CodeUsed, WatermarkWrong."""
        answer = self._call(PHONE, "/wxa/business/getuserphonenumber", {"code": code}, check=_check_code)
        info = _mapping(answer.document.get("phone_info"))
        if not hmac.compare_digest(str(_mapping(info.get("watermark")).get("appid")).encode(), self.appid.encode()):
            log.warning("wechat_watermark_wrong")
            raise WatermarkWrong
        number, country = info.get("purePhoneNumber"), str(info.get("countryCode"))
        if not (isinstance(number, str) and re.fullmatch(r"[0-9]{4,20}", number)):
            raise WeChatUnavailable
        return terms.Phone(number, country)

    def draw_code(self, *, scene: str, page: str, width: int = 430, check_page: bool = True) -> bytes:
        """Draw the code that opens `page` with `scene` (1 to 32 letters, digits and `._-`), as PNG or JPEG.

        It is good for ever: what it opens must be revocable on our side.
        """
        if not SCENE.fullmatch(scene) or not PAGE.fullmatch(page) or not 280 <= width <= 1280:
            raise ValueError("scene, page or width is not what getwxacodeunlimit takes")
        wanted = {"scene": scene, "page": page, "width": width, "check_path": check_page, "env_version": self.version}
        answer = self._call(QR_CODE, "/wxa/getwxacodeunlimit", wanted)
        if not answer.content.startswith(IMAGE_STARTS):
            raise WeChatUnavailable
        return answer.content

    def send_message(self, *, openid: str, template_id: str, data: Mapping[str, str], page: str) -> terms.Sending:
        """Send a subscribe message, at most once: WeChatUnavailable says whether it may have arrived."""
        wanted = {
            "touser": openid,
            "template_id": template_id,
            "page": page,
            "miniprogram_state": MINIPROGRAM_STATE[self.version],
            "lang": "zh_CN",
            "data": {keyword: {"value": value} for keyword, value in data.items()},
        }
        quiet = MESSAGE_WRONG | {NO_SUBSCRIPTION}
        answer = self._call(MESSAGE, "/cgi-bin/message/subscribe/send", wanted, allowed=quiet)
        if answer.errcode == NO_SUBSCRIPTION:
            return terms.Sending(terms.Delivery.NO_SUBSCRIPTION, answer.errcode)
        return terms.Sending(terms.Delivery.REFUSED if answer.errcode else terms.Delivery.SENT, answer.errcode)

    def check_text(self, *, openid: str, text: str, scene: terms.ContentScene) -> terms.Verdict:
        """Have a text of up to 2,500 characters judged. "pass" may miss something: look at samples all the same."""
        if not 0 < len(text) <= TEXT_LENGTH_MAX:
            raise ValueError(f"a text has 1 to {TEXT_LENGTH_MAX} characters")
        wanted = {"version": 2, "openid": openid, "scene": int(scene), "content": text}
        answer = self._call(TEXT_CHECK, "/wxa/msg_sec_check", wanted, allowed=frozenset({OPENID_STALE}))
        if answer.errcode == OPENID_STALE:
            return terms.Verdict(terms.Suggestion.REVIEW, None, "", stale=True)
        return read_verdict(answer.document)

    def check_media(
        self, *, openid: str, url: str, media_type: terms.MediaType, scene: terms.ContentScene
    ) -> str | None:
        """Have a picture or sound judged that WeChat can fetch at `url`; the result is pushed within 30 minutes.

        Answers the trace id that the push will carry, None where the person is stale (see Verdict).
        """
        wanted = {
            "version": 2,
            "openid": openid,
            "media_url": url,
            "media_type": int(media_type),
            "scene": int(scene),
        }
        answer = self._call(MEDIA_CHECK, "/wxa/media_check_async", wanted, allowed=frozenset({OPENID_STALE}))
        if answer.errcode == OPENID_STALE:
            return None
        trace_id = answer.document.get("trace_id")
        if not isinstance(trace_id, str) or not 0 < len(trace_id) <= 128:
            raise WeChatUnavailable
        return trace_id

    def rank_risk(self, *, openid: str, scene: terms.RiskScene, client_ip: str) -> int:
        """Say how risky WeChat holds a person to be: 0 to 4. Advice, never the only reason of a refusal."""
        wanted = {"appid": self.appid, "openid": openid, "scene": int(scene), "client_ip": client_ip, "is_test": False}
        answer = self._call(RISK_RANK, "/wxa/getuserriskrank", wanted)
        rank = answer.document.get("risk_rank")
        if type(rank) is not int or not 0 <= rank <= 4:
            raise WeChatUnavailable
        return rank

    def verify_soter(self, *, openid: str, result: str, signature: str, challenge: str) -> bool:
        """Say whether a fingerprint or face was shown on the person's phone, and for our `challenge`.

        `result` and `signature` are resultJSON and resultJSONSignature of wx.startSoterAuthentication.
        """
        wanted = {"openid": openid, "json_string": result, "json_signature": signature}
        answer = self._call(SOTER, "/cgi-bin/soter/verify_signature", wanted)
        try:
            shown = str(_mapping(json.loads(result)).get("raw"))
        except (ValueError, RecursionError):
            return False
        return answer.document.get("is_ok") is True and hmac.compare_digest(shown.encode(), challenge.encode())

    def _call(
        self,
        kind: Kind,
        path: str,
        document: Mapping[str, Any],
        *,
        allowed: frozenset[int] = frozenset(),
        check: Callable[[Answer], None] | None = None,
    ) -> Answer:
        """Call with the access token, once more with a new one if that was wrong. Codes not `allowed` are refusals."""
        deadline = self.caller.deadline(kind)
        with self.caller.place(kind):
            answer = self._with_token(kind, path, document, deadline)
            if answer.errcode in TOKEN_WRONG:
                answer = self._with_token(kind, path, document, deadline)
        if answer.errcode not in allowed:
            (check or _check)(answer)
        return answer

    def _with_token(self, kind: Kind, path: str, document: Mapping[str, Any], deadline: float) -> Answer:
        try:
            token = self.tokens.get(deadline=deadline)
        except WeChatUnavailable:
            raise WeChatUnavailable(sent=False) from None  # the token's call may have arrived, this one did not
        answer = self.caller.call(kind, Request("POST", path, {"access_token": token}, document), deadline=deadline)
        if answer.errcode in TOKEN_WRONG:
            self.tokens.forget(token)
        return answer


def read_verdict(document: Mapping[str, Any]) -> terms.Verdict:
    """Read the verdict of an answer or of a push. Refuses WeChatUnavailable where there is none."""
    result = _mapping(document.get("result"))
    suggest, label, trace_id = result.get("suggest"), result.get("label"), document.get("trace_id")
    if suggest not in set(terms.Suggestion):
        raise WeChatUnavailable
    return terms.Verdict(terms.Suggestion(suggest), label if type(label) is int else None, str(trace_id or "")[:128])


def _check_code(answer: Answer) -> None:
    """Refuse what a one-use code may be refused for."""
    if answer.errcode == CODE_USED:
        # after an attempt that may have arrived, it was ourselves who used it up
        raise WeChatUnavailable if answer.repeated else CodeUsed
    if answer.errcode == CODE_UNKNOWN:
        raise CodeInvalid
    if answer.errcode == PERSON_BLOCKED:
        raise PersonBlocked
    _check(answer)


def _check(answer: Answer) -> None:
    refusal: DomainError | None = None
    if answer.errcode in {DAY_QUOTA, MINUTE_QUOTA}:
        refusal = WeChatQuotaSpent()
    elif answer.errcode == BUSY:
        refusal = WeChatUnavailable(sent=False)
    elif answer.errcode:
        refusal = WeChatRefused(errcode=answer.errcode)
    if refusal is not None:
        raise refusal


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
