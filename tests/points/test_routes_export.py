import hashlib
import json
import struct
from datetime import datetime
from uuid import UUID

import pytest

from app.kernel.actor import Role
from app.points import service as points
from tests.points.api import Api, statements
from tests.points.ledger import ANNA


@pytest.fixture
def api(client, bearer, ledger):
    return Api(client, bearer, ledger.book.code)


def own(api, path="", **more):
    return api.get(f"/passbook{path}", Role.RESIDENT, person_id=ANNA, **more)


def is_sound(export):
    """Recompute the chain from what the export says about itself, with nothing of the application."""
    head, balance = bytes(32), 0
    for n, entry in enumerate(export["entries"], 1):
        header = entry["transaction"]
        text = [header["code"].encode(), header["cause"].encode()]
        words = b"".join(struct.pack(">i", len(word)) + word for word in text)
        note = header["evidence"]
        words += struct.pack(">i", -1) if note is None else struct.pack(">i", len(note.encode())) + note.encode()
        times = struct.pack(">qq", header["recorded_at_microseconds"], header["effective_at_microseconds"])
        digest = hashlib.sha256(UUID(header["id"]).bytes + UUID(header["actor_id"]).bytes + times + words).digest()
        balance += entry["amount"]
        link = head + struct.pack(">i", export["book_id"]) + UUID(export["account_id"]).bytes
        link += struct.pack(">qqq", entry["version"], entry["amount"], entry["balance_after"]) + digest
        head = hashlib.sha256(link).digest()
        shown = datetime.fromisoformat(header["recorded_at"])
        if (entry["version"], entry["balance_after"], entry["chain"]) != (n, balance, head.hex()):
            return False
        if (
            int(shown.timestamp()) != header["recorded_at_microseconds"] // 10**6
            or "+08:00" not in header["recorded_at"]
        ):
            return False
    return (export["version"], export["balance"], export["head"]) == (len(export["entries"]), balance, head.hex())


def test_an_export_proves_itself(api, acts):
    acts.award(ANNA, 50, evidence="证据")
    acts.redeem(ANNA, 8)
    answer = own(api, "/export")
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="passbook-{acts.ledger.passbook(ANNA)}.json"'
    export = json.loads(answer.text)
    assert export | {"entries": [], "head": ""} == {
        "format": "linli-passbook-1",
        "book_id": acts.ledger.id,
        "book": api.book,
        "account_id": str(acts.ledger.passbook(ANNA)),
        "owner_id": str(ANNA),
        "exported_at": "2026-06-15T10:00:00+08:00",
        "balance": 42,
        "version": 2,
        "head": "",
        "entries": [],
    }
    assert is_sound(export)
    export["entries"][0]["transaction"]["evidence"] = "证物"
    assert not is_sound(export)


def test_an_empty_export_begins_a_chain(api):
    export = json.loads(own(api, "/export").text)
    assert (export["version"], export["head"], export["entries"]) == (0, "0" * 64, [])
    assert is_sound(export)


@pytest.mark.parametrize("count", [2, 3, 4, 7])
def test_a_long_export_is_read_in_steps(api, acts, monkeypatch, count):
    monkeypatch.setattr(points.passbooks, "EXPORT_STEP_ENTRIES", 3)
    for amount in range(1, count + 1):
        acts.award(ANNA, amount)
    with statements() as run:
        export = json.loads(own(api, "/export").text)
    assert is_sound(export)
    assert export["version"] == count
    assert len(run) == 2 + -(-count // 3)  # the book, the head, and a step for every three entries


def test_an_export_is_of_one_moment_although_entries_are_added_meanwhile(api, acts, monkeypatch, client, bearer):
    monkeypatch.setattr(points.passbooks, "EXPORT_STEP_ENTRIES", 2)
    for amount in range(1, 6):
        acts.award(ANNA, amount)
    url = f"/v1/books/{api.book}/passbook/export"
    answer = client.get(url, headers=bearer(Role.RESIDENT, book=api.book, person_id=ANNA))
    pieces = answer.iter_encoded()
    begun = [next(pieces), next(pieces)]
    acts.award(ANNA, 1000)
    export = json.loads(b"".join([*begun, *pieces]))
    assert (export["version"], export["balance"]) == (5, 15)
    assert is_sound(export)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.TREASURER])
def test_auditors_export_a_passbook(api, acts, role):
    acts.award(ANNA, 50)
    assert is_sound(json.loads(api.get(f"/passbooks/{ANNA}/export", role).text))
