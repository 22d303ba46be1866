"""What the API document says about one route: its input, its answers, and every problem it can end in."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields

from app.kernel.actor import Role

PROBLEM = "application/problem+json"


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


def describe(
    roles: frozenset[Role],
    *,
    body: type[Schema] | None,
    query: type[Schema] | None,
    reply: type[Schema] | None,
    status: int,
    idempotent: bool,
) -> dict[str, Any]:
    """Give the OpenAPI operation of a route (without its summary, which is the view's docstring)."""
    document: dict[str, Any] = {
        "security": [{"bearer": []}] if roles else [],
        "x-roles": sorted(roles),
        "parameters": [*_query(query), *([IDEMPOTENCY_KEY] if idempotent else [])],
        "responses": {
            str(int(status)): _success(reply, status),
            **{str(int(code)): _problem(code) for code in _problems(roles, body)},
        },
    }
    if body is not None:
        required = any(field.required for field in body().fields.values())
        document["requestBody"] = {"required": required, "content": {"application/json": {"schema": body}}}
    return document


IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "同一个键的重复请求得到同一个回答 / repeats with one key get one answer",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
}


def _query(query: type[Schema] | None) -> list[dict[str, Any]]:
    return [] if query is None else [{"in": "query", "schema": query}]


def _success(reply: type[Schema] | None, status: int) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if reply is not None:
        answer["content"] = {"application/json": {"schema": reply}}
    return answer


def _problem(status: HTTPStatus) -> dict[str, Any]:
    return {"description": status.phrase, "content": {PROBLEM: {"schema": Problem}}}


def _problems(roles: frozenset[Role], body: type[Schema] | None) -> Iterable[HTTPStatus]:
    yield from (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
    )
    if roles:
        yield from (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    if body is not None:
        yield from (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
