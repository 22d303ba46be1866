"""Every refusal of webhooks."""

from app.kernel.errors import DomainError, Kind


class EndpointMissing(DomainError):
    kind = Kind.MISSING
    code = "webhooks.endpoint_missing"
    text = {"zh": "没有这个 Webhook 地址。", "en": "There is no such webhook endpoint."}
    field = "webhook_id"


class DeliveryMissing(DomainError):
    kind = Kind.MISSING
    code = "webhooks.delivery_missing"
    text = {"zh": "没有这条推送记录。", "en": "There is no such delivery."}
    field = "delivery_id"


class EndpointClosed(DomainError):
    kind = Kind.CONFLICT
    code = "webhooks.endpoint_closed"
    text = {
        "zh": "这个 Webhook 地址已经关闭,请新开一个。",
        "en": "This webhook endpoint is closed; open a new one.",
    }
    field = "webhook_id"


class EndpointsTooMany(DomainError):
    kind = Kind.CONFLICT
    code = "webhooks.endpoints_too_many"
    text = {
        "zh": "已有 {most} 个 Webhook 地址,请先关闭一个。",
        "en": "There are {most} webhook endpoints already; close one first.",
    }


class UrlNotAllowed(DomainError):
    """Nothing is said of what a name resolves to: that would tell strangers how our network looks."""

    kind = Kind.INVALID
    code = "webhooks.url_not_allowed"
    text = {
        "zh": "地址须形如 https://shop.example.cn/linli:https,公网域名(不能是 IP),端口 443 或 8443,不带账号和 #。",
        "en": "The address must look like https://shop.example.cn/linli: https, a public name and no IP address, "
        "port 443 or 8443, no user and no #.",
    }
    field = "url"


class EventTypeUnknown(DomainError):
    kind = Kind.INVALID
    code = "webhooks.event_type_unknown"
    text = {"zh": "没有事件类型 {type};可用:{allowed}。", "en": "There is no event type {type}; there are {allowed}."}
    field = "types"


class EventDataWrong(DomainError):
    """A defect of whoever published it: the fields of events are known before, and none is about a person."""

    kind = Kind.INVALID
    code = "webhooks.event_data_wrong"
    text = {
        "zh": "事件 {type} 的内容不对:{problem}。",
        "en": "The data of the event {type} is wrong: {problem}.",
    }


class PeriodWrong(DomainError):
    kind = Kind.INVALID
    code = "webhooks.period_wrong"
    text = {
        "zh": "重发时段须从早到晚,最多 {days} 天。",
        "en": "The period to replay must end after it begins, and be {days} days long at most.",
    }
    field = "until"
