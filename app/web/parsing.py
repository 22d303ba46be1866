"""Reading a request strictly: JSON without surprises, query strings without repeats."""

import json
import re
from collections.abc import Mapping, Sized
from functools import cache
from typing import Any, cast

from flask import Request
from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate
from marshmallow.fields import Field
from werkzeug.exceptions import RequestEntityTooLarge

from app.web.fields import LINE_BREAKS, SURROGATES, UNPRINTABLE
from app.web.refusals import (
    BodyNotJson,
    BodyTooDeep,
    BodyTypeWrong,
    BookMissing,
    KeyRepeated,
    ParameterRepeated,
    PathMalformed,
)

DEPTH_MAX = 16
INTEGER_DIGITS_MAX = 31
ABSURD_INTEGER = int("9" * INTEGER_DIGITS_MAX)
NAME_LENGTH_SHOWN = 60
# \Z: a string that never ends is skipped in one step, so the scan stays linear whatever is sent
STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
BRACKETS = re.compile(rb"[\[\]{}]")
NO_TEXT = re.compile(f"[{UNPRINTABLE}{LINE_BREAKS}{SURROGATES}]")
SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")


class StrictSchema(Schema):
    """The base of every input schema: unknown fields are refused, order is kept."""

    class Meta:
        """Marshmallow reads its options here."""

        unknown = RAISE

    counted: Mapping[str, validate.Length] = {}

    def on_bind_field(self, field_name: str, field_obj: Field[Any]) -> None:
        """Note how many items a list or a mapping may have."""
        super().on_bind_field(field_name, field_obj)
        if isinstance(field_obj, fields.List | fields.Dict):
            for each in field_obj.validators:
                if isinstance(each, validate.Length) and each.max is not None:
                    self.counted = {**self.counted, field_obj.data_key or field_name: each}

    @pre_load
    def count_items(self, data: Any, **_: object) -> Any:
        """Refuse a list that is too long before its items are looked at: 60,000 empty ones took seconds."""
        for name, count in self.counted.items() if isinstance(data, dict) else ():
            found = data.get(name)
            if isinstance(found, list | dict) and count.max is not None and len(found) > count.max:
                _check_count(name, count, found)
        return data


class NoFields(StrictSchema):
    """For routes that take nothing in this place."""


def _check_count(name: str, count: validate.Length, found: Sized) -> None:
    try:
        count(found)
    except ValidationError as error:
        raise ValidationError(error.messages, name) from None


@cache
def schema_of(kind: type[Schema]) -> Schema:
    """The one instance of a schema in this process: making one copies all its fields, and using it changes none."""
    return kind()


def check_path(path: Mapping[str, object]) -> None:
    """Hold the texts of a path to what fields hold those of a body to: PostgreSQL takes no NUL.

    Refuses PathMalformed, and BookMissing for what can be no book's name.
    """
    for name, value in path.items():
        if isinstance(value, str) and NO_TEXT.search(value):
            raise BookMissing if name == "book" else PathMalformed(field=name, name=name)


def load_query(request: Request, schema: Schema) -> dict[str, Any]:
    """Parse the query string. Refuses unknown parameters and ParameterRepeated."""
    for name, values in request.args.lists():
        if len(values) > 1:
            raise ParameterRepeated(field=name[:NAME_LENGTH_SHOWN], name=name[:NAME_LENGTH_SHOWN])
    return cast("dict[str, Any]", schema.load(request.args.to_dict()))


def load_body(request: Request, schema: Schema) -> dict[str, Any]:
    """Parse the JSON body. No body at all reads as {}, so that the missing fields are named.

    Refuses BodyTypeWrong, BodyNotJson, BodyTooDeep, KeyRepeated, and by exception of the server too large a body.
    """
    raw = request.get_data(cache=False)
    if request.max_content_length is not None and len(raw) >= request.max_content_length:
        raise RequestEntityTooLarge  # without a Content-Length the server cuts a long body off, it does not refuse it
    if raw and request.mimetype != "application/json":
        raise BodyTypeWrong
    document = parse_json(raw) if raw else {}
    if not isinstance(document, dict):
        raise ValidationError("object", "body")
    return cast("dict[str, Any]", schema.load(document))


def parse_json(raw: bytes) -> object:
    """Parse UTF-8 JSON. NaN and huge numbers come through as such, for the field to refuse by its name."""
    if _is_too_deep(raw):
        raise BodyTooDeep(depth_max=DEPTH_MAX)
    try:
        document = json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_int=_integer)
        if SURROGATE_ESCAPE.search(raw):
            json.dumps(document, ensure_ascii=False).encode("utf-8")  # half a surrogate pair is no text
    except json.JSONDecodeError as error:
        raise BodyNotJson(position=error.pos) from None
    except UnicodeError as error:
        raise BodyNotJson(position=getattr(error, "start", 0)) from None
    return cast("object", document)


def _is_too_deep(raw: bytes) -> bool:
    depth = 0
    for bracket in BRACKETS.finditer(STRINGS.sub(b"", raw)):
        depth += 1 if bracket[0] in b"[{" else -1
        if depth > DEPTH_MAX:
            return True
    return False


def _object(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            shown = name[:NAME_LENGTH_SHOWN].encode("utf-8", "replace").decode()
            raise KeyRepeated(field=shown, name=shown)
        found[name] = value
    return found


def _integer(text: str) -> int:
    """Read an integer; one of absurd length becomes one that every range refuses (and costs nothing to read)."""
    if len(text) <= INTEGER_DIGITS_MAX:
        return int(text)
    return -ABSURD_INTEGER if text.startswith("-") else ABSURD_INTEGER
