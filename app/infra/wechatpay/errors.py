"""What is refused of WeChat Pay's callbacks, and what it is to us when it does not take what we tell it."""

from app.kernel.errors import DomainError, Kind


class MallNotSetUp(DomainError):
    kind = Kind.UNAVAILABLE
    code = "infra.mall_not_set_up"
    text = {
        "zh": "尚未配置微信支付商圈,请联系管理员。",
        "en": "The mall is not set up at WeChat Pay here; please tell the operator.",
    }


class CallbackRefused(DomainError):
    """One answer to everything that is no callback of WeChat Pay's to us; `reason` goes to the metrics only."""

    kind = Kind.UNAUTHENTICATED
    code = "infra.mall_callback_refused"
    text = {"zh": "回调验签未通过。", "en": "This is no callback of WeChat Pay's to this merchant."}

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason
