"""Structured JSON log lines that carry the request, and never a secret."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog

REDACTED = "***"
SECRET_KEY = re.compile(
    r"authorization|token|secret|password|cookie|credential|openid|session_key|(^|_)(body|code|args|kwargs|arguments)$|(database|redis)_(owner_)?url",
    re.IGNORECASE,
)
OPEN_KEYS = frozenset({"error_code", "status_code"})
SECRET_VALUE = re.compile(
    r"(?P<jwt>\beyJ[\w-]+\.[\w-]+\.[\w-]*)|(?P<userinfo>(?<=://)[^/\s@]+(?=@))|(?P<bearer>(?<=Bearer )\S+)"
    r"|(?P<query>(?:(?<=[?&]secret=)|(?<=[?&]js_code=)|(?<=[?&]access_token=))[^&\s\"']+)"
    # PostgreSQL tells the whole row that broke a constraint, of several lines where a text in it has
    r"|(?P<row>(?<=\nDETAIL:  )[\s\S]*?(?=\n\[SQL: |\n\nThe above exception|\n\nDuring handling|\Z))"
)


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Blank what must not be kept: by the key's name, and by the look of the value (tokens, passwords in addresses)."""
    return {key: _clean(key, value) for key, value in event.items()}


def _clean(key: str, value: object) -> object:
    if key not in OPEN_KEYS and SECRET_KEY.search(key):
        return REDACTED
    if isinstance(value, Mapping):
        return {inner: _clean(str(inner), part) for inner, part in value.items()}
    if isinstance(value, list | tuple):
        return [_clean("", part) for part in value]
    return SECRET_VALUE.sub(REDACTED, value) if isinstance(value, str) else value


class StandardError(logging.StreamHandler[TextIO]):
    """Writes to whatever standard error is at that moment, not to what it was at the start."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        """Give the standard error of now."""
        return sys.stderr

    @stream.setter
    def stream(self, _stream: TextIO) -> None:
        """Take no other stream."""


def configure(level: str) -> None:
    """Send every log line of the process, our own and the libraries', to standard error as one JSON object."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,  # tests capture by reconfiguring
    )
    handler = StandardError()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [kept for kept in root.handlers if not isinstance(kept, StandardError)]  # never two of them
    root.addHandler(handler)
    root.setLevel(level)
    # httpx writes whole addresses at INFO, and WeChat's hold the secret
    for chatty in ("werkzeug", "procrastinate", "alembic.runtime.plugins", "httpx", "httpcore"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def current_request_id() -> str:
    """Give the id of the request being answered, or an empty text outside of one."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))
