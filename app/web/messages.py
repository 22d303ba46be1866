"""The sentences of the HTTP edge in Chinese and English: field errors, titles, plain HTTP failures."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from marshmallow import ValidationError

ERRORS_MAX = 50
PATH_LENGTH_MAX = 100

# Fields raise a short token ("range:1:1000000000"); here it becomes a sentence that says what would be right.
FIELD = {
    "required": {"zh": "必须填写", "en": "is required"},
    "null": {"zh": "不能为 null", "en": "must not be null"},
    "unknown": {"zh": "不认识这个字段,请去掉", "en": "is not a known field; leave it out"},
    "integer": {"zh": "须为 JSON 整数(不带引号、小数点)", "en": "must be a JSON integer (no quotes, no decimal point)"},
    "range": {"zh": "须为 {0} 到 {1} 之间的整数", "en": "must be a whole number from {0} to {1}"},
    "number": {"zh": "须为 JSON 数字", "en": "must be a JSON number"},
    "between": {"zh": "须在 {0} 到 {1} 之间", "en": "must be between {0} and {1}"},
    "length": {"zh": "长度须为 {0} 到 {1} 个字符", "en": "must be {0} to {1} characters long"},
    "count": {"zh": "须有 {0} 到 {1} 项", "en": "must have {0} to {1} items"},
    "text": {"zh": "须为文字", "en": "must be a string"},
    "unprintable": {"zh": "不能含有控制字符", "en": "must not contain control characters"},
    "uuid": {
        "zh": "须为 UUID,例如 0198c1d2-0000-7000-8000-000000000000",
        "en": "must be a UUID such as 0198c1d2-0000-7000-8000-000000000000",
    },
    "instant": {
        "zh": "须为带时区的时间,例如 2026-11-21T08:00:00+08:00",
        "en": "must be a time with its zone such as 2026-11-21T08:00:00+08:00",
    },
    "day": {"zh": "须为日期,例如 2026-11-21", "en": "must be a date such as 2026-11-21"},
    "month": {"zh": "须为月份,例如 2026-11", "en": "must be a month such as 2026-11"},
    "choice": {"zh": "须为以下之一:{0}", "en": "must be one of: {0}"},
    "pattern": {"zh": "格式不对,须形如 {0}", "en": "has the wrong form; it must look like {0}"},
    "object": {"zh": "须为 JSON 对象", "en": "must be a JSON object"},
    "list": {"zh": "须为 JSON 数组", "en": "must be a JSON array"},
    "boolean": {"zh": "须为 true 或 false", "en": "must be true or false"},
    "alone": {"zh": "与 {0} 只能填一个", "en": "cannot be given beside {0}"},
    "repeated": {"zh": "在清单中出现了不止一次", "en": "occurs more than once in the list"},
    "invalid": {"zh": "不合要求", "en": "is not acceptable"},
}
# What marshmallow itself says, brought to the same tokens.
LIBRARY = {
    "Missing data for required field.": "required",
    "Field may not be null.": "null",
    "Unknown field.": "unknown",
    "Not a valid list.": "list",
    "Not a valid boolean.": "boolean",
    "Not a valid string.": "text",
    "Not a valid mapping type.": "object",
    "Invalid input type.": "object",
    "Invalid type.": "object",
}
CHOICES = re.compile(r"Must be one of: (.*)\.")
UNSIGNED = {"zh": "签名未通过", "en": "Signature not accepted"}
TITLE = {
    400: {"zh": "请求有误", "en": "Bad request"},
    401: {"zh": "需要登录", "en": "Sign-in needed"},
    403: {"zh": "没有权限", "en": "Not allowed"},
    404: {"zh": "找不到", "en": "Not found"},
    405: {"zh": "方法不允许", "en": "Method not allowed"},
    409: {"zh": "与现状冲突", "en": "Conflict"},
    413: {"zh": "请求体太大", "en": "Body too large"},
    415: {"zh": "内容类型不对", "en": "Wrong content type"},
    422: {"zh": "内容不合要求", "en": "Not acceptable"},
    429: {"zh": "太频繁", "en": "Too many requests"},
    500: {"zh": "系统出错", "en": "Internal error"},
    503: {"zh": "暂时不可用", "en": "Temporarily unavailable"},
}
EXPLAIN = {
    400: {"zh": "服务器看不懂这个请求。", "en": "The server cannot understand this request."},
    404: {"zh": "没有这个地址。", "en": "There is nothing at this address."},
    405: {
        "zh": "这个地址不支持该方法,见响应头 Allow。",
        "en": "This address does not take that method; see the header Allow.",
    },
    413: {"zh": "请求体超过上限,请分批提交。", "en": "The body is larger than allowed; send it in parts."},
    415: {
        "zh": "请求体须为 Content-Type: application/json。",
        "en": "The body must be sent as Content-Type: application/json.",
    },
    500: {
        "zh": "系统出错,已记录;请把 trace_id 告诉管理员。",
        "en": "Something went wrong on our side and was recorded; give trace_id to the operator.",
    },
}


def title(status: int, lang: str) -> str:
    """Name the kind of a problem."""
    return TITLE.get(int(status), {"zh": HTTPStatus(status).phrase, "en": HTTPStatus(status).phrase})[lang]


def explain(status: int, lang: str) -> str:
    """Say in a sentence what a plain HTTP failure means."""
    return EXPLAIN.get(int(status), {}).get(lang) or HTTPStatus(status).description or HTTPStatus(status).phrase


def flatten(error: ValidationError, lang: str) -> list[dict[str, str]]:
    """List the wrong fields (the first fifty) by their path (`rows.3.points`) with what would be right."""
    found = itertools.islice(_walk(error.normalized_messages(), ()), ERRORS_MAX)
    return [{"field": path, "detail": f"{path} {sentence(token, lang)}"} for path, token in found]


def summary(found: Sequence[Mapping[str, str]], lang: str) -> str:
    """Join the first few field errors to one sentence."""
    shown = ("；" if lang == "zh" else "; ").join(item["detail"] for item in found[:3])
    more = len(found) - 3
    if more <= 0:
        return shown
    return f"{shown}（另有 {more} 处）" if lang == "zh" else f"{shown} (and {more} more)"


def sentence(token: str, lang: str) -> str:
    """Turn a field's token into its sentence; text that is no token passes unchanged."""
    token = LIBRARY.get(token, token)
    choices = CHOICES.fullmatch(token)
    name, *values = ["choice", choices[1]] if choices else token.split(":")
    return FIELD[name][lang].format(*values) if name in FIELD else token


def _walk(messages: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _walk(inner, path if key in {"_schema", "json"} else (*path, str(key)))
    else:
        for message in messages if isinstance(messages, list) else [messages]:
            yield ".".join(path)[:PATH_LENGTH_MAX] or "body", str(message)
