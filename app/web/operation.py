"""What the API document says about one route: its input, its answers, and every problem it can end in."""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields

from app.kernel.actor import Role
from app.web import uploads
from app.web.limits import Limit

PROBLEM = "application/problem+json"
JSON = "application/json"
CSV = "text/csv; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"


class ProblemField(Schema):
    """One wrong field of the request."""

    field = fields.String(required=True)
    detail = fields.String(required=True)


class Problem(Schema):
    """RFC 9457 problem details, in the language of Accept-Language."""

    type = fields.String(
        required=True, metadata={"description": "这种问题的说明页 / where this kind of problem is explained"}
    )
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True)
    code = fields.String(required=True, metadata={"description": "程序用的稳定代码 / stable, for programs"})
    trace_id = fields.String(required=True)
    retryable = fields.Boolean(
        required=True, metadata={"description": "原样重试可能成功 / the same request may succeed later"}
    )
    errors = fields.List(fields.Nested(ProblemField), required=True)
    server_time = fields.AwareDateTime(
        metadata={"description": "签名被拒时:服务器时间 / our time, where a signature was refused"}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What `endpoint` was told about a route."""

    roles: frozenset[Role]
    has_path: bool
    body: type[Schema] | None
    upload: uploads.Upload | None
    query: type[Schema] | None
    reply: type[Schema] | None
    status: int
    idempotent: bool
    media_type: str = JSON
    limits: tuple[Limit, ...] = ()
    sends_value: bool = False
    by_proxy: bool = False
    before: Any = None  # endpoint.Before; the document does not tell of it


def describe(name: str, shape: Shape) -> dict[str, Any]:
    """Give the OpenAPI operation of the view `name` (without its summary, which is the view's docstring)."""
    document: dict[str, Any] = {
        "operationId": name,
        "security": [
            *([{"bearer": []}] if shape.roles - {Role.TERMINAL} else []),
            *([{"till": []}, {scheme: [] for scheme in MESSAGE_SIGNED}] if Role.TERMINAL in shape.roles else []),
        ],
        "x-roles": sorted(shape.roles),
        "parameters": [
            *_query(shape.query),
            *([IDEMPOTENCY_KEY] if shape.idempotent else []),
            *([ACTING_FOR] if Role.RESIDENT in shape.roles or shape.by_proxy else []),
        ],
        "responses": {
            str(shape.status): _success(shape),
            **{str(int(status)): _problem(status) for status in sorted(_problems(shape))},
        },
    }
    if shape.body is not None:
        required = any(field.required for field in shape.body().fields.values())
        document["requestBody"] = {"required": required, "content": {JSON: {"schema": shape.body}}}
    if shape.upload is not None:
        document["requestBody"] = uploads.describe(shape.upload)
    return document


IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "同一个键的重复请求得到同一个回答 / repeats with one key get one answer",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
}


MESSAGE_SIGNED = {"till-input": "Signature-Input", "till-signature": "Signature", "till-digest": "Content-Digest"}
"""The other way in which a till signs: as the document names its headers, which stand together."""
ACTING_FOR = {
    "in": "header",
    "name": "Linli-Acting-For",
    "required": False,
    "description": "代办:被代办人的编号,办理会留下记录 / id of the person who is acted for; each act is recorded",
    "schema": {"type": "string", "format": "uuid"},
}


def _query(query: type[Schema] | None) -> list[dict[str, Any]]:
    return [] if query is None else [{"in": "query", "schema": query}]


def _success(shape: Shape) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(shape.status).phrase}
    if shape.reply is not None:
        answer["content"] = {shape.media_type: {"schema": shape.reply}}
    elif shape.media_type != JSON:
        answer["content"] = {shape.media_type: {"schema": {"type": "string", "format": "binary"}}}
    return answer


def _problem(status: HTTPStatus) -> dict[str, Any]:
    return {"description": status.phrase, "content": {PROBLEM: {"schema": Problem}}}


def _problems(shape: Shape) -> Iterable[HTTPStatus]:
    yield from (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE)
    if shape.roles:
        yield from (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    if shape.limits:
        yield HTTPStatus.TOO_MANY_REQUESTS
    takes = shape.body is not None or shape.upload is not None
    if takes and not shape.roles:
        yield HTTPStatus.UNAUTHORIZED  # who signs in may be refused as one who has a token may
    if shape.roles or takes:
        yield from (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)  # what is named, or what it belongs to
    elif shape.has_path:
        yield HTTPStatus.NOT_FOUND
    if takes or shape.idempotent:
        yield from (HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
