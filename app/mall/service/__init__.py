"""The acts of the mall."""

from app.mall.service.asking import ask, claim_question, record_answer
from app.mall.service.consents import forget_person, show_own_consent, withdraw_own_consent
from app.mall.service.earning import work_earn
from app.mall.service.receiving import purge_callbacks, receive_callback
from app.mall.service.refunding import work_refund
from app.mall.service.reporting import carry_out, claim_report, record
from app.mall.service.reviewing import list_earns, list_own_earns, refuse_earn, retry_earn
from app.mall.service.shops import close_shop, list_shops, open_shop

__all__ = [
    "ask",
    "carry_out",
    "claim_question",
    "claim_report",
    "close_shop",
    "forget_person",
    "list_earns",
    "list_own_earns",
    "list_shops",
    "open_shop",
    "purge_callbacks",
    "receive_callback",
    "record",
    "record_answer",
    "refuse_earn",
    "retry_earn",
    "show_own_consent",
    "withdraw_own_consent",
    "work_earn",
    "work_refund",
]
