"""Messages WeChat pushes: taken in and answered at once, worked by a job."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.infra import metrics, wechat
from app.infra.unit_of_work import UnitOfWork
from app.infra.wechat.calls import read_verdict
from app.infra.wechat.errors import WeChatUnavailable
from app.infra.wechat.sealing import Stamp, refused
from app.infra.wechat.terms import Suggestion, Verdict
from app.notices import queries, terms
from app.notices.errors import TraceNotKnownYet
from app.notices.models import Push
from app.notices.rules.pushes import digest_of, lines_of, name_of, openid_of, read_document, trace_of
from app.notices.service import media, subscriptions
from app.notices.terms import SUBSCRIBING, Event, PersonOf, PushOutcome

log = structlog.get_logger(__name__)


def check_address(uow: UnitOfWork, *, stamp: Stamp) -> None:
    """Check that it is WeChat who asks whether our address answers. Refuses PushRefused, WeChatNotSetUp."""
    wechat.push().check_address(stamp, now=uow.now)


def receive_push(uow: UnitOfWork, *, stamp: Stamp, content: bytes) -> None:
    """Take a message in, once however often it comes, for a job to work. Refuses PushRefused, WeChatNotSetUp."""
    envelope = read_document(content)
    encrypted = envelope.get("Encrypt") if envelope else None
    if not isinstance(encrypted, str):
        raise refused("garbled")  # plain text as well: only the safe mode is ours
    plain = wechat.push().open(stamp, encrypted, now=uow.now)
    message = read_document(plain)
    if message is None or b"\x00" in plain:
        raise refused("garbled")
    row = insert(Push).values(
        id=uow.new_id(),
        digest=digest_of(message),
        name=name_of(message),
        message=plain.decode(errors="replace"),
        received_at=uow.now,
    )
    push_id = uow.session.scalar(row.on_conflict_do_nothing(index_elements=["digest"]).returning(Push.id))
    metrics.wechat_pushes_total.labels("repeated" if push_id is None else "accepted").inc()
    if push_id is not None:
        uow.defer("notices.work_push", push_id=str(push_id))


def work_push(uow: UnitOfWork, *, push_id: str, person_of: PersonOf) -> None:
    """Work a message that was taken in. Refuses TraceNotKnownYet, so that the queue tries again a little later."""
    push = queries.lock_push(uow.session, UUID(push_id))
    if push is None or push.worked_at is not None:
        return
    outcome, message = PushOutcome.IGNORED, read_document(push.message.encode()) or {}
    if push.name == Event.MEDIA_CHECK:
        outcome = _hear_media_result(uow, push, message)
    elif push.name in SUBSCRIBING:
        outcome = _hear_subscriber(uow, Event(push.name), message, person_of)
    push.worked_at, push.outcome = uow.now, outcome
    metrics.wechat_pushes_total.labels(str(outcome)).inc()


def _hear_subscriber(uow: UnitOfWork, event: Event, message: Mapping[str, Any], person_of: PersonOf) -> PushOutcome:
    person_id = person_of(uow.session, wechat.client().appid, openid_of(message))
    if person_id is None:
        return PushOutcome.UNKNOWN_PERSON
    subscriptions.hear_event(uow, event=event, person_id=person_id, lines=lines_of(message))
    return PushOutcome.WORKED


def _hear_media_result(uow: UnitOfWork, push: Push, message: Mapping[str, Any]) -> PushOutcome:
    check = queries.lock_media_check(uow.session, trace_of(message))
    if check is None:
        if uow.now - push.received_at < terms.TRACE_WAIT:
            raise TraceNotKnownYet
        log.warning("media_result_unknown")
        return PushOutcome.UNKNOWN_TRACE
    verdict = _verdict_of(message)
    media.decide(uow, check, verdict.suggestion, verdict.label)
    return PushOutcome.WORKED


def _verdict_of(message: Mapping[str, Any]) -> Verdict:
    """Read a verdict; what WeChat could not fetch or not judge is a human's to look at."""
    undecided = Verdict(Suggestion.REVIEW, None, "")
    if message.get("errcode", 0) != 0:
        return undecided
    try:
        return read_verdict(message)
    except WeChatUnavailable:
        return undecided


def purge_pushes(uow: UnitOfWork) -> int:
    """Forget one batch of messages received seven days ago; returns how many."""
    old = (
        select(Push.id)
        .where(Push.received_at < uow.now - terms.PUSHES_KEPT)
        .order_by(Push.received_at)
        .limit(terms.PURGE_BATCH)
    )
    gone = uow.session.scalars(
        delete(Push)
        .where(Push.id.in_(old.scalar_subquery()))
        .returning(Push.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
