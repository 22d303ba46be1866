"""docs/settlement.md: its tables are the code's, its requests exist, and the digest is the one it tells."""

import re
from datetime import timedelta
from hashlib import sha256

import pytest

from app.merchants import service
from app.merchants.rules import bank_files
from app.merchants.rules.payouts import PayoutRules
from app.merchants.terms import DisputeCause, SettlementState
from tests.docs.markdown import read, table_after
from tests.merchants.conftest import acts, ledger, shop, till

__all__ = ["acts", "ledger", "shop", "till"]

DOCUMENTS = ("docs/settlement.md", "docs/settlement.zh-CN.md")


def rows(document, mark):
    return [list(row.values()) for row in table_after(read(document), mark)]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_tables_are_the_codes(document):
    assert [row[0].strip("`") for row in rows(document, "states")] == list(SettlementState)
    assert tuple(row[0] for row in rows(document, "file")) == bank_files.COLUMNS
    assert [row[0].strip("`") for row in rows(document, "causes")] == list(DisputeCause)
    answer = {row[0]: row[1] for row in rows(document, "answer")}
    assert answer == {shown: name for name, shown in bank_files.NEEDED.items()}
    for word in re.findall(r"[\w]+", rows(document, "answer")[1][2]):
        assert word in bank_files.PAID_WORDS | bank_files.FAILED_WORDS
    told = {row[0].strip("`"): int(row[1]) for row in rows(document, "terms")}
    assert told == {name: getattr(PayoutRules(), name) for name in PayoutRules.__slots__}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_request_that_is_named_exists(client, document):
    paths = client.get("/openapi.json").json["paths"]
    asked = re.findall(r"`(GET|POST) ([^` ]+)`", read(document)) + re.findall(r"`(POST) ([^` ]+)` ", read(document))
    assert len(asked) > 12
    for method, path in asked:
        assert method.lower() in paths.get(path.translate({60: "{", 62: "}"}), {}), path


def test_anybody_can_compute_the_digest(till):
    payment = till.pay(60)
    till.refund(payment, 15)
    stated = till.settle()
    lines = service.show_settlement(till.uow, book=till.book, settlement_id=stated.id, limit=9, cursor=None).lines.items
    epoch = till.uow.now.replace(year=1970, month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    text = "\n".join(
        f"{line.transaction_id}|{line.code}|{line.points}|{line.fen}"
        f"|{(line.recorded_at - epoch) // timedelta(microseconds=1)}"
        for line in (each.line for each in lines)
    )
    assert sha256(text.encode()).digest() == stated.digest
