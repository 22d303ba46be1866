"""Every route with ids of another book: answered as if they existed nowhere, and nothing moves.

A route added with a kind of id that the second book (neighbourhood.py) has no sample of fails here, and so does one
that takes ids in its body or query and has none in requests.py. One id at a time is of the other book, all others are
good ones; the same request with good ones only is the control, and finds something.
"""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zipfile import ZipFile, is_zipfile

import psycopg
import pytest
import sqlalchemy
from pypdf import PdfReader
from sqlalchemy.orm import Session

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import SYSTEM, Role
from tests.architecture.test_routes import guarded
from tests.fixtures.work import NOW, count_anew, forget_windows, joined
from tests.isolation.neighbourhood import HERE, THERE, furnish
from tests.isolation.requests import BODIES, CALLERS, NOT_404, OPAQUE, PLAIN, QUERIES, UPLOADS, WORDS, WRITES
from tests.merchants.till import NO_CODE

PATH_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
ANY_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
STRAY = UUID(int=0xABCDEF, version=4)
METHODS = {"get", "post", "put", "patch", "delete"}
NEVER_GOOD = NO_CODE


@dataclass(frozen=True)
class Request:
    """A request of the walk, with "<kind>" where its ids go."""

    name: str
    view: Any
    query: dict[str, str]

    @property
    def method(self) -> str:
        return self.name.split(" ", 1)[0]

    @property
    def path(self) -> str:
        return self.name.split(" ", 1)[1]

    @property
    def kinds(self) -> list[str]:
        """The kinds of ids it holds."""
        parts = self.path + json.dumps(BODIES.get(self.name, {})) + json.dumps(self.query)
        return sorted(set(PATH_ARGUMENT.findall(parts)) - PLAIN.keys())

    @property
    def narrows(self) -> bool:
        """Whether it lists what belongs to an id."""
        return self.method == "GET" and bool(self.query)


@dataclass(frozen=True)
class World:
    """Our book and another, with a sample of each kind of id in both, and one that is in neither."""

    ours: Any
    theirs: Any
    here: dict[str, str]
    there: dict[str, str]
    nowhere: dict[str, str]


@pytest.fixture(scope="module")
def shared(application) -> Iterator[tuple[Session, World]]:
    """Both books, furnished once for all tests of this file, and the session that they are in."""
    with application.app_context(), joined(application) as made:
        yield made, furnished(UnitOfWork(session=made, actor=SYSTEM, now=NOW, request_id="test"))


@pytest.fixture
def session(app, shared) -> Iterator[Session]:
    """That session; what a test does in it is taken back at its end."""
    made, _ = shared
    point = made.connection().begin_nested()
    yield made
    made.expire_all()
    point.rollback()
    count_anew(app)
    forget_windows(app)


@pytest.fixture
def world(session, shared) -> World:
    return shared[1]


def furnished(uow: UnitOfWork) -> World:
    theirs, there = furnish(uow, THERE)
    ours, here = furnish(uow, HERE)
    nowhere = dict.fromkeys(there, STRAY) | {
        "code": "report.none",
        "payment_code": NEVER_GOOD,
        "out_trade_no": "no-of-none",
        "passbook_no": "N-1",
        "partner": "no-such-book",
    }
    here["activity_id"] = UUID(int=1)  # one that nobody was paid for yet
    uow.session.flush()
    return World(ours, theirs, *({kind: str(value) for kind, value in ids.items()} for ids in (here, there, nowhere)))


def routes(app):
    """(method and path after the book, view) of every guarded route of a book."""
    for rule, method, view in guarded(app):
        if rule.startswith("/v1/books/<book>"):
            yield f"{method} {re.sub(r'<[a-z]+:', '<', rule.removeprefix('/v1/books/<book>'))}", view


def requests_of(app):
    """Every request with ids in it."""
    made = [Request(name, view, query) for name, view in routes(app) for query in QUERIES.get(name, [{}])]
    return [request for request in made if request.kinds]


def ids_in(document, schema, seen=()):
    """Names of the ids in a schema: what is a UUID, and words that are known as ids."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return ids_in(document, document["components"]["schemas"][name], (*seen, name)) if name not in seen else set()
    found: set[str] = set()
    for name, inner in schema.get("properties", {}).items():
        if "uuid" in (inner.get("format"), inner.get("items", {}).get("format")) or name in WORDS:
            found |= {name}
        else:
            found |= ids_in(document, inner, seen)
    for inner in (*schema.get("allOf", []), *schema.get("anyOf", []), schema.get("items", {})):
        found |= ids_in(document, inner, seen) if inner else set()
    return found


def ids_taken(client):
    """By method and path after the book, the names of the ids in body and query of every route that has any."""
    document = client.get("/openapi.json").json
    for path, item in document["paths"].items():
        for method in METHODS & item.keys() if path.startswith("/v1/books/{book}") else ():
            content = item[method].get("requestBody", {}).get("content", {})
            found = set().union(*(ids_in(document, body["schema"]) for body in content.values()))
            for each in item[method].get("parameters", []):
                if each["in"] == "query" and (each["schema"].get("format") == "uuid" or each["name"] in WORDS):
                    found |= {each["name"]}
            if found:
                yield f"{method.upper()} {path.removeprefix('/v1/books/{book}').translate({123: '<', 125: '>'})}", found


def test_there_is_a_sample_for_every_kind_of_id(app, world):
    lacking = {f"{request.name}: {kind}" for request in requests_of(app) for kind in request.kinds}
    lacking -= {f"{request.name}: {kind}" for request in requests_of(app) for kind in world.there}
    assert lacking == set(), "tests/isolation/neighbourhood.py has no such thing in the second book"
    alike = {kind for kind in world.there if world.here[kind] == world.there[kind]}
    assert alike == set(), "it must be an id of the other book only"


def test_every_id_that_a_route_takes_in_body_or_query_is_sent(client):
    served = dict(ids_taken(client))
    sent = {
        name: set(re.findall(r'"(\w+)": \[?"<', json.dumps([BODIES.get(name), QUERIES.get(name)]))) for name in served
    }
    assert {name: found - sent[name] for name, found in served.items() if found - sent[name]} == {}, "requests.py"
    assert {"POST /awards/batch", "POST /opening-balances", "GET /settlements", "POST /imports"} <= served.keys()
    assert {"spender_ids", "rule"} <= set().union(*served.values())


def test_what_is_said_of_routes_is_said_of_routes_that_are_there(app):
    known = {name for name, _ in routes(app)}
    kinds = {(request.name, kind) for request in requests_of(app) for kind in request.kinds}
    assert (BODIES.keys() | QUERIES.keys() | UPLOADS.keys()) - known == set()
    assert NOT_404.keys() - kinds == set()


def filled(text: str, ids: dict[str, str]) -> str:
    for kind, value in {**ids, **PLAIN}.items():
        text = text.replace(f"<{kind}>", value)
    return text


@pytest.fixture(scope="module")
def digest(database) -> sqlalchemy.TextClause:
    """A digest of every row of a book, table by table."""
    with psycopg.connect(database.owner_url) as connection:
        tables = connection.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'book_id'"
            " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1"
        ).fetchall()
    parts = (
        f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t"
        f" WHERE book_id = :book"
        for (table,) in tables
    )
    return sqlalchemy.text(" UNION ALL ".join(parts))


@dataclass(frozen=True)
class Walk:
    """Sends requests to our book, each to the same state: what one did is taken back before the next.

    So is what Redis counted of it, within minutes: else what a request is told depends on how long those before took.
    """

    client: Any
    bearer: Any
    world: World
    session: Any
    digest: Any

    def send(self, request: Request, ids: dict[str, str], *, alone: Role | None = None) -> Any:
        """The answer to somebody of all its roles, or of one `alone`."""
        return self._send(request, ids, alone, watched=False)[0]

    def watch(self, request: Request, ids: dict[str, str]) -> tuple[Any, dict[str, str], dict[str, str]]:
        """The answer, and what both books, ours first, were after it."""
        return self._send(request, ids, None, watched=True)

    def states(self) -> list[dict[str, str]]:
        """What both books are, ours first. A statement of ours is no request: it may take its time."""
        point = self.session.connection().begin_nested()
        self.session.execute(sqlalchemy.text("SET LOCAL statement_timeout = 0"))
        found = [
            dict(self.session.execute(self.digest, {"book": acts.ledger.id}).all())
            for acts in (self.world.ours, self.world.theirs)
        ]
        point.rollback()
        return found

    def _send(self, request: Request, ids: dict[str, str], alone: Role | None, *, watched: bool) -> Any:
        book, roles = self.world.ours.book.code, {alone} if alone else request.view.roles
        who = HERE.resident if roles == {Role.RESIDENT} else CALLERS.get(request.name, HERE.staff)
        headers = self.bearer(*roles, book=book, shop_id=HERE.shop, person_id=who) if roles else {}
        kind, content = UPLOADS.get(
            request.name, ("application/json", filled(json.dumps(BODIES.get(request.name, {})), ids).encode())
        )
        point = self.session.connection().begin_nested()
        answer = self.client.open(
            filled(f"/v1/books/{book}{request.path}", ids),
            method=request.method,
            headers=headers | {"Linli-Demo-Clock": self.world.ours.uow.now.isoformat()},
            query_string=json.loads(filled(json.dumps(request.query), ids)),
            **({} if request.method == "GET" else {"content_type": kind, "data": content}),
        )
        told(answer)  # what is streamed is read before it is taken back
        answered = answer, *(self.states() if watched else ())
        point.rollback()
        count_anew(self.client.application)
        forget_windows(self.client.application)
        return answered


def told(answer, given: str = "") -> Any:
    """A body without what differs between any two requests: trace, address, and ids made or given."""
    body: Any = answer.json if answer.data and "json" in answer.content_type else text_of(answer.data)
    if isinstance(body, dict):
        body = {key: value for key, value in body.items() if key not in {"trace_id", "instance"}}
    text = ANY_ID.sub("ID", json.dumps(body, ensure_ascii=False))
    return text.replace(given, "ID") if given else text


def text_of(content: bytes) -> str:
    """What a downloaded file says."""
    if content.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if is_zipfile(io.BytesIO(content)):
        with ZipFile(io.BytesIO(content)) as parts:
            sheets = [name for name in parts.namelist() if "worksheets" in name or "sharedStrings" in name]
            return "\n".join(parts.read(name).decode() for name in sheets)
    return content.decode(errors="replace")  # a file for a bank is written in GBK


@pytest.fixture
def walk(client, bearer, world, session, digest):
    return Walk(client, bearer, world, session, digest)


def test_ids_of_another_book_are_ids_of_nothing(app, walk, world):
    before = walk.states()
    walked = set()
    for request in requests_of(app):
        for kind in request.kinds:
            name = f"{request.name} {request.query or ''} {kind}"
            foreign, *after = walk.watch(request, world.here | {kind: world.there[kind]})
            unknown = walk.send(request, world.here | {kind: world.nowhere[kind]})
            assert foreign.status_code == unknown.status_code, f"{name}: {foreign.text} {unknown.text}"
            assert told(foreign, world.there[kind]) == told(unknown, world.nowhere[kind]), name
            assert foreign.status_code != 422, f"{name}: {foreign.text} (give it a body in requests.py)"
            assert after[1] == before[1], f"{name} moved something in the other book"
            if request.narrows:
                assert (foreign.status_code, foreign.json["items"]) == (200, []), name
            elif kind not in OPAQUE:
                expected = NOT_404.get((request.name, kind), 404)
                assert foreign.status_code == expected, f"{name}: {foreign.status_code} {foreign.text}"
                assert after[0] == before[0] or (request.name, kind) in WRITES, f"{name} moved something"
            walked.add(request.name)
    assert len(walked) >= 60
    assert {name for name in BODIES if "<" in name + json.dumps(BODIES[name])} <= walked


def test_the_same_requests_find_what_is_here(app, walk, world):
    """The control: with ids of our own book only, nothing is missing, so a walk that finds nothing has looked."""
    for request in requests_of(app):
        answer = walk.send(request, world.here)
        assert answer.status_code < 500, f"{request.name}: {answer.text}"
        assert answer.status_code not in {403, 404, 422}, f"{request.name} {request.query}: {answer.text}"
        if request.narrows:
            assert answer.json["items"], f"{request.name} {request.query}"
        if request.name in {"POST /awards/batch", "POST /awards/preview"}:
            assert (answer.json["awarded"] + answer.json["held"], answer.json["declined"]) == (1, 1)  # who moved is not


def test_an_auditor_alone_finds_what_is_here_and_nothing_of_another_book(app, walk, world):
    """Who looks over all shops and residents of a book looks over those of this book."""
    asked = [request for request in requests_of(app) if request.method == "GET" and Role.AUDITOR in request.view.roles]
    for request in asked:
        found = walk.send(request, world.here, alone=Role.AUDITOR)
        assert found.status_code == 200, f"{request.name}: {found.text}"
        for kind in request.kinds:
            foreign = walk.send(request, world.here | {kind: world.there[kind]}, alone=Role.AUDITOR)
            unknown = walk.send(request, world.here | {kind: world.nowhere[kind]}, alone=Role.AUDITOR)
            assert foreign.status_code == unknown.status_code, request.name
            assert told(foreign, world.there[kind]) == told(unknown, world.nowhere[kind]), f"{request.name} {kind}"
    looked_over = {"GET /payments/<payment_id>", "GET /imports/<import_id>", "GET /imports/<import_id>/problems"}
    assert looked_over <= {request.name for request in asked}


def test_the_watch_sees_what_the_walk_looks_for(client, bearer, world, walk):
    """What moves in a book changes its digest, and ids that are found are told otherwise than ids that are not."""
    code = world.theirs.book.code
    ours, theirs = walk.states()
    auditor = bearer(Role.AUDITOR, book=code)
    shown = client.get(f"/v1/books/{code}/transactions/{world.there['transaction_id']}", headers=auditor)
    assert shown.status_code == 200
    frozen = client.post(
        f"/v1/books/{code}/passbooks/{THERE.resident}/freeze",
        json={"reason": "x"},
        headers=bearer(Role.TREASURER, book=code),
    )
    assert frozen.status_code == 200
    after = walk.states()
    assert (after[0], after[1] == theirs) == (ours, False)
    assert told(shown) != told(client.get(f"/v1/books/{code}/transactions/{STRAY}", headers=auditor))
    assert world.ours.ledger.id != world.theirs.ledger.id
