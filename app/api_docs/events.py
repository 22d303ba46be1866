"""The `webhooks` section of the document: what we send to shops' programs, read off the one table of events."""

from collections.abc import Sequence
from typing import Any

from app.webhooks.service import list_event_types

INSTANTS = ("_at", "_by")
NUMBERS = ("points", "fen", "points_per_yuan")
DAYS = ("through", "payable_on")
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


def describe_events() -> dict[str, Any]:
    """Describe each type of event as a request that a shop's program is sent."""
    return {
        name: {"post": _post(name, f"{each.zh} / {each.en}", each.fields)} for name, each in list_event_types().items()
    }


def _post(name: str, summary: str, fields: Sequence[str]) -> dict[str, Any]:
    body = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": name},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": {"type": "object", "properties": {field: _field(field) for field in fields}},
        },
    }
    signed = [{"name": each, "in": "header", "required": True, "schema": {"type": "string"}} for each in HEADERS]
    return {
        "summary": summary,
        "parameters": signed,
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "2XX": {"description": "收到 / heard"},
            "410": {"description": "请关闭此地址 / close this endpoint"},
        },
    }


def _field(name: str) -> dict[str, Any]:
    if name.endswith("_id"):
        return {"type": ["string", "null"], "format": "uuid"}
    if name.endswith(INSTANTS):
        return {"type": ["string", "null"], "format": "date-time"}
    if name in DAYS:
        return {"type": ["string", "null"], "format": "date"}
    return {"type": ["integer" if name.endswith(NUMBERS) else "string", "null"]}
