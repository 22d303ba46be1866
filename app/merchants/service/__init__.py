"""The acts of residents, cashiers and the treasurer around a shop."""

from app.merchants.service.admission import admit_signed, purge_nonces, record_signed
from app.merchants.service.checking import check_step
from app.merchants.service.codes import IssuedCode, ShownCode, claim_code, issue_code
from app.merchants.service.complaints import forget_complaints
from app.merchants.service.confirming import (
    confirm_redemption,
    list_own_redemptions,
    refuse_redemption,
    show_own_redemption,
)
from app.merchants.service.consenting import read_consent
from app.merchants.service.dealings import list_dealings
from app.merchants.service.deciding_complaints import lapse_complaints
from app.merchants.service.orders import Order, place_order
from app.merchants.service.own import list_own_shops
from app.merchants.service.paying import approve_settlement, check_settlement, pay_settlement
from app.merchants.service.quotes import (
    Confirmed,
    RedemptionQuote,
    confirm_quote,
    quote_redemption,
    read_confirmation,
)
from app.merchants.service.receipts import Receipt
from app.merchants.service.redemptions import (
    authorise_redemption,
    capture_payment,
    capture_redemption,
    list_payments,
    list_redemptions,
    reverse_payment,
    reverse_redemption,
    show_payment,
    show_redemption,
)
from app.merchants.service.refunds import list_refunds_to_care_for, refund_payment, refund_redemption
from app.merchants.service.reserving import expire_reservations
from app.merchants.service.settlement import (
    Statement,
    list_settlements,
    show_settlement,
    state_settlement,
    state_step,
)
from app.merchants.service.shops import ShopToOpen, copy_shops, list_shops, open_shop, open_shops
from app.merchants.service.signs import PostedSign, post_sign
from app.merchants.service.sweeping import expire_redemptions
from app.merchants.service.taking import Consent
from app.merchants.service.terminals import purge_enrolment_codes

__all__ = [
    "Confirmed",
    "Consent",
    "IssuedCode",
    "Order",
    "PostedSign",
    "Receipt",
    "RedemptionQuote",
    "ShopToOpen",
    "ShownCode",
    "Statement",
    "admit_signed",
    "approve_settlement",
    "authorise_redemption",
    "capture_payment",
    "capture_redemption",
    "check_settlement",
    "check_step",
    "claim_code",
    "confirm_quote",
    "confirm_redemption",
    "copy_shops",
    "expire_redemptions",
    "expire_reservations",
    "forget_complaints",
    "issue_code",
    "lapse_complaints",
    "list_dealings",
    "list_own_redemptions",
    "list_own_shops",
    "list_payments",
    "list_redemptions",
    "list_refunds_to_care_for",
    "list_settlements",
    "list_shops",
    "open_shop",
    "open_shops",
    "pay_settlement",
    "place_order",
    "post_sign",
    "purge_enrolment_codes",
    "purge_nonces",
    "quote_redemption",
    "read_confirmation",
    "read_consent",
    "record_signed",
    "refund_payment",
    "refund_redemption",
    "refuse_redemption",
    "reverse_payment",
    "reverse_redemption",
    "show_own_redemption",
    "show_payment",
    "show_redemption",
    "show_settlement",
    "state_settlement",
    "state_step",
]
