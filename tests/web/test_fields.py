import re

import pytest
from marshmallow import fields, validate

from app.web.parsing import StrictSchema

NOT_POINTS = [
    "1.0",
    "true",
    '"5"',
    "NaN",
    "Infinity",
    "-Infinity",
    "null",
    "[]",
    "{}",
    "0",
    "-1",
    str(10**9 + 1),
    "1" + "0" * 30,
    "1" + "0" * 5000,
    "1e3",
    "1e999",
]


def post(client, raw, **headers):
    return client.post("/toy/echo", data=raw, content_type="application/json", headers=headers)


@pytest.mark.parametrize("value", NOT_POINTS)
def test_points_are_whole_numbers_in_range_and_the_field_is_named(client, value):
    answer = post(client, f'{{"points": {value}}}')
    assert answer.status_code == 422
    assert answer.json["code"] == "web.invalid"
    assert [error["field"] for error in answer.json["errors"]] == ["points"]


@pytest.mark.parametrize("value", [1, 5, 10**9])
def test_points_in_range_pass(client, value):
    answer = post(client, f'{{"points": {value}}}')
    assert answer.status_code == 200
    assert answer.json["points"] == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fen", 10**12 + 1),
        ("fen", 0),
        ("name", ""),
        ("name", "   "),
        ("name", "六个字太长了"),
        ("name", "a\x00b"),
        ("name", "a\nb"),
        ("name", "a\u202eb"),
        ("name", 5),
        ("name", None),
        ("story", "a\x00b"),
        ("story", "a\x07"),
        ("whom", "1"),
        ("whom", 1),
        ("whom", "{0198c1d2-0000-7000-8000-000000000000}"),
        ("at", "2026-06-15T10:00:00"),
        ("at", "yesterday"),
        ("at", 1781488800),
        ("day", "2026-02-30"),
        ("day", "20260228"),
        ("day", "2026-02-28T00:00:00Z"),
        ("rows", [{"points": 1}] * 4),
        ("rows", {}),
        ("way", "sideways"),
        ("way", 1),
        ("unknown", 1),
        ("__proto__", 1),
    ],
)
def test_wrong_values_are_refused_by_name_in_both_languages(client, name, value):
    for language in ("zh-CN", "en"):
        answer = client.post("/toy/echo", json={"points": 1, name: value}, headers={"Accept-Language": language})
        assert answer.status_code == 422, answer.json
        (error,) = answer.json["errors"]
        assert error["field"] == name
        assert error["detail"].startswith(f"{name} ")
        assert ("须" in error["detail"] or "能" in error["detail"] or "不认识" in error["detail"]) == (
            language == "zh-CN"
        ), error
        assert not re.search(r"[a-z]+:[0-9a-z{]", error["detail"]), error  # no raw token is left


def test_nested_fields_are_named_by_their_path(client):
    answer = client.post("/toy/echo", json={"points": 1, "rows": [{"points": 1}, {"points": 0, "x": 1}]})
    assert {error["field"] for error in answer.json["errors"]} == {"rows.1.points", "rows.1.x"}


def test_a_thousand_wrong_fields_make_a_short_answer(client):
    answer = client.post("/toy/echo", json={"points": 1} | {"x" * 500 + str(n): 1 for n in range(1000)})
    assert answer.status_code == 422
    assert len(answer.json["errors"]) == 50
    assert len(answer.data) < 20_000


def test_line_breaks_pass_where_lines_are_allowed(client):
    answer = client.post("/toy/echo", json={"points": 1, "story": "第一行\n第二行\t\U0001f600", "name": "王阿姨"})
    assert answer.json["story"] == "第一行\n第二行\t\U0001f600"


def test_instants_and_days_come_through(client):
    answer = client.post("/toy/echo", json={"points": 1, "at": "2026-06-15T10:00:00+08:00", "day": "2026-02-28"})
    assert answer.json["at"] == "2026-06-15T10:00:00+08:00"
    assert answer.json["day"] == "2026-02-28"


def test_every_input_field_of_the_application_is_a_strict_one(app):
    def subclasses(cls):
        for child in cls.__subclasses__():
            yield child
            yield from subclasses(child)

    found = [cls for cls in subclasses(StrictSchema) if cls.__module__.startswith("app.")]
    assert found
    loose = {fields.Field, fields.Integer, fields.String, fields.UUID, fields.DateTime}
    loose |= {fields.Float, fields.Decimal, fields.Raw, fields.Dict, fields.Boolean, fields.Date}
    for cls in found:
        for name, field in cls().fields.items():
            chosen = any(isinstance(rule, validate.OneOf) for rule in field.validators)
            chosen = chosen or any(isinstance(rule, validate.Regexp) for rule in field.validators)
            assert chosen or type(field) not in loose, f"{cls.__name__}.{name}: use app.web.fields"
