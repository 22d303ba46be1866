"""Many requests for a code at once, over HTTP and in real threads."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

from app.infra import redis
from app.kernel.actor import Actor, Role
from app.merchants.service.codes import KEY
from tests.fixtures.together import alone
from tests.points.ledger import open_ledger


def test_of_a_burst_exactly_as_many_codes_are_given_out_as_the_limit_says(real_commits):
    book = alone(open_ledger).book.code
    who = Actor(uuid4(), frozenset({Role.RESIDENT}), book=book)
    office, now = real_commits.extensions["linli.token_office"], datetime.now(UTC)
    headers = {"Authorization": f"Bearer {office.sign(who, token_id=uuid4(), now=now)}"}
    client = redis.client()
    before = set(client.scan_iter(f"{KEY}*", count=1000))

    def ask(_number):
        return real_commits.test_client().post(f"/v1/books/{book}/passbook/codes", json={}, headers=headers)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(32)))
    assert sorted(answer.status_code for answer in answers) == [201] * 20 + [429] * 12
    given = {answer.json["code"] for answer in answers if answer.status_code == 201}
    assert len(given) == 20
    made = set(client.scan_iter(f"{KEY}*", count=1000)) - before
    assert len([key for key in made if "last:" not in key]) == 20  # those refused left none
