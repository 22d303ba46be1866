import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.parsing import ABSURD_INTEGER, DEPTH_MAX, parse_json
from app.web.refusals import BodyNotJson, BodyTooDeep, KeyRepeated

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30) + 1, 10**30 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_parse_json_reads_what_json_writes(value):
    assert parse_json(json.dumps(value).encode()) == value
    assert parse_json(json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"{'a': 1}",
        b'{"a": 1,}',
        b"nope",
        b'{"a": 01}',
        b"\xff\xfe{\x00}\x00",
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"a": "\x01"}',
        b"\xef\xbb\xbf{}",
        b" ",
    ],
)
def test_parse_json_refuses_what_is_not_json_in_utf8(raw):
    with pytest.raises(BodyNotJson):
        parse_json(raw)


def test_parse_json_takes_whole_surrogate_pairs():
    assert parse_json(b'"\\ud83d\\ude00"') == "\U0001f600"


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_parse_json_refuses_depth_before_it_parses(opening):
    closing = "]" if opening == "[" else "}"
    parse_json((opening * DEPTH_MAX + "1" + closing * DEPTH_MAX).encode())
    with pytest.raises(BodyTooDeep):
        parse_json((opening * (DEPTH_MAX + 1) + "1" + closing * (DEPTH_MAX + 1)).encode())
    with pytest.raises(BodyTooDeep):
        parse_json((opening * 100_000).encode())


def test_parse_json_does_not_count_brackets_inside_strings():
    assert parse_json(b'["' + b"[" * 50 + b'\\"[[[[[[[[[[[[[[[[[[[["]') == ["[" * 50 + '"' + "[" * 20]


@pytest.mark.parametrize("unit", [b'"', b'\\"', b'"\\', b"[]", b'{"a":', b'"[', b"\\"])
def test_parse_json_reads_a_mebibyte_of_malice_in_linear_time(unit):
    raw = unit * (1024 * 1024 // len(unit))
    started = time.perf_counter()
    with pytest.raises((BodyNotJson, BodyTooDeep)):
        parse_json(raw)
    assert time.perf_counter() - started < 3


@pytest.mark.parametrize("raw", [b'{"a": 1, "a": 1}', b'{"b": {"a": 1, "a": 2}}', b'[{"a": 1, "\\u0061": 2}]'])
def test_parse_json_refuses_a_name_given_twice(raw):
    with pytest.raises(KeyRepeated) as caught:
        parse_json(raw)
    assert caught.value.field == "a"


def test_parse_json_reads_absurd_integers_cheaply_as_out_of_every_range():
    assert parse_json(b"9" * 100_000) == ABSURD_INTEGER
    assert parse_json(b"-" + b"9" * 100_000) == -ABSURD_INTEGER
