"""The Idempotency-Key header: the first answer is stored with its act and given again to every repeat."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Request
from sqlalchemy import SmallInteger, Text, delete, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base
from app.infra.unit_of_work import UnitOfWork
from app.web.refusals import KeyMalformed, KeyReused

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
KEY = re.compile(r"[!-~]{1,128}")
KEPT = timedelta(days=7)
PURGE_BATCH = 5000


class IdempotencyKey(Base):
    """One key of one actor on one route, and the answer it got. `status` is null only while the act runs."""

    __tablename__ = "web_idempotency_keys"

    actor_id: Mapped[UUID] = mapped_column(primary_key=True)
    route: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(postgresql.BYTEA)
    status: Mapped[int | None] = mapped_column(SmallInteger)
    body: Mapped[Any] = mapped_column(JSONB(none_as_null=True), nullable=True)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), index=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered with: a JSON body (a problem from 400 up) and its status."""

    status: int
    body: Any
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A request that carries a key: the key, its route, and a hash over everything that makes it this request."""

    route: str
    key: str
    request_hash: bytes


def read_claim(request: Request, arguments: dict[str, Any]) -> Claim | None:
    """Read the header of a request whose parsed input is `arguments`. None without one; refuses KeyMalformed."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not KEY.fullmatch(key):
        raise KeyMalformed
    content = json.dumps([request.path, arguments], sort_keys=True, default=_plain, ensure_ascii=True)
    return Claim(
        route=f"{request.method} {request.url_rule}", key=key, request_hash=hashlib.sha256(content.encode()).digest()
    )


def _plain(value: object) -> str:
    """An uploaded file stands in the hash of its request by a hash of its own."""
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else str(value)


def begin(uow: UnitOfWork, claim: Claim) -> Answer | None:
    """Take the key for this transaction, or give the answer it already has. Refuses KeyReused.

    A twin that is still running holds the row; this waits for it, then reads what it left in a statement of its own.
    """
    row = {"actor_id": uow.actor.id, "route": claim.route, "key": claim.key}
    taken = uow.session.execute(
        postgresql.insert(IdempotencyKey)
        .values(**row, request_hash=claim.request_hash, created_at=uow.now)
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.created_at)
    ).first()
    if taken:
        return None
    stored = uow.session.execute(
        select(IdempotencyKey.request_hash, IdempotencyKey.status, IdempotencyKey.body).filter_by(**row)
    ).one()
    if stored.request_hash != claim.request_hash:
        raise KeyReused
    return Answer(status=stored.status, body=stored.body, replayed=True)


def finish(uow: UnitOfWork, claim: Claim, answer: Answer) -> None:
    """Store the answer beside the act it belongs to."""
    row = {"actor_id": uow.actor.id, "route": claim.route, "key": claim.key}
    uow.session.execute(update(IdempotencyKey).filter_by(**row).values(status=answer.status, body=answer.body))


def purge_idempotency_keys(uow: UnitOfWork) -> int:
    """Forget one batch of keys older than seven days; returns how many. Called until it returns 0."""
    old = (
        select(IdempotencyKey.actor_id, IdempotencyKey.route, IdempotencyKey.key)
        .where(IdempotencyKey.created_at < uow.now - KEPT)
        .order_by(IdempotencyKey.created_at)
        .limit(PURGE_BATCH)
        .with_for_update(skip_locked=True)
        .subquery()
    )
    gone = uow.session.scalars(
        delete(IdempotencyKey)
        .where(
            IdempotencyKey.actor_id == old.c.actor_id,
            IdempotencyKey.route == old.c.route,
            IdempotencyKey.key == old.c.key,
        )
        .returning(IdempotencyKey.created_at)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
