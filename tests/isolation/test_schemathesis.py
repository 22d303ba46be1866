"""Schemathesis over the whole OpenAPI file, each route by each role that has it: no server error, nothing undocumented.

The book is one with something of everything in it (neighbourhood.py); every other request names what is there, so that
what is behind the first refusal is reached as well.
"""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings

from app.kernel.actor import Actor, Role
from app.kernel.signed import Algorithm
from app.merchants import service as merchants
from app.merchants.models import Branch
from tests.isolation.neighbourhood import HERE, furnish
from tests.merchants.keys import Pen, enrol, message_signed
from tests.merchants.till import NO_CODE

EXAMPLES = 4
NOT_SET = schemathesis.core.NOT_SET
SPEED = settings(
    max_examples=EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)


@pytest.fixture
def book(uow):
    """The book's code and, by the names of path arguments, ids of what is in it."""
    acts, ids = furnish(uow, HERE)
    uow.session.flush()
    return acts.book.code, {name: str(value) for name, value in ids.items()}


def path_of(template: str, arguments: dict[str, Any]) -> str:
    for name, value in arguments.items():
        template = template.replace(f"{{{name}}}", quote(str(value), safe=""))
    return template


def content_of(case: Any) -> dict[str, Any]:
    """The body of a case as the test client takes it."""
    if case.body is NOT_SET or case.body is None:
        return {}
    if case.media_type == "application/json":
        return {"json": case.body}
    body = case.body if isinstance(case.body, bytes | str) else b"x"
    return {"data": body, "content_type": case.media_type}


def sent(case: Any) -> tuple[bytes, str]:
    """The body of a case in bytes, as a till signs it, and what it is."""
    content = content_of(case)
    body = json.dumps(content["json"]).encode() if "json" in content else content.get("data", b"")
    return body.encode() if isinstance(body, str) else body, content.get("content_type", "application/json")


class Walk:
    """Sends the requests that Schemathesis makes of each route, and keeps what the document does not tell."""

    def __init__(self, client: Any, code: str, ids: dict[str, str]) -> None:
        self.client, self.code, self.ids = client, code, ids
        self.asked = self.cases = 0
        self.undocumented: dict[str, set[str]] = defaultdict(set)
        self.statuses: dict[str, set[int]] = defaultdict(set)

    def ask(self, operation: Any, callers: list[dict[str, str]]) -> None:
        """Send some requests of a route; every other one names what is there.

        The first of either sort is sent by each of its callers, those after by one of them: who is let in is decided
        before a body is looked at, so that every role with every body would try little more.
        """
        documented = set(operation.definition.raw["responses"])
        turns = count()

        @seed(7)
        @SPEED
        @given(case=operation.as_strategy())
        def send(case: Any) -> None:
            self.cases += 1
            turn = next(turns)
            arguments = {**(case.path_parameters or {}), **({} if turn % 2 else self.ids), "book": self.code}
            own = {name: str(value) for name, value in (case.headers or {}).items() if name != "Authorization"}
            for signed_in in callers if turn < 2 else [callers[turn % len(callers)]]:
                answer = self.client.open(
                    path_of(operation.path, arguments),
                    method=operation.method.upper(),
                    query_string=dict(case.query or {}),
                    headers={**own, **signed_in},
                    **content_of(case),
                )
                self.look(operation, answer, documented)

        send()

    def look(self, operation: Any, answer: Any, documented: set[str]) -> None:
        """Keep an answer that the document does not tell of."""
        self.asked += 1
        answer.get_data()  # what is streamed is written while it is read
        name = f"{operation.method.upper()} {operation.path}"
        self.statuses[name].add(answer.status_code)
        if str(answer.status_code) not in documented:
            self.undocumented[name].add(f"{answer.status_code} {answer.text[:200]}")


class SignedWalk(Walk):
    """The same by a till, which signs what Schemathesis makes, in both ways. `code`: makes a code that is good."""

    def __init__(self, client: Any, ids: dict[str, str], pens: list[Pen], code: Callable[[], str]) -> None:
        super().__init__(client, "", ids)
        self.pens, self.fresh_code, self.nonces = pens, code, count(1)

    def ask(self, operation: Any, callers: list[dict[str, str]]) -> None:
        """Send some requests of a route; of those that name what is there, codes are good, so that points move."""
        documented = set(operation.definition.raw["responses"])
        method = operation.method.upper()

        @seed(7)
        @SPEED
        @given(case=operation.as_strategy())
        def send(case: Any) -> None:
            for pen in self.pens:
                for sign in (pen.headers, partial(message_signed, pen)):
                    self.cases += 1
                    self.client.application.extensions["linli.redis"].flushdb()  # five wrong codes a minute, else 429
                    target, body, kind = self.request_of(operation, case)
                    headers = sign(method, target, body, nonce=f"nonce-of-the-walk-{next(self.nonces):06}")
                    answer = self.client.open(target, method=method, data=body, headers=headers, content_type=kind)
                    self.look(operation, answer, documented)

        send()

    def request_of(self, operation: Any, case: Any) -> tuple[str, bytes, str]:
        """Path and query, body, and what the body is."""
        named = self.cases % 3 > 0
        target = path_of(operation.path, {**(case.path_parameters or {}), **(self.ids if named else {})})
        if case.query:
            target = f"{target}?{urlencode(dict(case.query), doseq=True)}"
        body, kind = sent(case)
        ours = named or self.cases % 2  # a code of our form: the others end before anybody is asked
        if ours and operation.path == "/v1/merchant/redemptions" and isinstance(case.body, dict):
            order = {"order_fen": 10_000, "points": 3, "out_trade_no": f"walk-{self.cases}"}
            code = self.fresh_code() if named else NO_CODE
            body = json.dumps(case.body | order | {"code": code, "max_points": None}).encode()
        return target, body, kind


@pytest.mark.slow
def test_no_request_of_the_document_ends_in_a_server_error_or_undocumented(client, bearer, book):
    code, ids = book
    walk = Walk(client, code, ids)
    schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json)
    for result in schema.get_all_operations():
        operation = result.ok()
        roles = operation.definition.raw["x-roles"]
        walk.ask(operation, [bearer(Role(role), book=code) for role in roles] or [{}])
    assert walk.undocumented == {}
    assert walk.asked > EXAMPLES * 100


@pytest.mark.slow
def test_tills_walk_their_routes_signed_in_both_ways(client, uow):
    """With a bearer's token no till gets in (test_wire), so what is behind the door is walked with keys."""
    acts, ids = furnish(uow, HERE)
    branch = uow.session.get_one(Branch, HERE.shop)
    pens = [enrol(uow, branch), enrol(uow, branch, Algorithm.HMAC_SHA256, name="旧机")]
    resident = replace(uow, actor=Actor(HERE.resident, frozenset({Role.RESIDENT})))
    uow.session.flush()

    def code() -> str:
        return merchants.issue_code(resident, book=acts.book.code).code

    walk = SignedWalk(client, {name: str(value) for name, value in ids.items()}, pens, code)
    schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json)
    for result in schema.get_all_operations():
        operation = result.ok()
        if Role.TERMINAL in operation.definition.raw["x-roles"]:
            walk.ask(operation, [])
    assert walk.undocumented == {}
    assert len(walk.statuses) >= 11
    assert all(401 not in found for found in walk.statuses.values())
    assert {201, 409, 422} <= walk.statuses["POST /v1/merchant/redemptions"]
