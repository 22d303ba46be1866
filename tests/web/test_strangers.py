"""What a stranger may send that is long, large or no text: each is refused, soon, and never as a fault of ours."""

import base64
import hashlib
import json
import time

import pytest

from app.kernel.actor import Role

SOON = 1.0
"""Seconds of work; what else the machine does is not counted."""
DIGITS = "9" * 5000


def jwt_of(header):
    return base64.urlsafe_b64encode(header.encode()).rstrip(b"=").decode() + ".e30.c2ln"


TOKENS = {
    "deep": "[" * 2900,
    "deeper": "[" * 6_000,
    "digits": '{"kid":' + "9" * 2900 + "}",
    "a list as its key": '{"alg":["HS256"],"kid":["a"]}',
    "an object as its algorithm": '{"alg":{},"kid":"demo"}',
}
HEADERS = {
    **{f"a token: {name}": {"Authorization": f"Bearer {jwt_of(header)}"} for name, header in TOKENS.items()},
    "a token that is no ASCII": {"Authorization": "Bearer \xff\xfe.\xff.\xff"},
    "a till's header of pairs": {"Authorization": "LINLI-ED25519 " + 'serial="a",' * 700},
    "languages": {"Accept-Language": ",".join(f"x{n};q=0.{n}" for n in range(800))},
    "an odd weight": {"Accept-Language": "zh;q=1e400,en;q=nan,*;q=" + DIGITS},
    "a clock": {"Linli-Demo-Clock": "٢٠٢٦-٠١-٠١T00:00:00+00:00".encode().decode("latin-1")},
    "a long clock": {"Linli-Demo-Clock": "9" * 8_000},
    "a key": {"Idempotency-Key": "\xff" * 1000},
    "whom he acts for": {"Linli-Acting-For": "\xff" * 8_000},
    "an id": {"X-Request-Id": "a" * 8_000 + "\xff"},
    "a media type": {"Content-Type": "application/json; charset=" + "'" * 8_000},
    "a media type of parts": {"Content-Type": "application/json" + ';a="' * 800},
    "a charset": {"Content-Type": "application/json; charset=utf-7"},
}


def answered(client, path, *, method="POST", **sent):
    started = time.thread_time()
    response = client.open(path, method=method, **sent)
    assert time.thread_time() - started < SOON
    assert response.status_code < 500, response.text
    return response


@pytest.mark.parametrize("name", HEADERS)
def test_headers(client, name):
    headers = {"Content-Type": "application/json"} | HEADERS[name]
    for path in ("/toy/echo", "/v1/me", "/v1/merchant/redemptions"):
        for method in ("GET", "POST"):
            answered(client, path, method=method, headers=headers, data=b"{}")


def test_a_signature_of_a_till_that_is_no_ascii(client):
    digest = base64.b64encode(hashlib.sha256(b"{}").digest()).decode()
    parameters = f';created={int(time.time())};nonce="{"n" * 16}";keyid="{"0" * 32}";alg="ed25519"'
    headers = {
        "Signature-Input": f'a=("@method" "@path" "@query" "content-digest"){parameters}',
        "Content-Digest": f"sha-256=:{digest}:",
        "Content-Type": "application/json",
    }
    for signature in ("a=:\xff\xff\xff\xff:", "a=:" + "A" * 100_000 + ":", "a=::", "a=:\xb2AAA:"):
        told = answered(client, "/v1/merchant/redemptions", headers=headers | {"Signature": signature}, data=b"{}")
        assert told.status_code == 401, (signature[:9], told.text)
    for number in ("9" * 12, "\xb2" * 10):
        odd = headers | {"Signature": "a=:AAAA:", "Signature-Input": f'a=("@method");created={number}'}
        assert answered(client, "/v1/merchant/redemptions", headers=odd, data=b"{}").status_code == 401


BODIES = {
    "1e400": '{"points": 1e400}',
    "-1e400": '{"points": -1e400}',
    "digits": f'{{"points": {DIGITS}}}',
    "digits behind a point": f'{{"points": 0.{DIGITS * 40}}}',
    "an exponent": f'{{"points": 1e{DIGITS}}}',
    "digits in a text": f'{{"points": "{DIGITS * 40}"}}',
    "an id": f'{{"points": 1, "whom": "{DIGITS * 40}"}}',
    "a time": f'{{"points": 1, "at": "{DIGITS * 40}"}}',
    "a day": f'{{"points": 1, "day": "{DIGITS * 40}"}}',
    "arabic digits": '{"points": 1, "day": "٢٠٢٦-٠١-٠١", "at": "٢٠٢٦-٠١-٠١T00:00:00Z"}',
    "lists": '{"points": 1, "rows": [' + ",".join("[]" for _ in range(60_000)) + "]}",
    "objects": '{"points": 1, "rows": [' + ",".join("{}" for _ in range(60_000)) + "]}",
    "names": "{" + ",".join(f'"n{n}": 1' for n in range(25_000)) + "}",
    "a long name": f'{{"{"n" * 200_000}": 1}}',
    "depth": '{"a":' * 100_000,
    "brackets": "[" * 200_000,
    "quotes": '{"a": "' + '\\"' * 100_000,
    "backslashes": '"' + "\\" * 200_001,
    "NaN": '{"points": NaN, "fen": Infinity, "rows": -Infinity}',
    "half a pair": '{"points": 1, "name": "\\ud800"}',
    "NUL": '{"points": 1, "name": "\\u0000"}',
}


@pytest.mark.parametrize("name", BODIES)
def test_bodies(client, name):
    for path in ("/toy/echo", "/v1/sessions/wechat", "/v1/sessions/desk", "/v1/sessions/refresh"):
        answered(client, path, data=BODIES[name].encode(), content_type="application/json")


def test_a_list_that_is_too_long_is_counted_before_it_is_read(client):
    told = answered(client, "/toy/echo", json={"points": 1, "rows": [{}] * 60_000})
    assert (told.status_code, [error["field"] for error in told.json["errors"]]) == (422, ["rows"])
    assert "3" in told.json["detail"]
    told = answered(client, "/toy/echo", json={"points": 1, "rows": [{}] * 3})
    assert {error["field"] for error in told.json["errors"]} == {f"rows.{n}.points" for n in range(3)}


PATHS = [
    f"/v1/books/a/risk/rule-sets/{DIGITS}",
    f"/v1/books/a/passbook/years/{DIGITS}",
    "/v1/books/a/risk/rule-sets/%D9%A2",
    "/v1/books/%ff%fe/passbook",
    "/v1/books/%00/passbook",
    "/v1/books/%ED%A0%80/passbook",
    "/v1//books//a//passbook",
    "//evil.example/v1",
    "/" + "a/" * 20_000,
    "/v1/books/a/passbook?limit=" + DIGITS,
    "/v1/books/a/passbook?limit=%D9%A2",
    "/v1/books/a/passbook?" + "&".join(f"a{n}=1" for n in range(20_000)),
    "/v1/books/a/passbook?cursor=" + "W" * 100_000,
    "/docs/problems" + "%ff" * 1000,
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:40])
def test_paths(client, bearer, person, path):
    for headers in ({}, bearer(Role.TREASURER), bearer(Role.RESIDENT)):
        told = answered(client, path.replace("/a/", "/meilihua/"), method="GET", headers=headers)
        assert told.status_code != 200


@pytest.mark.parametrize("length", ["-1", "abc", "\xb2", DIGITS, ""])
def test_lengths(client, length):
    answered(client, "/toy/echo", environ_overrides={"CONTENT_LENGTH": length, "CONTENT_TYPE": "application/json"})


def test_cursors(client, bearer):
    for parts in (["x"], ["\x00"], ["٢" * 36], [10**400], [1e308], [[]] * 50, ["9" * 36], ["{" + "a" * 32 + "}"]):
        text = base64.urlsafe_b64encode(json.dumps(parts, ensure_ascii=False).encode()).rstrip(b"=").decode()
        for path in ("awards", "mall/earns", "mall/refunds", "risk/rule-sets", "journal", "shops"):
            answered(
                client,
                f"/v1/books/meilihua/{path}?cursor={text}",
                method="GET",
                headers=bearer(Role.TREASURER),
            )
