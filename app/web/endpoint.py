"""The one guard in front of every view: who is calling, may they, parse, run in a transaction, dump."""

import functools
import inspect
import re
from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Response, request
from flask_smorest.blueprint import Blueprint as SmorestBlueprint
from marshmallow import Schema, missing

from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.kernel.actor import Role
from app.kernel.errors import Declined
from app.web import answers, callers, idempotency, operation, parsing, problems, streaming, uploads
from app.web.idempotency import Answer, Claim
from app.web.streaming import File, Stream
from app.web.uploads import Download, Plain, Upload

PUBLIC: frozenset[Role] = frozenset()
ANYONE: frozenset[Role] = frozenset(Role) - {Role.SYSTEM, Role.DISTRICT}
"""Everybody of a book."""
PATH_ARGUMENT = re.compile(r"<(?:[^<>:]+:)?([a-zA-Z_]\w*)>")

View = Callable[..., object]
AnyView = TypeVar("AnyView", bound=Callable[..., Any])


class Blueprint(SmorestBlueprint):
    """A feature's routes. Refuses, at import, a route whose path arguments its view does not take."""

    def __init__(self, name: str, import_name: str, *, description: str) -> None:
        """Name the feature; `description` heads its group in the API document."""
        super().__init__(name, import_name, description=description)  # type: ignore[no-untyped-call]  # the library ships no types

    def route(self, rule: str, **options: Any) -> Callable[[AnyView], AnyView]:
        """Put a view made by `endpoint` at `rule`; options are flask's (`methods=["POST"]`)."""

        def place(view: AnyView) -> AnyView:
            self.add_url_rule(rule, None, view, **options)
            return view

        return place

    def add_url_rule(
        self, rule: str, endpoint: str | None = None, view_func: Any = None, *args: Any, **options: Any
    ) -> None:
        """Register a view made by `endpoint`."""
        wanted = getattr(view_func, "path_arguments", None)
        if wanted is None:
            message = f"{rule}: every view goes through @endpoint"
            raise TypeError(message)
        if wanted != set(PATH_ARGUMENT.findall(rule)):
            message = f"{rule}: {view_func.__name__} takes {sorted(wanted)} from neither schema; the path differs"
            raise TypeError(message)
        super().add_url_rule(rule, endpoint, view_func, *args, **options)  # type: ignore[no-untyped-call]  # as above


def endpoint(
    *,
    roles: Collection[Role],
    body: type[Schema] | None = None,
    upload: Upload | None = None,
    query: type[Schema] | None = None,
    reply: type[Schema] | None = None,
    status: int = HTTPStatus.OK,
    idempotent: bool = False,
    media_type: str = operation.JSON,
) -> Callable[[View], View]:
    """Make an HTTP view of `verb_noun(uow, *, <path arguments>, <query fields>, <body fields>)`.

    The view makes one service call; what it returns is dumped by `reply` inside the transaction (a `Stream` is written
    after it, step by step, and so is the reading of a `File`). `media_type` is what it answers when that is not JSON; a
    refusal is a problem all the same. `upload` stands in place of a JSON body. `roles` is PUBLIC or the roles of which
    the caller must hold one. A path argument `book` must be the caller's own book. `idempotent` honours the header
    Idempotency-Key. A view whose keyword parameters do not fit its schemas is refused at import.
    """

    def decorate(view: View) -> View:
        path_arguments = _fit(view, body, query, uploads.UPLOAD_FIELDS if upload else ())
        shape = operation.Shape(
            roles=frozenset(roles),
            has_path=bool(path_arguments),
            body=body,
            upload=upload,
            query=query,
            reply=reply,
            status=int(status),
            idempotent=idempotent,
            media_type=media_type,
        )

        @functools.wraps(view)
        def guarded(**path: object) -> Response:
            return _guard(view, shape, path)

        guarded.roles = shape.roles  # type: ignore[attr-defined]  # read by the architecture tests
        guarded.idempotent = idempotent  # type: ignore[attr-defined]  # read by the architecture tests
        guarded.path_arguments = path_arguments  # type: ignore[attr-defined]  # read by Blueprint above
        described: View = SmorestBlueprint.doc(**operation.describe(view.__name__, shape))(guarded)
        return described

    return decorate


def _guard(view: View, shape: operation.Shape, path: dict[str, object]) -> Response:
    """Answer one request: who is calling, may they, parse, run in a transaction, dump."""
    actor = callers.identify(shape.roles)
    callers.check_book(actor, shape.roles, path)
    now = callers.demo_clock()
    arguments = _query(shape.query) | (
        uploads.load_upload(request, shape.upload) if shape.upload else _body(shape.body)
    )
    claim = idempotency.read_claim(request, arguments) if shape.idempotent else None

    def act(uow: UnitOfWork) -> Answer:
        return answers.dump(view(uow, **path, **arguments), shape.reply, shape.status)

    def work(uow: UnitOfWork) -> Answer:
        return _once(uow, claim, act) if claim else act(uow)

    answer = run_in_transaction(work, actor=actor, now=now)
    if isinstance(answer.body, Stream):
        pieces = streaming.pieces(answer.body, actor=actor, now=now)
        return answers.stream(pieces, answer.body.filename, shape.media_type)
    if isinstance(answer.body, File):
        content = streaming.content(answer.body, actor=actor, now=now)
        return answers.send(content, answer.body.filename, shape.media_type)
    if isinstance(answer.body, Download):
        return answers.send(answer.body.content, answer.body.filename, shape.media_type)
    if isinstance(answer.body, Plain):
        return answers.say(answer.body.text, shape.media_type)
    return answers.respond(answer)


def _once(uow: UnitOfWork, claim: Claim, act: Callable[[UnitOfWork], Answer]) -> Answer:
    """Run the act under its key. A decline is an outcome like any other: it is stored, and stays."""
    stored = idempotency.begin(uow, claim)
    if stored:
        return stored
    try:
        answer = act(uow)
    except Declined as declined:
        idempotency.finish(uow, claim, Answer(status=problems.status_of(declined), body=problems.document(declined)))
        raise
    idempotency.finish(uow, claim, answer)
    return answer


def _fit(view: View, body: type[Schema] | None, query: type[Schema] | None, given: Collection[str] = ()) -> set[str]:
    """Check the view's parameters against its schemas and return those that must come from the path."""
    parameters = dict(inspect.signature(view).parameters)
    if next(iter(parameters), None) != "uow" or any(
        p.kind is not p.KEYWORD_ONLY for n, p in parameters.items() if n != "uow"
    ):
        message = f"{view.__name__} must be written (uow, *, …)"
        raise TypeError(message)
    del parameters["uow"]
    for name in given:
        if parameters.pop(name, None) is None:
            message = f"{view.__name__} does not take {name} of its upload"
            raise TypeError(message)
    for schema in (body, query):
        for name, field in (schema() if schema else Schema()).load_fields.items():
            parameter = parameters.pop(field.attribute or name, None)
            if parameter is None:
                message = f"{view.__name__} does not take {name} of {schema} (or two schemas name it)"
                raise TypeError(message)
            may_lack = not field.required and field.load_default is missing
            if may_lack and parameter.default is parameter.empty:
                message = f"{view.__name__}: {name} may be missing, so it needs a default"
                raise TypeError(message)
    return set(parameters)


def _query(schema: type[Schema] | None) -> dict[str, Any]:
    return parsing.load_query(request, (schema or parsing.NoFields)())


def _body(schema: type[Schema] | None) -> dict[str, Any]:
    if schema is None and request.method in {"GET", "HEAD"}:
        return {}
    return parsing.load_body(request, (schema or parsing.NoFields)())
