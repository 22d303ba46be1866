"""The acts of residents, cashiers and the treasurer around a shop."""

from app.merchants.service.admission import admit_signed, purge_nonces, record_signed
from app.merchants.service.codes import IssuedCode, issue_code
from app.merchants.service.gifts import expire_reservations
from app.merchants.service.payments import (
    authorise_payment,
    cancel_payment,
    capture_payment,
    list_payments,
    show_payment,
)
from app.merchants.service.receipts import Receipt
from app.merchants.service.refunds import refund_payment
from app.merchants.service.settlement import (
    Statement,
    list_settlements,
    pay_settlement,
    show_settlement,
    state_settlement,
)
from app.merchants.service.shops import ShopToOpen, copy_shops, list_shops, open_shop, open_shops
from app.merchants.service.terminals import purge_enrolment_codes

__all__ = [
    "IssuedCode",
    "Receipt",
    "ShopToOpen",
    "Statement",
    "admit_signed",
    "authorise_payment",
    "cancel_payment",
    "capture_payment",
    "copy_shops",
    "expire_reservations",
    "issue_code",
    "list_payments",
    "list_settlements",
    "list_shops",
    "open_shop",
    "open_shops",
    "pay_settlement",
    "purge_enrolment_codes",
    "purge_nonces",
    "record_signed",
    "refund_payment",
    "show_payment",
    "show_settlement",
    "state_settlement",
]
