"""/healthz: the process lives. /readyz: it can do its work. /metrics: numbers."""

from http import HTTPStatus
from typing import Any

import flask
import structlog
from flask import Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.infra import metrics, redis
from app.infra.db import db

log = structlog.get_logger(__name__)
blueprint = flask.Blueprint("health", __name__)


@blueprint.get("/healthz")
def show_health() -> Response:
    """Answer as long as the process lives; asks nobody else, so a broken database does not get it restarted."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def show_readiness() -> tuple[Response, int]:
    """Say which dependency is down. PostgreSQL is required; without Redis the ledger goes on, so that is "degraded"."""
    checks = {"postgresql": _postgresql(), "redis": _redis()}
    if checks["postgresql"] != "ok":
        return jsonify(status="down", checks=checks), HTTPStatus.SERVICE_UNAVAILABLE
    degraded = any(state != "ok" for state in checks.values())
    return jsonify(status="degraded" if degraded else "ok", checks=checks), HTTPStatus.OK


@blueprint.get("/metrics")
def show_metrics() -> Response:
    """Prometheus text format. Keep it from the outside: deploy/nginx does not forward it."""
    return Response(metrics.render(), content_type=CONTENT_TYPE_LATEST)


def _postgresql() -> str:
    # bounded by the engine's pool, connect and statement timeouts
    try:
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        log.warning("postgresql_down", error=type(error).__name__)
        return "down"
    return "ok"


def _redis() -> str:
    try:
        answered: Any = redis.client().ping()
    except RedisError as error:
        log.warning("redis_down", error=type(error).__name__)
        return "down"
    return "ok" if answered else "down"
