"""Refusals of lists."""

from app.kernel.errors import DomainError, Kind


class ListMissing(DomainError):
    kind = Kind.MISSING
    code = "risk.list_missing"
    text = {"zh": "没有名单 {list}。", "en": "There is no list {list}."}
    field = "list"


class ListTaken(DomainError):
    kind = Kind.CONFLICT
    code = "risk.list_taken"
    text = {"zh": "名单代码 {list} 已被使用。", "en": "The list code {list} is taken."}
    field = "list_code"


class ListFull(DomainError):
    kind = Kind.CONFLICT
    code = "risk.list_full"
    text = {"zh": "名单 {list} 已满 {most} 项。", "en": "The list {list} has its {most} items already."}


class ListsFull(DomainError):
    kind = Kind.CONFLICT
    code = "risk.lists_full"
    text = {
        "zh": "名单最多 {most} 份(不含自带的),已满;请用已有的名单。",
        "en": "There are {most} lists already (besides those that come with Linli), the most there may be; use one.",
    }
    field = "list_code"


class ItemListed(DomainError):
    kind = Kind.CONFLICT
    code = "risk.item_listed"
    text = {
        "zh": "名单 {list} 里已有这一项({item});要改期限或理由,请先移除再加入。",
        "en": "The list {list} has this already (item {item}); to change its end or reason, remove it first.",
    }
    field = "value"


class ItemOver(DomainError):
    kind = Kind.INVALID
    code = "risk.item_over"
    text = {
        "zh": "到期时间已经过去,加入也不起作用;请写将来的时间,或不写(长期有效)。",
        "en": "That end is in the past, so the item would do nothing; name a time to come, or none.",
    }
    field = "expires_at"


class ItemMissing(DomainError):
    kind = Kind.MISSING
    code = "risk.item_missing"
    text = {"zh": "名单里没有这一项,或已移除。", "en": "There is no such item in the list, or it was removed."}
    field = "item_id"
