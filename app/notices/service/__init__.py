"""The acts of notices."""

from app.notices.service.delivery import carry_out, claim_due, give_up_lost, record
from app.notices.service.media import expect_media_result, time_out_media_checks
from app.notices.service.outbox import Letter, list_own_notices, purge_notices, queue_notice, queue_notices
from app.notices.service.pushes import check_address, purge_pushes, receive_push, work_push
from app.notices.service.subscriptions import add_answers, list_own_templates

__all__ = [
    "Letter",
    "add_answers",
    "carry_out",
    "check_address",
    "claim_due",
    "expect_media_result",
    "give_up_lost",
    "list_own_notices",
    "list_own_templates",
    "purge_notices",
    "purge_pushes",
    "queue_notice",
    "queue_notices",
    "receive_push",
    "record",
    "time_out_media_checks",
    "work_push",
]
