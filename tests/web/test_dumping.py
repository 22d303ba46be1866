"""The short way from objects to JSON says what the schema says."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import SimpleNamespace
from typing import NamedTuple
from uuid import UUID

import pytest
from marshmallow import Schema, fields, post_dump

from app.merchants.schemas.redemptions import TillRedemptionOut
from app.web import dumping
from app.web.fields import ShownInstant

ID = UUID("018f0000-0000-7000-8000-000000000001")
AT = datetime(2026, 6, 15, 1, 2, 3, 456000, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"


class LineOut(Schema):
    id = fields.UUID(required=True, attribute="row.id")
    name = fields.String(data_key="called")
    count = fields.Integer()
    flag = fields.Boolean()
    at = ShownInstant(attribute="row.at")


class StampedOut(LineOut):
    @post_dump
    def stamp(self, data, **_):
        return data | {"stamp": 1}


class OtherwiseOut(LineOut):
    def get_attribute(self, obj, attr, default):
        return super().get_attribute(obj, attr, default) if attr != "count" else 9


class OneOut(Schema):
    name = fields.String()


class NestedOut(Schema):
    name = fields.String()
    line = fields.Nested(LineOut)


@dataclass
class Row:
    id: object = ID
    at: object = AT


class Rows(NamedTuple):
    row: object
    name: str
    count: int
    flag: bool


def line(**changes):
    return SimpleNamespace(**{"row": Row(), "name": "a", "count": 3, "flag": True} | changes)


WHOLE = {"id": str(ID), "called": "a", "count": 3, "flag": True, "at": "2026-06-15T09:02:03.456000+08:00"}


@pytest.mark.parametrize(
    ("found", "changed"),
    [
        (line(), {}),
        (line(row=Row(None, None), name=None, count=None, flag=None), dict.fromkeys(WHOLE)),
        (line(name=Colour.RED, count=True, flag=1), {"called": "red", "count": 1, "flag": 1}),
        (line(name=7, count="8"), {"called": "7", "count": 8}),
        (line(row=Row(str(ID))), {}),
        (vars(line()), {}),
        (line(row=vars(Row())), {}),
        (Rows(Row(), "a", 3, True), {}),
    ],
)
def test_it_says_what_the_schema_says(found, changed):
    schema = LineOut()
    told = dumping.dump(LineOut, found)
    assert told == schema.dump(found) == WHOLE | changed
    assert [type(value) for value in told.values()] == [type(value) for value in schema.dump(found).values()]
    assert list(told) == list(WHOLE)


class TroveOut(Schema):
    items = fields.String()
    keys = fields.String(attribute="row.keys")


@pytest.mark.parametrize("wrap", [dict, SimpleNamespace])
def test_what_is_read_by_key_is_not_taken_for_a_method(wrap):
    found = wrap(items="i", row={"keys": "k"})
    assert dumping.dump(TroveOut, found) == {"items": "i", "keys": "k"}


def test_what_an_object_lacks_is_left_out():
    short = line()
    del short.count
    assert dumping.dump(LineOut, short) == {name: value for name, value in WHOLE.items() if name != "count"}


@pytest.mark.parametrize("kind", [StampedOut, OtherwiseOut, NestedOut, OneOut])
def test_a_schema_that_does_more_is_asked_itself(kind):
    found = line(line=line())
    assert dumping._plan_of(kind) is None
    assert dumping.dump(kind, found) == kind().dump(found)


def test_payments_at_a_till_take_the_short_way():
    assert dumping._plan_of(TillRedemptionOut) is not None
