"""What a pushed message is: its name, and what tells it from every other one."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.notices.terms import EVENT_LINES_MAX


@dataclass(frozen=True, slots=True)
class EventLine:
    """What an event says of one template: a status in its own words, and a code where something was sent."""

    template_id: str
    status: str
    errcode: int


def read_document(content: bytes) -> Mapping[str, Any] | None:
    """Read a JSON object; None for anything else."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def name_of(message: Mapping[str, Any]) -> str:
    """Name the event, or the type of a message of a person."""
    return re.sub(r"[^0-9A-Za-z_.-]", "", str(message.get("Event") or message.get("MsgType") or ""))[:64]


def trace_of(message: Mapping[str, Any]) -> str:
    """Give the trace id of a media result, empty where it has none that could be ours."""
    trace_id = message.get("trace_id")
    return trace_id if isinstance(trace_id, str) and re.fullmatch(r"[0-9A-Za-z_-]{1,128}", trace_id) else ""


def openid_of(message: Mapping[str, Any]) -> str:
    """Give whose event it is, empty where it does not say."""
    openid = message.get("FromUserName")
    return openid if isinstance(openid, str) and len(openid) <= 128 else ""


def lines_of(message: Mapping[str, Any]) -> Iterator[EventLine]:
    """Read the templates of an event about messages: one alone or a list, at the top or under the event's own name."""
    inner = message.get("".join(part.capitalize() for part in name_of(message).split("_")), message)
    found = inner.get("List") if isinstance(inner, dict) else inner
    for line in (found if isinstance(found, list) else [found])[:EVENT_LINES_MAX]:
        if isinstance(line, dict) and isinstance(line.get("TemplateId"), str):
            code = str(line.get("ErrorCode", ""))
            yield EventLine(
                line["TemplateId"], str(line.get("SubscribeStatusString", "")), int(code) if code.isdecimal() else 0
            )


def digest_of(message: Mapping[str, Any]) -> bytes:
    """Give what is the same for a message that WeChat sends again, and different for any other.

    Messages of people carry a MsgId, media results a trace id. For events WeChat names sender and second; those of one
    person in one second may be different ones, and all media results have one sender, so there the whole text counts.
    """
    if message.get("MsgId"):
        identity = json.dumps(["MsgId", str(message["MsgId"])])
    elif message.get("trace_id"):
        identity = json.dumps(["trace_id", name_of(message), str(message["trace_id"])])
    else:
        identity = json.dumps(["message", message], sort_keys=True)
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).digest()
