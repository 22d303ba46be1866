import pytest

from app.kernel.actor import Role

NOWHERE = "postgresql://linli_app@127.0.0.1:1/linli"
NO_REDIS = "redis://127.0.0.1:1/0"


@pytest.fixture
def sick(make_app):
    """Make a client of an application whose dependencies are elsewhere."""
    return lambda **changes: make_app(**changes).test_client()


def test_ready_when_all_is_there(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "checks": {"postgresql": "ok", "redis": "ok"}}


def test_not_ready_without_postgresql_but_alive(sick):
    client = sick(database_url=NOWHERE)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"status": "down", "checks": {"postgresql": "down", "redis": "ok"}}
    assert client.get("/healthz").status_code == 200


def test_degraded_but_ready_without_redis_because_the_ledger_goes_on(sick):
    answer = sick(redis_url=NO_REDIS).get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"status": "degraded", "checks": {"postgresql": "ok", "redis": "down"}}


def test_requests_answer_503_without_postgresql_and_go_on_without_redis(sick, bearer):
    down = sick(database_url=NOWHERE).post(
        "/toy/books/meilihua/rows", json={"points": 7}, headers=bearer(Role.TREASURER)
    )
    assert down.status_code == 503
    assert down.json["code"] == "infra.database_unavailable"
    assert down.json["retryable"] is True
    assert sick(redis_url=NO_REDIS).get("/toy/now").status_code == 200
