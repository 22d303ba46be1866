"""Sending: claimed in one transaction, sent outside of any, recorded in another.

At most once: a claim is committed before WeChat is asked, and what may have arrived is never sent again, whoever died
where. A second ring at night for one event, paid with a second acceptance, is worse than a reminder that is missing;
all that a notice says stands in the mini-program anyway. What surely did not arrive is queued again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.infra import metrics, wechat
from app.infra.unit_of_work import UnitOfWork
from app.infra.wechat.errors import WeChatBusy, WeChatNotSetUp, WeChatQuotaSpent, WeChatRefused, WeChatUnavailable
from app.infra.wechat.terms import Delivery
from app.notices import queries, terms
from app.notices.models import Notice
from app.notices.rules.quiet import is_quiet, next_try
from app.notices.rules.templates import Template
from app.notices.service import subscriptions
from app.notices.service.templates import templates
from app.notices.terms import NoticeState, OpenidOf, Reason


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that is this sender's to send, now and once."""

    notice_id: UUID
    attempt: int
    openid: str = field(repr=False)
    template_id: str
    page: str
    data: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went. `state` QUEUED: it surely did not arrive, so it may be tried again."""

    state: NoticeState
    reason: str | None = None


def claim_due(uow: UnitOfWork, *, openid_of: OpenidOf) -> Sequence[Claim]:
    """Claim the notice that is due, and end those before it that need not be tried; empty when none is due.

    One at a time: with whoever dies between claim and record, one notice is lost and no more.
    """
    known = templates()
    for _ in range(terms.LOOKS_MAX):
        due = queries.lock_due(uow.session, now=uow.now, quiet=is_quiet(uow.now), limit=terms.LOOKED_AT_MAX)
        for notice in due:
            claim = _claim(uow, notice, known.get(notice.template), openid_of)
            uow.session.flush()
            if claim is not None:
                return [claim]
        if not due:
            break
    return []


def _claim(uow: UnitOfWork, notice: Notice, template: Template | None, openid_of: OpenidOf) -> Claim | None:
    openid = openid_of(uow.session, notice.person_id)
    if notice.expires_at is not None and notice.expires_at <= uow.now:
        _end(uow, notice, NoticeState.DROPPED, Reason.EXPIRED)
    elif openid is None:
        _end(uow, notice, NoticeState.DROPPED, Reason.NOT_ON_WECHAT)
    elif template is None or {each.keyword for each in template.fields} != set(notice.data):
        _end(uow, notice, NoticeState.FAILED, Reason.TEMPLATE_GONE)
    elif not subscriptions.take_one(uow, person_id=notice.person_id, template=notice.template):
        _end(uow, notice, NoticeState.NO_SUBSCRIPTION, None)
    else:
        notice.state, notice.claimed_at, notice.attempts = NoticeState.SENDING, uow.now, notice.attempts + 1
        return Claim(notice.id, notice.attempts, openid, template.template_id, template.page, dict(notice.data))
    return None


def carry_out(claim: Claim) -> Outcome:
    """Ask WeChat to send it. Takes seconds: outside of any transaction."""
    try:
        sending = wechat.client().send_message(
            openid=claim.openid, template_id=claim.template_id, data=claim.data, page=claim.page
        )
    except WeChatUnavailable as error:
        return Outcome(NoticeState.FAILED, Reason.UNKNOWN) if error.sent else Outcome(NoticeState.QUEUED, error.code)
    except (WeChatBusy, WeChatQuotaSpent, WeChatNotSetUp, WeChatRefused) as error:
        return Outcome(NoticeState.QUEUED, error.code)  # nothing was sent; the operator can mend it meanwhile
    return {
        Delivery.SENT: Outcome(NoticeState.SENT),
        Delivery.NO_SUBSCRIPTION: Outcome(NoticeState.NO_SUBSCRIPTION),
        Delivery.REFUSED: Outcome(NoticeState.FAILED, f"errcode_{sending.errcode}"),
    }[sending.delivery]


def record(uow: UnitOfWork, claim: Claim, outcome: Outcome) -> None:
    """Write down how it went."""
    notice = queries.lock_notice(uow.session, claim.notice_id)
    if notice is None or notice.state != NoticeState.SENDING or notice.attempts != claim.attempt:
        return  # it was given up as lost
    if outcome.state is NoticeState.NO_SUBSCRIPTION:
        subscriptions.empty(uow, person_id=notice.person_id, template=notice.template)
    if outcome.state is not NoticeState.QUEUED:
        _end(uow, notice, outcome.state, outcome.reason)
        return
    subscriptions.give_back(uow, person_id=notice.person_id, template=notice.template)
    if notice.attempts >= terms.ATTEMPTS_MAX:
        _end(uow, notice, NoticeState.FAILED, Reason.GAVE_UP)
        return
    notice.state, notice.reason, notice.not_before = (
        NoticeState.QUEUED,
        outcome.reason,
        next_try(uow.now, claim.attempt),
    )
    metrics.notices_total.labels("again").inc()


def give_up_lost(uow: UnitOfWork) -> int:
    """End one batch of notices whose sender died between claim and record: they may have arrived. Returns how many."""
    lost = queries.lock_lost(uow.session, claimed_before=uow.now - terms.LOST_AFTER, limit=terms.PURGE_BATCH)
    for notice in lost:
        _end(uow, notice, NoticeState.FAILED, Reason.UNKNOWN)
    return len(lost)


def _end(uow: UnitOfWork, notice: Notice, state: NoticeState, reason: str | None) -> None:
    notice.state, notice.reason, notice.ended_at = state, reason, uow.now
    metrics.notices_total.labels(str(state)).inc()
