"""Schemathesis over the whole OpenAPI file, each route by each role that has it: no server error, nothing undocumented.

The book is one with something of everything in it (neighbourhood.py); every other request names what is there, so that
what is behind the first refusal is reached as well.
"""

from collections import defaultdict
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings

from app.kernel.actor import Role
from tests.isolation.neighbourhood import HERE, furnish

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


class Walk:
    """Sends the requests that Schemathesis makes of each route, and keeps what the document does not tell."""

    def __init__(self, client: Any, code: str, ids: dict[str, str]) -> None:
        self.client, self.code, self.ids = client, code, ids
        self.asked = self.cases = 0
        self.undocumented: dict[str, set[str]] = defaultdict(set)

    def ask(self, operation: Any, callers: list[dict[str, str]]) -> None:
        """Send some requests of a route as each of its callers; every other one names what is there."""
        documented = set(operation.definition.raw["responses"])

        @seed(7)
        @SPEED
        @given(case=operation.as_strategy())
        def send(case: Any) -> None:
            self.cases += 1
            arguments = {**(case.path_parameters or {}), **(self.ids if self.cases % 2 else {}), "book": self.code}
            own = {name: str(value) for name, value in (case.headers or {}).items() if name != "Authorization"}
            for signed_in in callers:
                self.asked += 1
                answer = self.client.open(
                    path_of(operation.path, arguments),
                    method=operation.method.upper(),
                    query_string=dict(case.query or {}),
                    headers={**own, **signed_in},
                    **content_of(case),
                )
                answer.get_data()  # what is streamed is written while it is read
                if str(answer.status_code) not in documented:
                    name = f"{operation.method.upper()} {operation.path}"
                    self.undocumented[name].add(f"{answer.status_code} {answer.text[:200]}")

        send()


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
