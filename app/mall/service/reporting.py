"""Telling WeChat Pay what a payment brings: claimed, told outside of any transaction, recorded. At least once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog

from app.infra import wechatpay
from app.infra.unit_of_work import UnitOfWork
from app.infra.vault import SealBroken, vault
from app.infra.wechatpay.errors import MallNotSetUp
from app.kernel.periods import DISTRICT
from app.mall import queries, terms
from app.mall.models import Earn
from app.mall.rules.earning import report_again
from app.mall.service.receiving import openid_context
from app.mall.terms import ReportState

log = structlog.get_logger(__name__)

NO_POINTS = "本次消费不积分"


@dataclass(frozen=True, slots=True)
class Report:
    """What is to be told, by this worker."""

    earn_id: UUID
    attempt: int
    transaction_id: str
    document: Mapping[str, Any] = field(repr=False)


def claim_report(uow: UnitOfWork) -> list[Report]:
    """Claim what is to be told now, one at a time; empty when there is nothing."""
    earn = queries.lock_next_report(uow.session, now=uow.now)
    if earn is None:
        return []
    earn.report_attempts += 1
    earn.report_due_at = uow.now + terms.REPORT_LEASE  # whoever dies meanwhile is followed after a minute
    try:
        openid = vault().open(earn.openid_sealed, context=openid_context(earn.transaction_id))
    except SealBroken:
        earn.report, earn.report_due_at = ReportState.FAILED, None
        return []
    uow.session.flush()
    return [Report(earn.id, earn.report_attempts, earn.transaction_id, _document(uow, earn, openid))]


def carry_out(report: Report) -> str:
    """Tell it. Answers "" when it was taken. Takes seconds: outside of any transaction."""
    try:
        return wechatpay.client().notify_points(report.document)
    except MallNotSetUp as refusal:
        return refusal.code


def record(uow: UnitOfWork, report: Report, failure: str) -> None:
    """Write down how it went."""
    earn = queries.lock_payment(uow.session, report.transaction_id)
    if earn is None or earn.report != ReportState.QUEUED or earn.report_attempts != report.attempt:
        return
    if failure:
        log.warning("mall_report_failed", failure=failure, attempt=report.attempt)
    if not failure:
        earn.report, earn.report_due_at = ReportState.SENT, None
    elif earn.report_attempts >= terms.REPORT_ATTEMPTS_MAX:
        earn.report, earn.report_due_at = ReportState.FAILED, None
    else:
        earn.report_due_at = report_again(uow.now, earn.report_attempts)


def _document(uow: UnitOfWork, earn: Earn, openid: str) -> dict[str, Any]:
    told = {
        "transaction_id": earn.transaction_id,
        "appid": earn.appid,
        "openid": openid,
        "earn_points": earn.report_earns,
        "increased_points": earn.report_points,
        "points_update_time": uow.now.astimezone(DISTRICT).isoformat(timespec="seconds"),
    }
    return told if earn.report_earns else told | {"no_points_remarks": NO_POINTS}
