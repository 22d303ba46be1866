"""Every failure leaves here: RFC 9457 problem+json, in the caller's language, with nothing internal in it."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, json, request
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from app.infra.logging import current_request_id
from app.kernel.errors import DomainError, Kind
from app.web import messages
from app.web.refusals import EdgeRefusal, SignatureRefusal

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
STATUS = {
    Kind.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Kind.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Kind.DENIED: HTTPStatus.FORBIDDEN,
    Kind.MISSING: HTTPStatus.NOT_FOUND,
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    Kind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
RETRY_AFTER_SECONDS = 1


def language() -> str:
    """Say which language to answer in: zh unless the caller prefers English."""
    chosen = request.accept_languages.best_match(["zh-CN", "zh", "en"], default="zh-CN")
    return "en" if chosen == "en" else "zh"


def document(error: DomainError) -> dict[str, Any]:
    """Describe a refusal as a problem, without the request's own parts (see `render`)."""
    lang = language()
    errors = [{"field": error.field, "detail": error.detail(lang)}] if error.field else []
    usual = _document(status_of(error), error.code, error.detail(lang), retryable=error.retryable, errors=errors)
    if isinstance(error, SignatureRefusal):  # a till has nothing to sign in with
        usual["title"] = messages.UNSIGNED[lang]
    return {**usual, **error.members}


def status_of(error: DomainError) -> int:
    """Give the HTTP status a refusal is answered with."""
    return status_of_class(type(error))


def status_of_class(cls: type[DomainError]) -> int:
    """Give the HTTP status of a class of refusals."""
    return int(cls.status if issubclass(cls, EdgeRefusal) else STATUS[cls.kind])


def _document(
    status: int, code: str, detail: str, *, retryable: bool = False, errors: Sequence[Mapping[str, str]] = ()
) -> dict[str, Any]:
    return {
        "type": f"/docs/problems#{code}",
        "title": messages.title(status, language()),
        "status": int(status),
        "detail": detail,
        "code": code,
        "retryable": retryable,
        "errors": list(errors),
    }


def render(problem: Mapping[str, Any], *, retry_after_seconds: int = RETRY_AFTER_SECONDS) -> Response:
    """Answer with a problem, adding which request it was, and after how long a retryable one may be sent again."""
    body = {**problem, "instance": request.path, "trace_id": current_request_id()}
    status = int(problem["status"])
    response = Response(json.dumps(body, ensure_ascii=False), status=status, content_type=MEDIA_TYPE)
    response.headers["Content-Language"] = language()
    if status == HTTPStatus.UNAUTHORIZED:
        scheme = "LINLI-ED25519" if "server_time" in problem else "Bearer"
        response.headers["WWW-Authenticate"] = f'{scheme} realm="linli"'
    if problem["retryable"]:
        response.headers["Retry-After"] = str(retry_after_seconds)
    return response


def register(app: Flask) -> None:
    """Answer every exception of the application with a problem."""
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(ValidationError, _not_valid)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _refused(error: DomainError) -> Response:
    log.info("refused", error_code=error.code)
    return render(document(error), retry_after_seconds=error.retry_after_seconds)


def _not_valid(error: ValidationError) -> Response:
    found = messages.flatten(error, language())
    summary = messages.summary(found, language())
    return render(_document(HTTPStatus.UNPROCESSABLE_ENTITY, "web.invalid", summary, errors=found))


def _http(error: HTTPException) -> Response:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    response = render(_document(status, f"web.http_{status}", messages.explain(status, language())))
    for name, value in error.get_headers(request.environ):  # Allow on 405, Location on a redirect
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> Response:
    log.error("unexpected", exc_info=error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return render(_document(status, "web.unexpected", messages.explain(status, language())))
