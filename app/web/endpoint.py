"""The one guard in front of every view: who is calling, may they, parse, run in a transaction, dump."""

import functools
import inspect
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Response, request
from flask_smorest.blueprint import Blueprint as SmorestBlueprint
from marshmallow import Schema, missing
from marshmallow.fields import Field
from werkzeug.exceptions import HTTPException

from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.kernel.actor import Actor, Role
from app.kernel.errors import Declined, DomainError
from app.web import answers, callers, idempotency, operation, parsing, problems, streaming, uploads
from app.web import limits as limiting
from app.web.idempotency import Answer, Claim
from app.web.limits import Limit
from app.web.streaming import File, Stream
from app.web.uploads import Download, Page, Plain, Upload

PUBLIC: frozenset[Role] = frozenset()
ANYONE: frozenset[Role] = frozenset(Role) - {Role.SYSTEM, Role.DISTRICT, Role.PERSON, Role.TERMINAL}
"""Everybody of a book."""
PATH_ARGUMENT = re.compile(r"<(?:[^<>:]+:)?([a-zA-Z_]\w*)>")

View = Callable[..., object]
AnyView = TypeVar("AnyView", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Before:
    """What is asked of the outside before the transaction: the inputs `takes` go to `ask`, whose answer the view gets
    as `gives` in their place. Nothing of the database may be held while somebody else is waited for. It may take the
    `actor` and arguments of the path as well, which stay.
    """

    takes: tuple[str, ...]
    gives: str
    ask: Callable[..., object]

    def answer(self, arguments: dict[str, Any], known: Mapping[str, object]) -> dict[str, object]:
        """Take the inputs out of `arguments` and give the answer by its name."""
        asked = {name: arguments.pop(name) if name in arguments else known[name] for name in self.takes}
        return {self.gives: self.ask(**asked)}


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


def endpoint(  # noqa: PLR0913 - each is a word of the sentence a route says of itself
    *,
    roles: Collection[Role],
    body: type[Schema] | None = None,
    upload: Upload | None = None,
    query: type[Schema] | None = None,
    reply: type[Schema] | None = None,
    status: int = HTTPStatus.OK,
    idempotent: bool = False,
    media_type: str = operation.JSON,
    limits: Sequence[Limit] = (),
    before: Before | None = None,
    sends_value: bool = False,
    by_proxy: bool = False,
) -> Callable[[View], View]:
    """Make an HTTP view of `verb_noun(uow, *, <path arguments>, <query fields>, <body fields>)`.

    The view makes one service call; what it returns is dumped by `reply` inside the transaction (a `Stream` is written
    after it, step by step, and so is the reading of a `File`). `media_type` is what it answers if not JSON; refusals
    are problems all the same. `upload` stands in place of a JSON body. `roles` is PUBLIC or those of which the caller
    must hold one. A path argument `book` must be his own book. `idempotent` honours Idempotency-Key. `limits` say how
    often it may be asked, `before` what is asked of the outside first. `sends_value`: a new device may not yet. What is
    for Role.PERSON alone nobody does for another, except `by_proxy`. Parameters that fit no schema: refused at import.
    """

    def decorate(view: View) -> View:
        taken = before.takes if before else ()
        path_arguments = _fit(view, body, query, _given(upload, before), taken=taken)
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
            limits=tuple(limits),
            before=before,
            sends_value=sends_value,
            by_proxy=by_proxy,
        )

        @functools.wraps(view)
        def guarded(**path: object) -> Response:
            return _guard(view, shape, path)

        # read by Blueprint above and by the architecture tests
        told = {"roles": shape.roles, "idempotent": idempotent, "limits": shape.limits, "takes_file": bool(upload)}
        vars(guarded).update(told, path_arguments=path_arguments)
        described: View = SmorestBlueprint.doc(**operation.describe(view.__name__, shape))(guarded)
        return described

    return decorate


def _guard(view: View, shape: operation.Shape, path: dict[str, object]) -> Response:
    """Answer one request: who is calling, may they, parse, run in a transaction, dump."""
    route = f"{request.method} {request.url_rule}"
    actor = _admit(shape, path, route)
    now = callers.demo_clock()
    arguments = _query(shape.query) | (
        uploads.load_upload(request, shape.upload) if shape.upload else _body(shape.body)
    )
    limiting.check(route, shape.limits, inputs=arguments)
    claim = idempotency.read_claim(request, arguments) if shape.idempotent else None
    if shape.before:
        arguments |= shape.before.answer(arguments, {**path, "actor": actor})

    def act(uow: UnitOfWork) -> Answer:
        callers.record_proxy_act(uow, route)
        return answers.dump(view(uow, **path, **arguments), shape.reply, shape.status)

    def work(uow: UnitOfWork) -> Answer:
        callers.record_signature(uow)
        return _once(uow, claim, act) if claim else act(uow)

    try:
        answer = run_in_transaction(work, actor=actor, now=now)
    except DomainError as refusal:
        limiting.count_refusal(route, shape.limits, actor=actor, refusal=refusal)
        raise
    return _respond(answer, shape.media_type, actor=actor, now=now)


def _admit(shape: operation.Shape, path: dict[str, object], route: str) -> Actor:
    """Say who is calling, and refuse who may not, or not so often, or asks for what is no text.

    Once it is known who is calling all limits are asked together. Whoever was refused before that counts by his address
    all the same, and hears of what it was only so often.
    """
    try:
        actor = _identify(shape, path)
    except (DomainError, HTTPException):
        limiting.check(route, shape.limits)
        raise
    limiting.check(route, shape.limits, actor=actor if shape.roles else None)
    return actor


def _identify(shape: operation.Shape, path: dict[str, object]) -> Actor:
    parsing.check_path(path)
    actor = callers.identify(shape.roles, path)
    callers.check_book(actor, shape.roles, path)
    callers.check_in_person(actor, shape.roles, by_proxy=shape.by_proxy)
    if shape.sends_value:
        callers.check_device(actor)
    return actor


def _respond(answer: Answer, media_type: str, *, actor: Actor, now: datetime | None) -> Response:
    """Send an answer; what is written or read after the transaction is, as the same caller."""
    if isinstance(answer.body, Stream):
        pieces = streaming.pieces(answer.body, actor=actor, now=now)
        return answers.stream(pieces, answer.body.filename, media_type)
    if isinstance(answer.body, File):
        content = streaming.content(answer.body, actor=actor, now=now)
        return answers.send(content, answer.body.filename, media_type)
    if isinstance(answer.body, Download):
        return answers.send(answer.body.content, answer.body.filename, media_type)
    if isinstance(answer.body, Page):
        return answers.show(answer.body)
    if isinstance(answer.body, Plain):
        return answers.say(answer.body.text, media_type)
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


def _given(upload: Upload | None, before: Before | None) -> set[str]:
    """Name what the view gets of its upload and of what is asked before; the latter may take the upload itself."""
    given = {*(uploads.UPLOAD_FIELDS if upload else ()), *((before.gives,) if before else ())}
    return given.difference(before.takes if before else ())


def _fit(
    view: View,
    body: type[Schema] | None,
    query: type[Schema] | None,
    given: Collection[str] = (),
    *,
    taken: Collection[str] = (),
) -> set[str]:
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
            message = f"{view.__name__} does not take {name} of its upload or of what is asked before"
            raise TypeError(message)
    for name, field in _inputs(body, query, taken):
        parameter = parameters.pop(name, None)
        if parameter is None:
            message = f"{view.__name__} does not take {name} of {field.parent} (or two schemas name it)"
            raise TypeError(message)
        may_lack = not field.required and field.load_default is missing
        if may_lack and parameter.default is parameter.empty:
            message = f"{view.__name__}: {name} may be missing, so it needs a default"
            raise TypeError(message)
    return set(parameters)


def _inputs(
    body: type[Schema] | None, query: type[Schema] | None, taken: Collection[str]
) -> Iterator[tuple[str, Field[Any]]]:
    """Give the input fields that go to the view, by the names of its parameters."""
    for schema in (body, query):
        for name, field in (schema() if schema else Schema()).load_fields.items():
            if (field.attribute or name) not in taken:
                yield field.attribute or name, field


def _query(schema: type[Schema] | None) -> dict[str, Any]:
    return parsing.load_query(request, parsing.schema_of(schema or parsing.NoFields))


def _body(schema: type[Schema] | None) -> dict[str, Any]:
    if schema is None and request.method in {"GET", "HEAD"}:
        return {}
    return parsing.load_body(request, parsing.schema_of(schema or parsing.NoFields))
