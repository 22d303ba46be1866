"""Every route with ids of another book: answered as if they existed nowhere, and nothing moves.

A route added with a kind of id that the second book (neighbourhood.py) has no sample of fails here, and so does one
that takes ids in its body and has no body below.
"""

import json
import re
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy

from app.kernel.actor import Role
from tests.architecture.test_routes import guarded
from tests.isolation.neighbourhood import furnish
from tests.points.ledger import ANNA, Acts, open_ledger

PATH_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
ANY_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOWHERE = {"code": "no.such"}
NOBODY = str(UUID(int=0xABCDEF, version=4))

# What one may name although no book knows it: people and sponsors have one id in all books, and a passbook that never
# moved reads as empty. Their answers must not tell what another book holds for them.
OPAQUE = {"owner_id", "resident_id", "sponsor_id", "person_id", "holder_id"}
# Arguments of paths that are no ids.
PLAIN = {"year": "2026"}

SINCE = {"valid_from": "2026-01-01", "valid_to": "2026-12-31"}
TERMS = {"partner": "elsewhere", "rate_num": 1, "rate_den": 1, "points_min": 1, "points_max": 5, "month_points_max": 9}
# Bodies for the routes that need one, by method and path after the book; "<kind>" stands for an id of that kind.
BODIES: dict[str, dict[str, Any]] = {
    "POST /sponsors/<sponsor_id>/funding": {"amount_fen": 5, "bank_reference": "<fresh>"},
    "POST /budgets": {"sponsor_id": "<sponsor_id>", "name": "夏季", "point_value_fen": 1},
    "POST /budgets/<budget_id>/mint": {"points": 5},
    "POST /opening-balances": {
        "budget_id": "<budget_id>",
        "rows": [{"resident_id": str(ANNA), "points": 5, "expires_on": "2026-12-31", "passbook_no": "1"}],
    },
    "POST /proposals/<proposal_id>/reject": {"reason": "x"},
    "POST /passbooks/<owner_id>/freeze": {"reason": "x"},
    "POST /passbooks/<owner_id>/thaw": {"reason": "x"},
    "POST /transactions/<transaction_id>/reverse": {"reason": "x"},
    "POST /awards": {"budget_id": "<budget_id>", "resident_id": str(ANNA), "points": 5, "activity": "保洁"},
    "POST /awards/batch": {
        "budget_id": "<budget_id>",
        "activity": "保洁",
        "awards": [{"resident_id": str(ANNA), "points": 5}],
    },
    "POST /reports/<report_id>/accept": {"budget_id": "<own budget>"},
    "POST /reports/<report_id>/reject": {"reason": "x"},
    "POST /payments/<payment_id>/refunds": {"points": 5, "out_refund_no": "r-1"},
    "POST /settlements": {"shop_id": "<shop_id>", "through": "2026-06-15"},
    "POST /settlements/<settlement_id>/pay": {"bank_reference": "ICBC-1"},
    "POST /clearing/agreements": {"sponsor_id": "<sponsor_id>", "terms": TERMS | SINCE},
    "POST /clearing/agreements/<agreement_id>/stop": {"reason": "x"},
    "POST /clearing/nettings": {"agreement_id": "<agreement_id>", "month": "2026-05"},
    "POST /clearing/nettings/<netting_id>/payment": {"bank_reference": "ICBC-1"},
}
# Lists that an id narrows: of another book's they are as empty as of nobody's.
QUERIES = {"GET /settlements": "shop_id"}


@pytest.fixture
def books(uow):
    """(our book, the other's key, its ids)."""
    other, ids = furnish(uow)
    ours = Acts(uow, open_ledger(uow))
    ours.award(ANNA, 50)
    uow.session.flush()
    return ours, other, ids


def routes(app):
    """(method, path after the book, arguments, view) of every guarded route of a book."""
    for rule, method, view in guarded(app):
        if rule.startswith("/v1/books/<book>"):
            path = re.sub(r"<\w+:", "<", rule.removeprefix("/v1/books/<book>"))
            yield method, path, PATH_ARGUMENT.findall(path), view


def uuids_of_bodies(client):
    """(method, path after the book, names of the uuid fields in body and query) of every route in the document."""
    document = client.get("/openapi.json").json
    schemas = document["components"]["schemas"]

    def names(schema, seen=()):
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            return names(schemas[name], (*seen, name)) if name not in seen else set()
        found: set[str] = set()
        for name, inner in schema.get("properties", {}).items():
            found |= {name} if inner.get("format") == "uuid" else names(inner, seen)
        for inner in (*schema.get("allOf", []), *schema.get("anyOf", []), schema.get("items", {})):
            found |= names(inner, seen) if inner else set()
        return found

    for path, item in document["paths"].items():
        for method in ("get", "post"):
            if method in item and path.startswith("/v1/books/{book}"):
                content = item[method].get("requestBody", {}).get("content", {})
                found = set().union(*(names(body["schema"]) for body in content.values())) if content else set()
                found |= {
                    each["name"]
                    for each in item[method].get("parameters", [])
                    if each["in"] == "query" and each["schema"].get("format") == "uuid"
                }
                short = path.removeprefix("/v1/books/{book}").replace("{", "<").replace("}", ">")
                yield method.upper(), short, found


def test_there_is_a_sample_for_every_kind_of_id_in_a_path(app, books):
    known = books[2].keys() | PLAIN.keys()
    lacking = {f"{path}: {kind}" for _, path, kinds, _ in routes(app) for kind in kinds if kind not in known}
    assert lacking == set(), "tests/isolation/neighbourhood.py has no such thing in the second book"


def test_there_is_a_body_for_every_route_that_takes_ids_in_it(client, books):
    served = {f"{method} {path}": found for method, path, found in uuids_of_bodies(client) if found}
    assert served.keys() - BODIES.keys() - QUERIES.keys() == set(), "add a body to BODIES"
    assert set().union(*served.values()) - books[2].keys() - OPAQUE == set()
    assert {"POST /awards/batch", "POST /opening-balances", "GET /settlements"} <= served.keys()


def filled(text: str, ids: dict[str, Any], own: dict[str, str]) -> str:
    for kind, value in {**{kind: str(value) for kind, value in ids.items()}, **PLAIN, **own}.items():
        text = text.replace(f"<{kind}>", value)
    return text


def state(session, book_id: int) -> dict[str, str]:
    """A digest of every row of a book."""
    tables = session.scalars(
        sqlalchemy.text(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'book_id'"
            " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1"
        )
    ).all()
    parts = " UNION ALL ".join(
        f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t"
        f" WHERE book_id = :book"
        for table in tables
    )
    return dict(session.execute(sqlalchemy.text(parts), {"book": book_id}).all())


def told(answer) -> Any:
    """A body without what differs between any two requests: trace, address, and ids made or given."""
    body = answer.json if answer.is_json or "json" in answer.content_type else answer.text
    if isinstance(body, dict):
        body = {key: value for key, value in body.items() if key not in {"trace_id", "instance"}}
    return json.loads(ANY_ID.sub("ID", json.dumps(body)).replace("vol.hours", "ID").replace("no.such", "ID"))


def test_ids_of_another_book_are_ids_of_nothing(app, client, bearer, books, session):
    ours, other, ids = books
    nowhere = {kind: NOWHERE.get(kind, NOBODY) for kind in ids}
    walked = []
    for method, path, kinds, view in routes(app):
        body = BODIES.get(f"{method} {path}", {})
        narrowed = QUERIES.get(f"{method} {path}")
        if not set(kinds) - PLAIN.keys() and "<" not in json.dumps(body) and narrowed is None:
            continue
        here, there = state(session, ours.ledger.id), state(session, other)
        answers = []
        for number, values in enumerate((ids, nowhere)):
            own = {"fresh": f"ICBC-{number}", "own budget": str(ours.ledger.budget_id)}
            headers = bearer(*view.roles, book=ours.book.code, shop_id=UUID(int=5)) if view.roles else {}
            answer = client.open(
                filled(f"/v1/books/{ours.book.code}{path}", values, own),
                method=method,
                headers=headers | {"Linli-Demo-Clock": ours.uow.now.isoformat()},
                json=json.loads(filled(json.dumps(body), values, own)) if method != "GET" else None,
                query_string={narrowed: str(values[narrowed])} if narrowed else None,
            )
            answers.append(answer)
        name = f"{method} {path}"
        foreign, unknown = answers
        session.expire_all()
        assert foreign.status_code == unknown.status_code, f"{name}: {foreign.text} {unknown.text}"
        assert told(foreign) == told(unknown), name
        assert foreign.status_code != 422, f"{name}: {foreign.text} (give it a body in BODIES)"
        assert state(session, other) == there, f"{name} moved something in the other book"
        if narrowed is None and not OPAQUE.intersection([*kinds, *re.findall(r"<(\w+)>", json.dumps(body))]):
            assert foreign.status_code == 404, f"{name}: {foreign.status_code} {foreign.text}"
            assert state(session, ours.ledger.id) == here, f"{name} moved something"
        walked.append(name)
    assert len(walked) >= 35
    assert set(BODIES) <= set(walked)


def test_the_watch_sees_what_the_walk_looks_for(client, bearer, books, session):
    """The same ids in their own book are found, so a walk that finds nothing has looked at something."""
    ours, other, ids = books
    code = session.scalar(sqlalchemy.text("SELECT code FROM points_books WHERE id = :id"), {"id": other})
    before = state(session, other)
    auditor = bearer(Role.AUDITOR, book=code)
    shown = client.get(f"/v1/books/{code}/transactions/{ids['transaction_id']}", headers=auditor)
    assert shown.status_code == 200
    frozen = client.post(
        f"/v1/books/{code}/passbooks/{ids['owner_id']}/freeze",
        json={"reason": "x"},
        headers=bearer(Role.TREASURER, book=code),
    )
    assert frozen.status_code == 200
    assert state(session, other) != before
    assert told(shown) != told(client.get(f"/v1/books/{code}/transactions/{NOBODY}", headers=auditor))
    assert ours.ledger.id != other
