"""The wire: what a signed request must be, seen through a route of the test's own."""

from app.kernel.signed import Algorithm
from app.merchants.models import Branch
from tests.merchants.keys import enrol


def test_smoke(client, acts, shop):
    branch = acts.uow.session.get(Branch, shop.id)
    for algorithm in Algorithm:
        pen = enrol(acts.uow, branch, algorithm)
        answer = pen.send(client, "GET", "/v1/books/x/shops")
        assert answer.status_code == 403, answer.text
        answer = pen.send(client, "GET", "/v1/books/x/shops", seconds=301)
        assert answer.status_code == 401, answer.text
        assert answer.json["server_time"] == "2026-06-15T10:00:00+08:00"
