"""Reads and locks of shops, payments and settlements, session first."""

from app.merchants.queries.payments import (
    count_live_codes,
    get_payment,
    get_payment_of,
    get_refund_of,
    list_payments,
    lock_payment,
    sum_refunded,
)
from app.merchants.queries.settlements import (
    find_settlement,
    get_settlement,
    is_reference_used,
    list_lines,
    list_settlements,
    lock_settlement,
    sum_lines,
)
from app.merchants.queries.shops import find_shop, get_shop, list_shops, lock_shop

__all__ = [
    "count_live_codes",
    "find_settlement",
    "find_shop",
    "get_payment",
    "get_payment_of",
    "get_refund_of",
    "get_settlement",
    "get_shop",
    "is_reference_used",
    "list_lines",
    "list_payments",
    "list_settlements",
    "list_shops",
    "lock_payment",
    "lock_settlement",
    "lock_shop",
    "sum_lines",
    "sum_refunded",
]
