"""The export of a passbook, from which tools/verify_passbook.py recomputes the chain with nothing of ours.

One JSON object, streamed, its keys in this order:

    format       "linli-passbook-1"
    book_id      integer: the key of the book that goes into each link
    book         code of the book
    account_id   UUID
    owner_id     UUID
    exported_at  RFC 3339 with +08:00
    balance      integer: points after the last entry
    version      integer: version of the last entry (0: the passbook never moved)
    head         64 hexadecimal digits: chain of the last entry (64 zeros: never moved)
    entries      list, oldest first, versions 1, 2, 3 … `version`, each
        version        integer
        amount         integer, + into the passbook
        balance_after  integer
        chain          64 hexadecimal digits
        transaction
            id                         UUID
            actor_id                   UUID
            recorded_at                RFC 3339 with +08:00, for people
            recorded_at_microseconds   integer since 1970-01-01T00:00:00Z: what the link is made of
            effective_at               RFC 3339 with +08:00, for people
            effective_at_microseconds  integer, as above
            code                       text
            cause                      text
            evidence                   text or null

The links, all integers big-endian and signed, texts in UTF-8:

    digest = SHA-256( id (16 bytes) | actor_id (16) | recorded µs (8) | effective µs (8)
                      | length of code (4) | code | length of cause (4) | cause
                      | length of evidence (4) | evidence, or -1 (4) without evidence )
    chain  = SHA-256( chain before (32; zeros before the first) | book_id (4) | account_id (16)
                      | version (8) | amount (8) | balance_after (8) | digest (32) )

`balance`, `version` and `head` are read first and the entries up to that version after them; entries never change, so
together they are one moment however long the reading takes.
"""

import json
from datetime import datetime
from typing import Any

from marshmallow import Schema, fields, validate

from app.infra.unit_of_work import UnitOfWork
from app.kernel.periods import DISTRICT
from app.points import service
from app.points.queries import StatementLine
from app.points.rules.chain import microseconds
from app.web.streaming import Stream

FORMAT = "linli-passbook-1"


class ExportTransactionOut(Schema):
    """The words of a transaction that the link vouches for."""

    id = fields.UUID(required=True)
    actor_id = fields.UUID(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    recorded_at_microseconds = fields.Integer(required=True)
    effective_at = fields.AwareDateTime(required=True)
    effective_at_microseconds = fields.Integer(required=True)
    code = fields.String(required=True)
    cause = fields.String(required=True)
    evidence = fields.String(required=True, allow_none=True)


class ExportEntryOut(Schema):
    """One link of the chain."""

    version = fields.Integer(required=True)
    amount = fields.Integer(required=True)
    balance_after = fields.Integer(required=True)
    chain = fields.String(required=True)
    transaction = fields.Nested(ExportTransactionOut, required=True)


class PassbookExportOut(Schema):
    """A passbook with its chain, to be checked without us."""

    format = fields.String(required=True, validate=validate.Equal(FORMAT))
    book_id = fields.Integer(required=True)
    book = fields.String(required=True)
    account_id = fields.UUID(required=True)
    owner_id = fields.UUID(required=True)
    exported_at = fields.AwareDateTime(required=True)
    balance = fields.Integer(required=True)
    version = fields.Integer(required=True)
    head = fields.String(required=True)
    entries = fields.List(fields.Nested(ExportEntryOut), required=True)


def stream_passbook(export: service.Export) -> Stream:
    """Write an export as JSON, some entries at a time."""

    def step(uow: UnitOfWork, after: int | None) -> tuple[str, int | None]:
        lines = service.continue_export(uow, export, after or 0)
        text = ",\n".join(_dump(_entry(line)) for line in lines)
        last = lines[-1].version if lines else None
        goes_on = last is not None and last < export.head.version
        return (",\n" + text if after else text), last if goes_on else None

    opening = _dump(_header(export)).removesuffix("}") + ', "entries": [\n'
    return Stream(opening, step, "\n]}\n", filename=f"passbook-{export.account_id}.json")


def _header(export: service.Export) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "book_id": export.book.id,
        "book": export.book.code,
        "account_id": str(export.account_id),
        "owner_id": str(export.owner_id),
        "exported_at": _shown(export.exported_at),
        "balance": export.head.posted,
        "version": export.head.version,
        "head": export.head.head.hex(),
    }


def _entry(line: StatementLine) -> dict[str, Any]:
    return {
        "version": line.version,
        "amount": line.amount,
        "balance_after": line.balance_after,
        "chain": (line.chain or b"").hex(),
        "transaction": {
            "id": str(line.transaction_id),
            "actor_id": str(line.actor_id),
            "recorded_at": _shown(line.recorded_at),
            "recorded_at_microseconds": microseconds(line.recorded_at),
            "effective_at": _shown(line.effective_at),
            "effective_at_microseconds": microseconds(line.effective_at),
            "code": line.code,
            "cause": line.cause,
            "evidence": line.evidence,
        },
    }


def _shown(instant: datetime) -> str:
    return instant.astimezone(DISTRICT).isoformat()


def _dump(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
