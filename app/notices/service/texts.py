"""Texts of residents that WeChat is to judge: noted with the act, judged outside of any transaction, told by a job."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import delete, select

from app.infra import wechat
from app.infra.unit_of_work import UnitOfWork
from app.infra.wechat.errors import WeChatBusy, WeChatQuotaSpent, WeChatUnavailable
from app.infra.wechat.terms import ContentScene, Suggestion, Verdict
from app.kernel.errors import DomainError
from app.notices import queries, terms
from app.notices.models import TextCheck
from app.notices.rules.quiet import next_try
from app.notices.terms import OpenidOf


@dataclass(frozen=True, slots=True)
class TextQuestion:
    """A text to have judged, and by whom it was written."""

    check_id: UUID
    attempt: int
    openid: str = field(repr=False)
    text: str = field(repr=False)


def expect_text_verdict(uow: UnitOfWork, *, person_id: UUID, subject: str, text: str, job: str) -> None:
    """Have a text of up to 2,500 characters judged; `job` hears `subject, suggestion` within minutes.

    "review" where WeChat does not judge: the person has not used the mini-program for two hours or is not on WeChat, or
    WeChat does not answer for long. Then somebody of the staff reads it. What is not checked yet is published nowhere.
    """
    uow.session.add(
        TextCheck(
            id=uow.new_id(),
            person_id=person_id,
            subject=subject,
            job=job,
            text=text,
            attempts=0,
            not_before=uow.now,
            expected_at=uow.now,
        )
    )


def claim_text_check(uow: UnitOfWork, *, openid_of: OpenidOf) -> Sequence[TextQuestion]:
    """Take the text that is due; empty when none is. A worker that dies with it loses it for ten minutes."""
    while (check := queries.lock_due_text_check(uow.session, now=uow.now)) is not None:
        openid = openid_of(uow.session, check.person_id)
        if openid is not None and check.text and check.attempts < terms.ATTEMPTS_MAX:
            check.attempts, check.not_before = check.attempts + 1, uow.now + terms.LOST_AFTER
            uow.session.flush()
            return [TextQuestion(check.id, check.attempts, openid, check.text)]
        _decide(uow, check, Suggestion.REVIEW, None)
    return []


def judge_text(question: TextQuestion) -> Verdict | None:
    """Ask WeChat; None: later. Takes seconds: outside of any transaction."""
    try:
        return wechat.client().check_text(openid=question.openid, text=question.text, scene=ContentScene.COMMENT)
    except (WeChatUnavailable, WeChatBusy, WeChatQuotaSpent):
        return None
    except DomainError:  # not set up, or refused: nobody but a person will judge it
        return Verdict(Suggestion.REVIEW, None, "")


def record_text_check(uow: UnitOfWork, question: TextQuestion, verdict: Verdict | None) -> None:
    """Write down what WeChat said, and tell whoever waits for it; or try again later."""
    check = queries.lock_text_check(uow.session, question.check_id)
    if check is None or check.decided_at is not None or check.attempts != question.attempt:
        return
    if verdict is None:
        check.not_before = next_try(uow.now, question.attempt)
        return
    _decide(uow, check, verdict.suggestion, verdict.label)


def purge_text_checks(uow: UnitOfWork) -> int:
    """Forget one batch of verdicts of ninety days ago; returns how many. The texts went when they were judged."""
    old = (
        select(TextCheck.id)
        .where(TextCheck.decided_at < uow.now - terms.NOTICES_KEPT)
        .order_by(TextCheck.decided_at)
        .limit(terms.PURGE_BATCH)
    )
    gone = uow.session.scalars(
        delete(TextCheck)
        .where(TextCheck.id.in_(old.scalar_subquery()))
        .returning(TextCheck.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _decide(uow: UnitOfWork, check: TextCheck, suggestion: Suggestion, label: int | None) -> None:
    check.suggestion, check.label, check.decided_at, check.text = suggestion, label, uow.now, None
    uow.session.flush()
    uow.defer(check.job, subject=check.subject, suggestion=str(suggestion))
