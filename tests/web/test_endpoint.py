import io
import uuid

import pytest
from marshmallow import fields
from sqlalchemy import text

from app.infra.config import Mode
from app.kernel.actor import Role
from app.web.endpoint import PUBLIC, Blueprint, endpoint
from app.web.parsing import StrictSchema
from tests.web import toy


def rows(session):
    return list(session.scalars(text("SELECT job_id FROM jobs_completions ORDER BY 1")))


ROWS = "/toy/books/meilihua/rows"


def test_a_request_goes_straight_down_and_back(client, bearer, session):
    answer = client.post(ROWS, json={"points": 7}, headers=bearer(Role.TREASURER))
    assert answer.status_code == 201
    assert answer.json == {"id": 7}
    assert answer.content_type == "application/json"
    assert rows(session) == [7]


@pytest.mark.parametrize("value", [None, "", "Bearer", "Bearer ", "Basic YTpi", "bearer  "])
def test_without_a_token_it_is_401_and_says_how(client, value):
    answer = client.post(ROWS, json={"points": 7}, headers={"Authorization": value} if value is not None else {})
    assert answer.status_code == 401
    assert answer.json["code"] == "web.token_missing"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_another_role_is_403_and_is_told_which_it_takes(client, bearer, session):
    answer = client.post(ROWS, json={"points": 7}, headers=bearer(Role.RESIDENT, Role.CASHIER))
    assert answer.status_code == 403
    assert answer.json["code"] == "web.role_denied"
    assert "clerk, treasurer" in answer.json["detail"]
    assert rows(session) == []


def test_another_book_is_404_as_if_it_did_not_exist(client, bearer, session):
    for book in ("zhongyi", "meilihua ", "MEILIHUA", "%00"):
        answer = client.post(f"/toy/books/{book}/rows", json={"points": 7}, headers=bearer(Role.TREASURER))
        assert answer.status_code == 404
        assert answer.json["code"] == "web.book_missing"
    assert rows(session) == []


def test_who_may_not_is_told_before_what_is_wrong(client, bearer):
    assert client.post(ROWS, data=b"{", headers=bearer(Role.RESIDENT)).status_code == 403
    assert client.post(ROWS, data=b"{").status_code == 401


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "web.body_not_json"),
        (b"[" * 5000, "application/json", 400, "web.body_too_deep"),
        (b'{"points": 1, "points": 2}', "application/json", 400, "web.body_key_repeated"),
        (b'{"points": 1}', "text/plain", 415, "web.body_type_wrong"),
        (b"points=1", "application/x-www-form-urlencoded", 415, "web.body_type_wrong"),
        (b'{"points": 1}', None, 415, "web.body_type_wrong"),
        (b"[1]", "application/json", 422, "web.invalid"),
        (b"null", "application/json", 422, "web.invalid"),
        (b"", "application/json", 422, "web.invalid"),
        (b"", None, 422, "web.invalid"),
        (b'{"points": 1, "story": "' + b"x" * 1024 * 1024 + b'"}', "application/json", 413, "web.http_413"),
    ],
)
def test_bad_bodies_are_refused(client, body, content_type, status, code):
    answer = client.post("/toy/echo", data=body, content_type=content_type)
    assert answer.status_code == status, answer.json
    assert answer.json["code"] == code
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(("length", "status"), [(1024 * 1024, 200), (1024 * 1024 + 1, 413), (3 * 1024 * 1024, 413)])
@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_is_whole_or_refused(client, length, status, chunked):
    body = b'{"points": 1}'.ljust(length)
    if chunked:  # as a server hands it on: no length, an end of input
        environ = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
        answer = client.post(
            "/toy/echo", input_stream=io.BytesIO(body), content_type="application/json", environ_base=environ
        )
    else:
        answer = client.post("/toy/echo", data=body, content_type="application/json")
    assert answer.status_code == status


def test_json_with_a_charset_is_json(client):
    assert (
        client.post("/toy/echo", data=b'{"points": 1}', content_type="application/json; charset=utf-8").status_code
        == 200
    )


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=1.0", "limit"),
        ("limit=%D9%A3", "limit"),
        ("limit=" + "9" * 5000, "limit"),
        ("x=1", "x"),
        ("cursor=", "cursor"),
        ("cursor=a%00", "cursor"),
        ("cursor=" + "a" * 600, "cursor"),
    ],
)
def test_bad_query_strings_are_refused_by_name(client, bearer, query, field):
    answer = client.get(f"/toy/rows?{query}", headers=bearer(Role.AUDITOR))
    assert answer.status_code == 422, answer.json
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_a_parameter_given_twice_is_refused(client, bearer):
    answer = client.get("/toy/rows?limit=1&limit=2", headers=bearer(Role.AUDITOR))
    assert answer.status_code == 400
    assert answer.json["errors"][0]["field"] == "limit"


def test_limit_has_a_default_and_a_page_its_envelope(client, bearer):
    assert client.get("/toy/rows", headers=bearer(Role.AUDITOR)).json == {"items": [{"id": 20}], "next_cursor": None}
    assert client.get("/toy/rows?limit=100&cursor=abc", headers=bearer(Role.AUDITOR)).json["next_cursor"] == "abc"


def test_a_route_without_query_refuses_parameters(client):
    assert client.get("/toy/now?x=1").status_code == 422


def test_a_refusal_rolls_back_and_is_a_problem(client, bearer, session):
    answer = client.post(
        "/toy/refusals", json={"points": 1}, headers=bearer(Role.TREASURER) | {"Accept-Language": "en"}
    )
    assert answer.status_code == 409
    assert answer.json["detail"] == "Too little: 3 points are left."
    assert answer.json["errors"] == [{"field": "points", "detail": "Too little: 3 points are left."}]
    assert rows(session) == []


def test_a_decline_stays(client, bearer, session):
    answer = client.post("/toy/refusals", json={"points": 2}, headers=bearer(Role.TREASURER))
    assert answer.status_code == 409
    assert answer.json["code"] == "toy.sticky"
    assert rows(session) == [2]


def test_an_empty_reply_has_no_body(client, bearer):
    answer = client.post("/toy/refusals", json={"points": 9}, headers=bearer(Role.TREASURER))
    assert answer.status_code == 204
    assert answer.data == b""


def test_the_demo_clock_sets_the_time_of_one_request(client):
    answer = client.get("/toy/now", headers={"Linli-Demo-Clock": "2026-01-02T03:04:05+08:00"})
    assert answer.json["at"] == "2026-01-02T03:04:05+08:00"
    assert client.get("/toy/now").json["at"] > "2026-06"


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-02T03:04:05",
        "now",
        "",
        "1",
        "0001-01-01T00:00:00+08:00",
        "1999-12-31T23:59:59Z",
        "2200-01-01T00:00:00Z",
        "9999-12-31T23:59:59-08:00",
    ],
)
def test_the_demo_clock_wants_a_time_with_its_zone(client, value):
    answer = client.get("/toy/now", headers={"Linli-Demo-Clock": value})
    assert answer.status_code == 400
    assert answer.json["code"] == "web.demo_clock_refused"


@pytest.mark.parametrize("value", ["2000-01-01T00:00:00+00:00", "2199-12-31T23:59:59+00:00"])
def test_the_demo_clock_goes_through_two_centuries(client, value):
    assert client.get("/toy/now", headers={"Linli-Demo-Clock": value}).status_code == 200


def test_the_demo_clock_is_refused_in_production(make_app):
    app = make_app(mode=Mode.PRODUCTION, token_keys=(("p", "p" * 40),))
    answer = app.test_client().get("/toy/now", headers={"Linli-Demo-Clock": "2026-01-02T03:04:05Z"})
    assert answer.status_code == 400


def test_a_parameter_given_twice_is_called_a_parameter(client):
    """The words for a body would send the caller looking in the wrong place."""
    answer = client.get("/toy/now?n=1&n=2", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.json["code"]) == (400, "web.query_key_repeated")
    assert answer.json["detail"] == "The query parameter n occurs twice."
    assert [error["field"] for error in answer.json["errors"]] == ["n"]


# --- at import


class OneIn(StrictSchema):
    points = fields.Integer(required=True)
    note = fields.String()


def bare(view, rule="/x", **options):
    Blueprint(f"b{uuid.uuid4().hex}", __name__, description="x").route(rule)(endpoint(roles=PUBLIC, **options)(view))


def fits(uow, *, points, note=None):
    """Fit."""


def lacks_note(uow, *, points):
    """Lack."""


def note_without_default(uow, *, points, note):
    """Lack a default."""


def one_more(uow, *, points, note=None, book):
    """Want a path."""


def not_keyword_only(uow, points, note=None):
    """Be positional."""


def no_uow(*, points, note=None):
    """Have no unit of work."""


@pytest.mark.parametrize("view", [lacks_note, note_without_default, one_more, not_keyword_only, no_uow])
def test_a_view_that_does_not_fit_its_schema_is_refused_at_import(view):
    bare(fits, body=OneIn)
    with pytest.raises(TypeError, match=r"view|take|default|uow"):
        bare(view, body=OneIn)


def test_a_view_that_does_not_fit_its_path_is_refused_at_import():
    bare(one_more, "/books/<book>/x", body=OneIn)
    for rule in ("/books/<code>/x", "/books/<book>/<uuid:shop>/x"):
        with pytest.raises(TypeError, match="path"):
            bare(one_more, rule, body=OneIn)


def test_two_schemas_may_not_name_the_same_field():
    with pytest.raises(TypeError, match="two schemas"):
        bare(fits, body=OneIn, query=OneIn)


def test_a_view_without_the_guard_is_refused_at_import():
    with pytest.raises(TypeError, match="@endpoint"):
        toy.Blueprint("naked", __name__, description="x").route("/x")(fits)
