"""What the HTTP edge itself refuses, before a service is asked."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import ClassVar

from app.kernel.errors import DomainError, Kind
from app.kernel.periods import DISTRICT


class EdgeRefusal(DomainError):
    """A refusal that only makes sense over HTTP, so it may name a status its kind does not have."""

    status: ClassVar[int] = HTTPStatus.BAD_REQUEST


class TokenMissing(DomainError):
    kind = Kind.UNAUTHENTICATED
    code = "web.token_missing"
    text = {
        "zh": "请先登录:请求头需要 Authorization: Bearer <令牌>。",
        "en": "Sign in first: the header Authorization: Bearer <token> is needed.",
    }


class SignatureRefusal(DomainError):
    """What is refused of a till's signature. It is told our time, for its clock may be what is wrong."""

    kind = Kind.UNAUTHENTICATED

    def __init__(self, now: datetime, **params: object) -> None:
        """Say what time it is here."""
        super().__init__(**params)
        self.members = {"server_time": now.astimezone(DISTRICT).isoformat(timespec="seconds")}


class SignatureMalformed(SignatureRefusal):
    code = "web.signature_malformed"
    text = {
        "zh": '请求头 Authorization 须形如:LINLI-ED25519 serial="…",nonce="…",timestamp="…",signature="…";'
        "serial 为 32 位十六进制,nonce 为 16 到 64 个字母数字、_ 或 -,timestamp 为秒,signature 为 Base64。",
        "en": 'The header Authorization must look like LINLI-ED25519 serial="…",nonce="…",timestamp="…",signature="…": '
        "serial 32 hex digits, nonce 16 to 64 letters, digits, _ or -, timestamp in seconds, signature in Base64.",
    }
    field = "Authorization"


class MessageSignatureMalformed(SignatureRefusal):
    """The field is the header that is at fault, or its parameter."""

    code = "web.message_signature_malformed"
    text = {
        "zh": "按 RFC 9421 签名时:Signature-Input 须覆盖 @method、@path、@query、content-digest,参数为 created、nonce、"
        "keyid、alg;Content-Digest 须为实际请求体的 SHA-256;Signature 用同一个标签。",
        "en": "By RFC 9421, Signature-Input covers @method, @path, @query and content-digest, with the parameters "
        "created, nonce, keyid and alg; Content-Digest is the SHA-256 of the body as it is sent; "
        "Signature has the same label.",
    }


class ClockOff(SignatureRefusal):
    code = "web.clock_off"
    text = {
        "zh": "签名的时间与服务器相差超过 300 秒,请按 server_time 校准终端时钟后重新签名。",
        "en": "The signature's time is more than 300 seconds from ours; set the till's clock by server_time and "
        "sign anew.",
    }
    field = "Authorization.timestamp"


class SignatureRefused(SignatureRefusal):
    """Deliberately one answer: it never says whether the key is known, revoked, or the signature wrong."""

    code = "web.signature_refused"
    text = {
        "zh": "签名不正确,或密钥不能使用:请核对序列号、私钥,以及签名用的是否为实际发送的路径与请求体。",
        "en": "The signature is wrong or its key is not in use: check serial and key, and that path and body "
        "were signed "
        "as they were sent.",
    }
    field = "Authorization"


class NonceReused(SignatureRefusal):
    code = "web.nonce_reused"
    text = {
        "zh": "这个 nonce 十分钟内已用于另一个请求,请每次使用新的 nonce。",
        "en": "This nonce was used for another request within ten minutes; use a new one for each request.",
    }
    field = "Authorization.nonce"


class RoleDenied(DomainError):
    kind = Kind.DENIED
    code = "web.role_denied"
    text = {
        "zh": "当前身份不能做这件事,需要角色:{roles}。",
        "en": "Your role may not do this; it takes one of: {roles}.",
    }


class DeviceCooling(DomainError):
    kind = Kind.DENIED
    code = "web.device_cooling"
    text = {
        "zh": "新设备、新账号刚登录,暂不能用积分付款或转出,{until}(北京时间)起可用;急用请到社区窗口。",
        "en": "From a new device or account no points go out at first: it works from {until} (China time) on; in a "
        "hurry, ask at the community's desk.",
    }


class AccountPaused(DomainError):
    kind = Kind.DENIED
    code = "web.account_paused"
    text = {
        "zh": "为了您的积分安全,工作人员核实之前暂不能用积分付款或转出,查看不受影响。"
        "请在“我的登录提示”里写明情况,或到社区窗口核实。",
        "en": "To keep your points safe none go out before staff have had a look; you can read everything as ever. "
        "Write to them under your sign-ins that were held up, or ask at the community's desk.",
    }


class ActingForMalformed(DomainError):
    kind = Kind.INVALID
    code = "web.acting_for_malformed"
    text = {
        "zh": "请求头 Linli-Acting-For 须是被代办人的编号(UUID)。",
        "en": "The header Linli-Acting-For takes the id (UUID) of the person who is acted for.",
    }
    field = "Linli-Acting-For"


class PathMalformed(DomainError):
    """The field is the part of the path that is no text: what a database would not even be asked for."""

    kind = Kind.INVALID
    code = "web.path_malformed"
    text = {
        "zh": "路径中的 {name} 含有控制字符或不可见字符,请只用可见的文字。",
        "en": "{name} in the path has control or invisible characters; use printable text only.",
    }


class NotByProxy(DomainError):
    kind = Kind.DENIED
    code = "web.not_by_proxy"
    text = {
        "zh": "这件事只能由本人办理,不能代办。",
        "en": "This is done by the person himself only, not by somebody for him.",
    }


class BookMissing(DomainError):
    kind = Kind.MISSING
    code = "web.book_missing"
    text = {"zh": "没有这个积分账本。", "en": "There is no such book."}
    field = "book"


class BodyNotJson(EdgeRefusal):
    kind = Kind.INVALID
    code = "web.body_not_json"
    text = {
        "zh": "请求体不是合格的 JSON(UTF-8),问题在第 {position} 个字符附近。",
        "en": "The body is not acceptable JSON in UTF-8; see near character {position}.",
    }
    field = "body"


class BodyTooDeep(EdgeRefusal):
    kind = Kind.INVALID
    code = "web.body_too_deep"
    text = {
        "zh": "请求体嵌套太深,最多 {depth_max} 层。",
        "en": "The body is nested too deeply; {depth_max} levels are allowed.",
    }
    field = "body"


class KeyRepeated(EdgeRefusal):
    kind = Kind.INVALID
    code = "web.body_key_repeated"
    text = {"zh": "请求体中的同一个字段 {name} 出现了两次。", "en": "The body names the field {name} twice."}


class ParameterRepeated(EdgeRefusal):
    kind = Kind.INVALID
    code = "web.query_key_repeated"
    text = {"zh": "查询参数 {name} 出现了不止一次。", "en": "The query parameter {name} occurs twice."}


class MediaTypeWrong(EdgeRefusal):
    """What is sent is not of the type that the route takes."""

    kind = Kind.INVALID
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    field = "Content-Type"


class BodyTypeWrong(MediaTypeWrong):
    code = "web.body_type_wrong"
    text = {
        "zh": "请求体须为 Content-Type: application/json。",
        "en": "The body must be sent as Content-Type: application/json.",
    }


class UploadTypeWrong(MediaTypeWrong):
    code = "web.upload_type_wrong"
    text = {
        "zh": "文件类型不对:请求头 Content-Type 须为以下之一:{media_types}。",
        "en": "The file must be sent as one of these types (Content-Type): {media_types}.",
    }


class UploadTooLarge(EdgeRefusal):
    kind = Kind.INVALID
    code = "web.upload_too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    text = {
        "zh": "文件太大:最多 {megabytes} MiB,请拆成几个文件。",
        "en": "The file is too large: at most {megabytes} MiB; split it into several.",
    }
    field = "body"


class UploadEmpty(EdgeRefusal):
    kind = Kind.INVALID
    code = "web.upload_empty"
    text = {"zh": "没有收到文件:请求体是空的。", "en": "There is no file: the body is empty."}
    field = "body"


class KeyMalformed(EdgeRefusal):
    kind = Kind.INVALID
    code = "web.idempotency_key_malformed"
    text = {
        "zh": "请求头 Idempotency-Key 须为 1 到 128 个可见的 ASCII 字符。",
        "en": "The header Idempotency-Key must be 1 to 128 visible ASCII characters.",
    }
    field = "Idempotency-Key"


class KeyReused(DomainError):
    kind = Kind.INVALID
    code = "web.idempotency_key_reused"
    text = {
        "zh": "这个 Idempotency-Key 已用于另一个内容不同的请求,请换一个新的。",
        "en": "This Idempotency-Key already belongs to a request with other content; use a new one.",
    }
    field = "Idempotency-Key"


class ClockRefused(EdgeRefusal):
    kind = Kind.INVALID
    code = "web.demo_clock_refused"
    text = {
        "zh": "请求头 Linli-Demo-Clock 只在演示环境有效,且须为 2000 年至 2199 年间带时区的 RFC 3339 时间。",
        "en": "The header Linli-Demo-Clock works in demo mode only and must be an RFC 3339 time with its zone, "
        "in the years 2000 to 2199.",
    }
    field = "Linli-Demo-Clock"


class TooOften(DomainError):
    kind = Kind.LIMITED
    code = "web.too_often"
    text = {
        "zh": "操作太频繁,请 {seconds} 秒后再试。",
        "en": "Too many requests; please try again in {seconds} seconds.",
    }
    retryable = True

    def __init__(self, *, seconds: int, why: Mapping[str, str] | None = None) -> None:
        """Say after how many seconds another try makes sense, and with `why`, in each language, of what there were so
        many.
        """
        super().__init__(seconds=seconds)
        self.retry_after_seconds, self.why = seconds, why

    def detail(self, lang: str) -> str:
        """The sentence, behind the one that says why."""
        said = super().detail(lang)
        return said if self.why is None else self.why.get(lang, self.why["zh"]) + (" " * (lang == "en")) + said
