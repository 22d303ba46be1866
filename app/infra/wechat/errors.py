"""What WeChat refuses, and what it is to us when it does not answer. None of these carries what was sent."""

from app.kernel.errors import DomainError, Kind


class WeChatUnavailable(DomainError):
    """It is down, too slow, or answers something that is no answer.

    `sent` tells whether the request may have reached it: then a one-use code may be used up, a message may be out.
    """

    kind = Kind.UNAVAILABLE
    code = "infra.wechat_unavailable"
    text = {
        "zh": "微信暂时没有回应,请稍后重新进入小程序再试。",
        "en": "WeChat does not answer right now; please enter the mini-program again shortly.",
    }
    retryable = True

    def __init__(self, *, sent: bool = True) -> None:
        super().__init__()
        self.sent = sent


class WeChatBusy(DomainError):
    """Enough calls are in flight, or the last ones failed, so this one was not even sent: nothing happened."""

    kind = Kind.UNAVAILABLE
    code = "infra.wechat_busy"
    text = {
        "zh": "与微信的连接正忙,请稍后用同样的内容重试。",
        "en": "The line to WeChat is busy; please retry the same request shortly.",
    }
    retryable = True


class WeChatNotSetUp(DomainError):
    kind = Kind.UNAVAILABLE
    code = "infra.wechat_not_set_up"
    text = {
        "zh": "尚未配置微信小程序,请联系管理员。",
        "en": "The mini-program is not set up here yet; please tell the operator.",
    }


class WeChatRefused(DomainError):
    """An error code nobody can do anything about but the operator: wrong secret, address not allowed, no right."""

    kind = Kind.UNAVAILABLE
    code = "infra.wechat_refused"
    text = {
        "zh": "微信拒绝了这次调用({errcode}),请联系管理员。",
        "en": "WeChat refused the call ({errcode}); please tell the operator.",
    }


class WeChatQuotaSpent(DomainError):
    """45009 and 45011 of a call that belongs to nobody in particular: the quota of the day or of the minute."""

    kind = Kind.UNAVAILABLE
    code = "infra.wechat_quota_spent"
    text = {
        "zh": "微信接口的调用额度已用完,请稍后再试。",
        "en": "The quota of this WeChat call is spent; please try again later.",
    }
    retryable = True


class CodeInvalid(DomainError):
    """40029: a code WeChat does not know, or that is older than five minutes."""

    kind = Kind.INVALID
    code = "infra.wechat_code_invalid"
    text = {
        "zh": "登录凭证无效或已过期,请重新进入小程序。",
        "en": "The code is not valid or has expired; please enter the mini-program again.",
    }
    field = "code"


class CodeUsed(CodeInvalid):
    """40163: a code that was used before. The person is told the same; a program may look twice."""

    code = "infra.wechat_code_used"


class PersonBlocked(DomainError):
    """40226: WeChat itself keeps this person out of mini-programs."""

    kind = Kind.DENIED
    code = "infra.wechat_person_blocked"
    text = {
        "zh": "微信限制了该账号使用小程序,请到微信安全中心处理,或到社区窗口办理。",
        "en": "WeChat restricts this account; please turn to WeChat's security centre, or to the community's desk.",
    }


class TooManyLogins(DomainError):
    """45011 of a login: one person, a hundred times a minute."""

    kind = Kind.LIMITED
    code = "infra.wechat_too_many_logins"
    text = {"zh": "登录太频繁,请一分钟后再试。", "en": "Too many sign-ins; please try again in a minute."}
    retryable = True


class WatermarkWrong(DomainError):
    """A telephone number that WeChat gave to another mini-program."""

    kind = Kind.DENIED
    code = "infra.wechat_watermark_wrong"
    text = {
        "zh": "手机号凭证不属于本小程序。",
        "en": "This proof of a telephone number belongs to another mini-program.",
    }


class PushRefused(DomainError):
    """One answer to everything that is no push of WeChat's to us; `reason` goes to the metrics only."""

    kind = Kind.INVALID
    code = "infra.wechat_push_refused"
    text = {"zh": "推送消息校验未通过。", "en": "This is no message of WeChat's to this mini-program."}

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason
