"""The ledger over HTTP in short words."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from app.infra.db import db
from app.kernel.actor import Role
from tests.fixtures.people import Bearer
from tests.fixtures.work import NOW

READS = ("SELECT", "WITH")
NOT_WHOLE = ["1.0", "true", '"5"', "NaN", "null", "[]", "1e3", "1" + "0" * 30, "-1"]


@dataclass
class Api:
    """Requests to one book at one time (NOW, unless told otherwise)."""

    client: FlaskClient
    bearer: Bearer
    book: str
    at: str = NOW.isoformat()

    def get(self, path: str, role: Role = Role.TREASURER, *, lang: str = "zh-CN", **who: Any) -> TestResponse:
        return self.client.get(f"/v1/books/{self.book}{path}", headers=self._headers(role, lang, **who))

    def post(
        self, path: str, body: object, role: Role = Role.TREASURER, *, lang: str = "zh-CN", key: str = "", **who: Any
    ) -> TestResponse:
        """`body` is made JSON, unless it is text: that is sent as it is."""
        raw = body if isinstance(body, str) else json.dumps(body)
        headers = self._headers(role, lang, **who) | ({"Idempotency-Key": key} if key else {})
        return self.client.post(
            f"/v1/books/{self.book}{path}", data=raw, content_type="application/json", headers=headers
        )

    def mint(self, budget_id: object, points: int) -> TestResponse:
        """Points for a budget: one treasurer proposes, another approves. Answers the first refusal, or the approval."""
        proposed = self.post(f"/budgets/{budget_id}/mint", {"points": points})
        if proposed.status_code != 201:
            return proposed
        return self.post(f"/proposals/{proposed.json['id']}/approve", {}, name="deputy")

    def walk(self, path: str, role: Role = Role.TREASURER, *, limit: int, **who: Any) -> list[Any]:
        """All items of a list, page after page of `limit`."""
        items: list[Any] = []
        mark = "&" if "?" in path else "?"
        cursor = ""
        while True:
            page = self.get(f"{path}{mark}limit={limit}{cursor}", role, **who)
            assert page.status_code == 200, page.text
            assert len(page.json["items"]) <= limit
            items += page.json["items"]
            if page.json["next_cursor"] is None:
                return items
            assert len(page.json["items"]) == limit
            cursor = f"&cursor={page.json['next_cursor']}"

    def _headers(self, role: Role, lang: str, **who: Any) -> dict[str, str]:
        signed = self.bearer(role, **({"book": self.book} | who))
        return signed | {"Accept-Language": lang, "Linli-Demo-Clock": self.at}


@contextmanager
def statements(*, every: bool = False) -> Iterator[list[str]]:
    """The reading statements that run in the block; `every`: the others too."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if every or statement.lstrip().startswith(READS):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def refused(answer: TestResponse) -> tuple[int, str, list[str]]:
    """The status, the code and the named fields of a problem."""
    assert answer.content_type == "application/problem+json", answer.text
    return answer.status_code, answer.json["code"], [error["field"] for error in answer.json["errors"]]
