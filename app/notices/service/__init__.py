"""The acts of notices."""

from app.notices.service.delivery import carry_out, claim_due, give_up_lost, record
from app.notices.service.media import expect_media_result, time_out_media_checks
from app.notices.service.outbox import Letter, list_own_notices, purge_notices, queue_notice, queue_notices
from app.notices.service.pushes import check_address, purge_pushes, receive_push, work_push
from app.notices.service.subscriptions import add_answers, list_own_templates
from app.notices.service.texts import (
    claim_text_check,
    expect_text_verdict,
    judge_text,
    purge_text_checks,
    record_text_check,
)

__all__ = [
    "Letter",
    "add_answers",
    "carry_out",
    "check_address",
    "claim_due",
    "claim_text_check",
    "expect_media_result",
    "expect_text_verdict",
    "give_up_lost",
    "judge_text",
    "list_own_notices",
    "list_own_templates",
    "purge_notices",
    "purge_pushes",
    "purge_text_checks",
    "queue_notice",
    "queue_notices",
    "receive_push",
    "record",
    "record_text_check",
    "time_out_media_checks",
    "work_push",
]
