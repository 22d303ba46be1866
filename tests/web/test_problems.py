import json

import pytest

from app.api_docs.problems import catalogue
from app.infra.failures import DatabaseUnavailable
from app.kernel.actor import Role
from app.kernel.errors import Kind
from app.web import problems

FIELDS = {"type", "title", "status", "detail", "instance", "code", "trace_id", "retryable", "errors"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("DELETE", "/toy/now", 405),
        ("POST", "/healthz", 405),
        ("GET", "/toy/books/x/rows", 405),
        ("GET", "/docs/static/../../factory.py", 404),
    ],
)
def test_plain_http_failures_are_problems_too(client, method, path, status):
    answer = client.open(path, method=method, headers={"X-Request-Id": "my-id"})
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert set(answer.json) == FIELDS
    assert answer.json["status"] == status
    assert answer.json["instance"] == path.replace("/static/../..", "/static/../..")
    assert answer.json["trace_id"] == "my-id" == answer.headers["X-Request-Id"]
    if status == 405:
        assert answer.headers["Allow"]


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.9", "en"),
        ("en", "en"),
        ("fr", "zh"),
        ("zh;q=0.1, en;q=0.9", "en"),
        ("*", "zh"),
        (";;;q=x", "zh"),
    ],
)
def test_the_language_follows_the_caller_and_is_chinese_otherwise(client, accept, language):
    answer = client.get("/nowhere", headers={"Accept-Language": accept} if accept else {})
    assert answer.headers["Content-Language"] == language
    assert answer.json["title"] == {"zh": "找不到", "en": "Not found"}[language]
    assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.parametrize("path", ["/toy/broken-sql", "/toy/refusals"])
def test_an_unexpected_failure_is_500_with_nothing_internal_and_a_stack_in_the_log(client, bearer, capsys, path):
    if path == "/toy/broken-sql":
        answer = client.get(path)
    else:
        answer = client.post(path, json={"points": 3}, headers=bearer(Role.TREASURER))
    assert answer.status_code == 500
    assert set(answer.json) == FIELDS
    assert answer.json["code"] == "web.unexpected"
    assert answer.json["retryable"] is False
    for internal in ("secret inside", "nonsense", "Error", "psycopg", "Traceback"):
        assert internal not in answer.text
    logged = capsys.readouterr().err
    (line,) = [json.loads(line) for line in logged.splitlines() if "unexpected" in line]
    assert "Traceback" in line["exception"]
    assert line["request_id"] == answer.json["trace_id"]
    if path == "/toy/broken-sql":
        assert "the secret inside" not in logged  # parameters of a statement stay out of the log


def test_a_retryable_problem_says_when(app):
    with app.test_request_context("/x"):
        response = problems.render(problems.document(DatabaseUnavailable()))
    assert response.status_code == 503
    assert response.json["retryable"] is True
    assert response.headers["Retry-After"] == "1"


def test_every_kind_has_a_status():
    assert set(problems.STATUS) == set(Kind)


def test_every_refusal_of_the_application_has_its_own_code_and_fits_its_feature(app):
    found = [cls for cls in catalogue() if cls.__module__.startswith("app.")]
    codes = [cls.code for cls in found]
    assert len(codes) == len(set(codes))
    for cls in found:
        assert cls.code.split(".")[0] == cls.__module__.split(".")[1], cls
