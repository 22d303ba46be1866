"""Around every request: its id, its log line, its metrics, its security headers."""

import re
import time

import structlog
from flask import Flask, Response, g, request

from app.infra import metrics, unit_of_work

log = structlog.get_logger(__name__)

REQUEST_ID_HEADER = "X-Request-Id"
SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
UNMATCHED = "(none)"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


def register(app: Flask) -> None:
    """Watch every request of the application."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    given = request.headers.get(REQUEST_ID_HEADER, "")
    g.request_id = given if SANE_ID.fullmatch(given) else str(unit_of_work.new_id())
    g.started = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    response.headers[REQUEST_ID_HEADER] = g.request_id
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.vary.add("Accept-Language")
    seconds = time.perf_counter() - g.started
    route = request.url_rule.rule if request.url_rule else UNMATCHED
    method = (
        request.method if request.method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "OTHER"
    )
    metrics.requests_total.labels(method, route, response.status_code).inc()
    metrics.request_seconds.labels(method, route).observe(seconds)
    log.info(
        "request", method=method, route=route, status_code=response.status_code, duration_ms=round(seconds * 1000, 1)
    )
    return response
