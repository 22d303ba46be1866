import openapi_spec_validator
import pytest

from app.webhooks.rules.events import EVENTS


@pytest.fixture
def document(client):
    return client.get("/openapi.json").json


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                yield f"{method.upper()} {path}", operation


def test_the_document_is_openapi_3_1(document):
    assert document["openapi"] == "3.1.0"
    openapi_spec_validator.validate(document)


def test_every_operation_says_who_may_what_it_answers_and_has_a_name(document):
    names = []
    for where, operation in operations(document):
        names.append(operation["operationId"])
        assert " / " in operation["summary"], f"{where}: the summary is written 中文 / English"
        assert bool(operation["security"]) == bool(operation["x-roles"]), where
        answers = operation["responses"]
        assert {"400", "422", "503"} <= set(answers), where
        assert not operation["x-roles"] or {"401", "403"} <= set(answers), where
        assert "requestBody" not in operation or {"413", "415", "409"} <= set(answers), where
        assert "default" not in answers
        for status, answer in answers.items():
            if status >= "400":
                assert list(answer["content"]) == ["application/problem+json"], where
    assert len(names) == len(set(names))


def test_a_till_may_sign_in_either_way(document):
    told = document["paths"]["/v1/merchant/terminal"]["get"]["security"]
    schemes = document["components"]["securitySchemes"]
    assert [[schemes[name]["name"] for name in way] for way in told] == [
        ["Authorization"],
        ["Signature-Input", "Signature", "Content-Digest"],
    ]


def test_no_foreign_schema_is_left(document):
    assert not {"Error", "PaginationMetadata"} & set(document["components"]["schemas"])


def test_inputs_show_their_ranges(document):
    shape = document["components"]["schemas"]["DevTokenIn"]
    assert shape["properties"]["name"]["maxLength"] == 60
    assert shape["additionalProperties"] is False
    assert "system" not in shape["properties"]["role"]["enum"]


def test_what_shops_are_sent_is_told_as_well(document):
    assert set(document["webhooks"]) == set(EVENTS)
    shape = document["webhooks"]["settlement.paid"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    data = shape["properties"]["data"]["properties"]
    assert set(EVENTS["settlement.paid"].fields) <= set(data)
    assert data["payable_fen"]["type"] == ["integer", "null"]
    assert data["payable_on"]["format"] == "date"
    assert data["settlement_id"]["format"] == "uuid"
