"""From what a view returned to what is sent."""

from collections.abc import Iterator
from http import HTTPStatus

from flask import Response, json, stream_with_context
from marshmallow import Schema

from app.web import dumping, idempotency, problems
from app.web.idempotency import Answer
from app.web.operation import HTML, JSON
from app.web.streaming import File, Stream
from app.web.uploads import Download, Page, Plain

PAGE_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def dump(result: object, reply: type[Schema] | None, status: int) -> Answer:
    """Turn what a view returned into its answer."""
    if isinstance(result, Stream | File | Download | Page | Plain):
        return Answer(status=status, body=result)  # `reply` or the media type documents what is written
    return Answer(status=status, body=dumping.dump(reply, result) if reply else None)


def respond(answer: Answer) -> Response:
    """Send an answer: a problem from 400 up, JSON otherwise, nothing when there is no body."""
    if answer.status >= HTTPStatus.BAD_REQUEST:
        response = problems.render(answer.body)
    else:
        text = "" if answer.body is None else json.dumps(answer.body, ensure_ascii=False)
        response = Response(text, status=answer.status, content_type=JSON)
    if answer.replayed:
        response.headers[idempotency.REPLAYED_HEADER] = "true"
    return response


def say(text: str, media_type: str) -> Response:
    """Send a few words."""
    return Response(text, content_type=media_type)


def show(page: Page) -> Response:
    """Send a page: nothing of it runs, is fetched, framed or listed."""
    response = Response(page.html, status=page.status, content_type=HTML)
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response


def stream(pieces: Iterator[str], filename: str, media_type: str) -> Response:
    """Send text piece by piece, as a file to keep."""
    return _attached(Response(stream_with_context(pieces), content_type=media_type), filename)


def send(content: bytes, filename: str, media_type: str) -> Response:
    """Send a whole file to keep."""
    return _attached(Response(content, content_type=media_type), filename)


def _attached(response: Response, filename: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
