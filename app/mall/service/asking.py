"""Asking WeChat Pay whether a payer wants points whose consent did not come: its callback is told for minutes only."""

from dataclasses import dataclass, field
from uuid import UUID

import structlog

from app.infra import wechatpay
from app.infra.unit_of_work import UnitOfWork
from app.infra.vault import SealBroken, vault
from app.infra.wechatpay.client import Authorization
from app.infra.wechatpay.errors import MallNotSetUp
from app.mall import queries, terms
from app.mall.rules.earning import report_again
from app.mall.service import consents
from app.mall.service.receiving import openid_context
from app.mall.terms import EarnState

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Question:
    """Whom WeChat Pay is asked about, for the sake of which payment, for the how manieth time."""

    transaction_id: str
    earn_id: UUID
    attempt: int
    appid: str
    openid: str = field(repr=False)


def claim_question(uow: UnitOfWork) -> list[Question]:
    """Claim what is to be asked now, one at a time; empty when there is nothing."""
    earn = queries.lock_next_question(uow.session, now=uow.now)
    if earn is None:
        return []
    earn.consent_asks += 1
    earn.consent_ask_at = uow.now + terms.REPORT_LEASE  # whoever dies meanwhile is followed after a minute
    try:
        openid = vault().open(earn.openid_sealed, context=openid_context(earn.transaction_id))
    except SealBroken:  # the account was closed meanwhile
        earn.consent_ask_at = None
        return []
    uow.session.flush()
    return [Question(earn.transaction_id, earn.id, earn.consent_asks, earn.appid, openid)]


def ask(question: Question) -> Authorization | str | None:
    """Ask it. A text: nobody could tell. Takes seconds: outside of any transaction."""
    try:
        return wechatpay.client().find_authorization(appid=question.appid, openid=question.openid)
    except MallNotSetUp as refusal:
        return refusal.code


def record_answer(uow: UnitOfWork, question: Question, answer: Authorization | str | None) -> None:
    """Note what somebody said, as its callback would have; the payment is looked at again at once.

    What was withdrawn here since stays withdrawn. Who never said anything may still do so while the payment is parked.
    """
    earn = queries.lock_payment(uow.session, question.transaction_id)
    if earn is None or earn.consent_ask_at is None or earn.consent_asks != question.attempt:
        return
    if isinstance(answer, str):
        log.warning("mall_consent_not_told", failure=answer, attempt=question.attempt)
        again = question.attempt < terms.CONSENT_ASKS_MAX
        earn.consent_ask_at = report_again(uow.now, question.attempt) if again else None
        return
    earn.consent_ask_at = None
    if answer is None:
        return
    if answer.wants:
        consents.give(uow, earn.appid, earn.openid_index, at=answer.at)
    else:
        consents.withdraw(uow, earn.appid, earn.openid_index, at=answer.at)
    if earn.state == EarnState.PARKED:
        earn.look_at = uow.now
