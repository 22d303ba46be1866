import json
import logging
import uuid

import pytest

from app.kernel.actor import Role


@pytest.mark.parametrize("given", ["abc", "0198c1d2-0000-7000-8000-000000000000", "a.b_c-9", "x" * 64])
def test_a_sane_request_id_is_kept(client, given):
    assert client.get("/healthz", headers={"X-Request-Id": given}).headers["X-Request-Id"] == given


@pytest.mark.parametrize("given", [None, "", "a b", "x" * 65, "a;b", "é", '"{}'])
def test_any_other_request_id_is_replaced(client, given):
    answer = client.get("/healthz", headers={"X-Request-Id": given} if given is not None else {})
    assert uuid.UUID(answer.headers["X-Request-Id"]).version == 7


@pytest.fixture
def info(app):
    before = logging.getLogger().level
    logging.getLogger().setLevel(logging.INFO)
    yield
    logging.getLogger().setLevel(before)


def test_each_request_is_one_log_line_without_secrets(client, bearer, info, capsys):
    headers = bearer(Role.AUDITOR, name="小审")
    client.get("/toy/rows?limit=5", headers=headers | {"X-Request-Id": "r-9"})
    (line,) = [
        json.loads(line) for line in capsys.readouterr().err.splitlines() if json.loads(line)["event"] == "request"
    ]
    assert line["request_id"] == "r-9"
    assert line["route"] == "/toy/rows"
    assert line["status_code"] == 200
    assert line["duration_ms"] >= 0
    assert uuid.UUID(line["actor_id"])
    assert headers["Authorization"].split()[1] not in json.dumps(line)


def test_one_request_does_not_log_the_actor_of_the_one_before(client, bearer, info, capsys):
    client.get("/toy/rows", headers=bearer(Role.AUDITOR))
    client.get("/toy/now")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert "actor_id" in lines[0]
    assert "actor_id" not in lines[-1]


@pytest.mark.parametrize("path", ["/toy/now", "/nowhere", "/v1/me"])
def test_answers_are_not_stored_framed_or_sniffed(client, path):
    headers = client.get(path).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_metrics_count_by_route_template_never_by_address(client, bearer):
    client.get("/nowhere/guessed-address")
    client.post("/toy/books/meilihua/rows", json={"points": 7}, headers=bearer(Role.TREASURER))
    client.open("/toy/now", method="BREW")
    text = client.get("/metrics").text
    assert 'linli_http_requests_total{method="POST",route="/toy/books/<book>/rows",status="201"}' in text
    assert 'route="(none)",status="404"' in text
    assert "guessed-address" not in text
    assert "BREW" not in text
    assert "linli_db_connections_in_use" in text
    assert 'linli_http_request_seconds_bucket{le="0.5",method="POST",route="/toy/books/<book>/rows"}' in text
