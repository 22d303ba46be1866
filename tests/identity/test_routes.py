import pytest

from app.infra.config import Mode
from app.kernel.actor import Role

WHO = {"role": "cashier", "name": "小店员", "book": "meilihua", "shop_id": "0198c1d2-0000-7000-8000-000000000000"}


def test_show_me_answers_the_actor_of_the_token(client, bearer):
    answer = client.get("/v1/me", headers=bearer(Role.CLERK, name="李文员"))
    assert answer.status_code == 200
    assert answer.json["name"] == "李文员"
    assert answer.json["roles"] == ["clerk"]
    assert answer.json["book"] == "meilihua"


def test_show_me_refuses_a_bad_token_without_saying_why(client):
    answer = client.get("/v1/me", headers={"Authorization": "Bearer a.b.c"})
    assert answer.status_code == 401
    assert answer.json["code"] == "identity.token_invalid"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_issue_dev_token_signs_in_as_anybody(client):
    issued = client.post("/v1/dev/tokens", json=WHO)
    assert issued.status_code == 201
    me = client.get("/v1/me", headers={"Authorization": f"Bearer {issued.json['token']}"})
    assert me.json == issued.json["actor"]
    assert me.json["shop_id"] == WHO["shop_id"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("role", "system"),
        ("role", "king"),
        ("role", None),
        ("name", ""),
        ("book", None),
        ("person_id", "x"),
        ("shop_id", 1),
        ("admin", True),
    ],
)
def test_issue_dev_token_refuses_what_does_not_fit(client, field, value):
    answer = client.post("/v1/dev/tokens", json={**WHO, field: value})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_the_district_office_signs_in_without_a_book_and_not_with_one(client):
    office = {"role": "district", "name": "区里"}
    issued = client.post("/v1/dev/tokens", json=office)
    assert (issued.status_code, issued.json["actor"]["book"]) == (201, None)
    wrong = client.post("/v1/dev/tokens", json=office | {"book": "meilihua"})
    assert [error["field"] for error in wrong.json["errors"]] == ["book"]
    without = client.post("/v1/dev/tokens", json={"role": "cashier", "name": "小店员"})
    assert [error["field"] for error in without.json["errors"]] == ["book"]


def test_production_has_no_dev_tokens_neither_as_route_nor_in_the_document_nor_as_password(make_app, client):
    token = client.post("/v1/dev/tokens", json=WHO).json["token"]
    production = make_app(mode=Mode.PRODUCTION, token_keys=(("p", "p" * 40),)).test_client()
    assert production.post("/v1/dev/tokens", json=WHO).status_code == 404
    assert "/v1/dev/tokens" not in production.get("/openapi.json").json["paths"]
    assert production.get("/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert "/v1/dev/tokens" in client.get("/openapi.json").json["paths"]
